package rpc

import (
	"reflect"
	"testing"
)

// Messages as protoc-gen-go makes them, as far as it matters here.
type (
	fakeMessage struct {
		Inner  *fakeInner
		Many   []*fakeInner
		ByName map[string]*fakeMessage
		Color  fakeEnum
		Other  int32
		hidden *fakeHidden //lint:ignore U1000 that it is left alone is the test
	}
	fakeInner  struct{ X int }
	fakeHidden struct{ X int }
	fakeEnum   int32
	fakeOdd    struct{ X int }

	fakeReflection struct{ name string }
)

func (fakeReflection) Interface() any               { return nil }
func (r fakeReflection) Descriptor() fakeReflection { return r }
func (r fakeReflection) FullName() string           { return r.name }

func (*fakeMessage) ProtoReflect() fakeReflection { return fakeReflection{"x.v1.Message"} }
func (*fakeMessage) Descriptor() ([]byte, []int)  { return []byte("file one"), []int{0} }
func (*fakeInner) ProtoReflect() fakeReflection   { return fakeReflection{"x.v1.Inner"} }
func (*fakeInner) Descriptor() ([]byte, []int)    { return []byte("file two"), []int{0} }
func (*fakeHidden) ProtoReflect() fakeReflection  { return fakeReflection{"x.v1.Hidden"} }
func (*fakeHidden) Descriptor() ([]byte, []int)   { return []byte("file three"), []int{0} }
func (fakeEnum) EnumDescriptor() ([]byte, []int)  { return []byte("file four"), []int{0} }
func (*fakeOdd) ProtoReflect() int                { return 1 }

func TestMessagesTellTheirFiles(t *testing.T) {
	got := TypeOf(reflect.TypeFor[*fakeMessage]())
	if got.Kind != "opaque" || got.Message != "x.v1.Message" || got.Name != "rpc.fakeMessage" {
		t.Errorf("got %+v", got)
	}
	if got := TypeOf(reflect.TypeFor[*fakeOdd]()); got.Kind != "opaque" || got.Message != "" {
		t.Errorf("got %+v", got)
	}
	var f files
	f.add(nil, reflect.TypeFor[*fakeMessage](), reflect.TypeFor[string](), reflect.TypeFor[*fakeOdd](), reflect.TypeFor[*fakeMessage]())
	var all []string
	for _, b := range f.list {
		all = append(all, string(b))
	}
	if want := []string{"file one", "file two", "file four"}; !reflect.DeepEqual(all, want) {
		t.Errorf("got %q", all)
	}
}
