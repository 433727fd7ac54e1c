package schoolpb

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	protocodec "github.com/tenon-dev/tenon/codec-proto"
	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/tenontest"
	"github.com/tenon-dev/tenon/tools/protoc-gen-tenon/internal/schoolpb/people"
)

type registry struct {
	name string

	mu  sync.Mutex
	all []*people.Person
}

func (r *registry) Enrol(_ context.Context, req *EnrolRequest) (*EnrolReply, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, req.GetPerson())
	return &EnrolReply{Number: int64(len(r.all))}, nil
}

func (r *registry) Find(_ context.Context, req *wrapperspb.Int64Value) (*people.Person, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := req.GetValue(); n < 1 || n > int64(len(r.all)) {
		return nil, tenon.Errorf(tenon.NotFound, "nobody has the number %d", n)
	}
	return r.all[req.GetValue()-1], nil
}

func (r *registry) Clear(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = nil
	return &emptypb.Empty{}, nil
}

func (r *registry) School(context.Context, *emptypb.Empty) (*wrapperspb.StringValue, error) {
	return wrapperspb.String(r.name), nil
}

type classroom struct{}

func (classroom) Lessons(_ context.Context, req *people.Person) iter.Seq2[*Lesson, error] {
	return func(yield func(*Lesson, error) bool) {
		for day := range int32(3) {
			if !yield(&Lesson{Subject: req.GetName(), At: &Lesson_Hour{Day: day}}, nil) {
				return
			}
		}
		yield(nil, tenon.Errorf(tenon.OutOfRange, "the week is over"))
	}
}

func (classroom) Grade(_ context.Context, reqs iter.Seq2[*Answer, error]) (*wrapperspb.Int32Value, error) {
	var sum int32
	for a, err := range reqs {
		if err != nil {
			return nil, err
		}
		sum += a.GetMark()
	}
	return wrapperspb.Int32(sum), nil
}

func (classroom) Discuss(_ context.Context, reqs iter.Seq2[*Question, error]) iter.Seq2[*Answer, error] {
	return func(yield func(*Answer, error) bool) {
		for q, err := range reqs {
			if !yield(&Answer{Text: "re: " + q.GetText()}, err) || err != nil {
				return
			}
		}
	}
}

func (classroom) When(_ context.Context, req *Lesson) (*Lesson_Hour, error) { return req.GetAt(), nil }

func serve(t *testing.T) *tenon.Client {
	return tenontest.Serve(t, tenon.Services{
		"registry":  RegistryService(func(_ context.Context, s *Settings) (*registry, error) { return &registry{name: s.GetName()}, nil }),
		"classroom": ClassroomService(func(context.Context) (classroom, error) { return classroom{}, nil }),
	}, func(host *tenon.ClientConfig, plugin *tenon.ServeConfig) {
		codecs := []codec.Codec{protocodec.New()}
		host.Codecs, plugin.Codecs = codecs, codecs
	})
}

func TestRegistry(t *testing.T) {
	r, err := DispenseRegistry(t.Context(), serve(t), "registry", &Settings{Name: "Hillside"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ada := &people.Person{Name: "Ada", Age: 12}
	reply, err := r.Enrol(t.Context(), &EnrolRequest{Person: ada, Subjects: []string{"maths"}})
	if err != nil || reply.GetNumber() != 1 {
		t.Fatalf("Enrol: %v, %v", reply, err)
	}
	if got, err := r.Find(t.Context(), wrapperspb.Int64(1)); err != nil || !proto.Equal(got, ada) {
		t.Errorf("Find: %v, %v", got, err)
	}
	if _, err := r.Clear(t.Context(), &emptypb.Empty{}); err != nil {
		t.Error(err)
	}
	if got, err := r.Find(t.Context(), wrapperspb.Int64(1)); got != nil || fmt.Sprint(err) != "not_found: nobody has the number 1" {
		t.Errorf("Find of nobody: %v, %v", got, err)
	}
	if name, err := r.School(t.Context(), &emptypb.Empty{}); err != nil || name.GetValue() != "Hillside" {
		t.Errorf("School: %v, %v", name, err)
	}
}

func TestClassroom(t *testing.T) {
	client := serve(t)
	c, err := DispenseClassroom(t.Context(), client, "classroom")
	if err != nil {
		t.Fatal(err)
	}
	var days []int32
	var last error
	for l, err := range c.Lessons(t.Context(), &people.Person{Name: "Ada"}) {
		if last = err; err == nil {
			days = append(days, l.GetAt().GetDay())
		}
	}
	if !slices.Equal(days, []int32{0, 1, 2}) || fmt.Sprint(last) != "out_of_range: the week is over" {
		t.Errorf("Lessons: %v, %v", days, last)
	}
	answers := func(yield func(*Answer, error) bool) {
		for mark := range int32(4) {
			if !yield(&Answer{Mark: mark}, nil) {
				return
			}
		}
	}
	if sum, err := c.Grade(t.Context(), answers); err != nil || sum.GetValue() != 6 {
		t.Errorf("Grade: %v, %v", sum, err)
	}
	questions := func(yield func(*Question, error) bool) {
		for _, text := range []string{"why", "how"} {
			if !yield(&Question{Text: text}, nil) {
				return
			}
		}
	}
	var texts []string
	for a, err := range c.Discuss(t.Context(), questions) {
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, a.GetText())
	}
	if !slices.Equal(texts, []string{"re: why", "re: how"}) {
		t.Errorf("Discuss: %v", texts)
	}
	if at, err := c.When(t.Context(), &Lesson{At: &Lesson_Hour{Hour: 8}}); err != nil || at.GetHour() != 8 {
		t.Errorf("When: %v, %v", at, err)
	}

	// A host without generated code calls it too.
	var bound struct {
		When func(context.Context, *Lesson) (*Lesson_Hour, error)
	}
	if err := dynamic.Bind(t.Context(), client, "classroom", &bound); err != nil {
		t.Fatal(err)
	}
	if at, err := bound.When(t.Context(), &Lesson{At: &Lesson_Hour{Hour: 9}}); err != nil || at.GetHour() != 9 {
		t.Errorf("bound When: %v, %v", at, err)
	}
}

func TestPluginConfigurations(t *testing.T) {
	cfg := ClassroomPlugin(func(context.Context) (classroom, error) { return classroom{}, nil })
	if len(cfg.Codecs) != 1 || cfg.Codecs[0].Name() != "proto" || cfg.Services["classroom"] == nil {
		t.Errorf("%+v", cfg)
	}
}
