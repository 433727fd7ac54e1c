package tenonecho

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/launch"
	"github.com/tenon-dev/tenon/core/transport"

	"github.com/tenon-dev/tenon/tools/bench/internal/sample"
	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// Tenon is the subject: one transport and one codec.
type Tenon struct {
	Name      string // of the transport, short: "unix", "direct", "yamux", "smux"
	Transport transport.Transport
	Codec     codec.Codec
	Messages  Messages
	Quick     bool // the methods are declared quick; only small calls are of interest then
}

// Messages makes the calls of one kind of codec: [Values] for those of Go values.
type Messages interface {
	// Service is the name of the service that answers.
	Service() string

	// Caller returns a call, and makes the first, with a full check.
	Caller(ctx context.Context, o *tenon.Object, w subject.Work) (subject.Call, error)
}

var _ subject.Subject = Tenon{}

// Label implements [subject.Subject].
func (t Tenon) Label() subject.Label {
	l := subject.Label{Subject: "tenon", Transport: t.Name, Codec: t.Codec.Name()}
	if t.Quick {
		l.Subject = QuickName
	}
	return l
}

// QuickName is the name of the subject whose methods are declared quick.
const QuickName = "tenon-quick"

// Role implements [subject.Subject].
func (t Tenon) Role() string { return "tenon-" + t.Name }

// Settings implements [subject.Subject].
func (t Tenon) Settings() string {
	how := ""
	if t.Quick {
		how = "methods declared quick, "
	}
	return fmt.Sprintf("inherited socketpair, %s, %s, %sone object for all callers, streams received with RecvInto, no logger, default limits but for many streams; everything else as it comes",
		t.Transport.Name(), t.Codec.Name(), how)
}

// Start implements [subject.Subject].
func (t Tenon) Start(ctx context.Context, p subject.Program) (subject.Session, error) {
	env := p.Env
	if p.Streams > 0 {
		env = append(slices.Clone(env), streamsEnv+"="+strconv.Itoa(p.Streams))
	}
	client := tenon.NewClient(tenon.ClientConfig{
		Cookie:     cookie(),
		Launcher:   launch.Command(p.Path, launch.Setenv(env...)),
		Limits:     tenon.Limits{Streams: p.Streams},
		Transports: []transport.Transport{t.Transport},
		Codecs:     []codec.Codec{t.Codec},
		Stderr:     os.Stderr,
	})
	service := t.Messages.Service()
	if t.Quick {
		service = quickName
	}
	o, err := client.Dispense(ctx, service, nil)
	if err != nil {
		client.Close()
		return nil, err
	}
	return &session{client: client, object: o, messages: t.Messages, quick: t.Quick}, nil
}

type session struct {
	client   *tenon.Client
	object   *tenon.Object
	messages Messages
	quick    bool
}

func (s *session) Caller(ctx context.Context, w subject.Work) (subject.Call, func(), error) {
	if s.quick && w.Kind != subject.Echo {
		return nil, nil, subject.ErrNoSuchWork
	}
	switch w.Kind {
	case subject.Echo:
	case subject.Hang:
		return func(ctx context.Context) error {
			_, err := echoHang.Call(ctx, s.object, struct{}{})
			return err
		}, func() {}, nil
	case subject.Reader:
		bulk, err := s.client.Dispense(ctx, bulkName, nil)
		if err != nil {
			return nil, nil, err
		}
		call, release, err := streaming(ctx, bulk, w)
		return call, func() { release(); bulk.Close() }, err
	default:
		if s.messages != (Values{}) {
			return nil, nil, subject.ErrNoSuchWork
		}
		return streaming(ctx, s.object, w)
	}
	call, err := s.messages.Caller(ctx, s.object, w)
	return call, func() {}, err
}

func (s *session) Close() error { return s.client.Close() }

func (s *session) PID() int { return s.client.Info().PID }

// Values calls the service of Go values.
type Values struct{}

var _ Messages = Values{}

// Service implements [Messages].
func (Values) Service() string { return serviceName }

// Caller implements [Messages].
func (Values) Caller(ctx context.Context, o *tenon.Object, w subject.Work) (subject.Call, error) {
	if w.Struct {
		sent := sample.Struct()
		got, err := echoStruct.Call(ctx, o, sent)
		if err == nil && !got.Equal(sent) {
			err = subject.WrongReply(w)
		}
		return func(ctx context.Context) error {
			got, err := echoStruct.Call(ctx, o, sent)
			if err == nil && got.ID != sent.ID {
				err = subject.WrongReply(w)
			}
			return err
		}, err
	}
	sent := w.Data
	got, err := echoBytes.Call(ctx, o, sent)
	if err == nil && !bytes.Equal(got, sent) {
		err = subject.WrongReply(w)
	}
	return func(ctx context.Context) error {
		got, err := echoBytes.Call(ctx, o, sent)
		if err == nil && len(got) != len(sent) {
			err = subject.WrongReply(w)
		}
		return err
	}, err
}
