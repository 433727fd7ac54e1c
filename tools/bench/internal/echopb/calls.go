package echopb

import (
	"bytes"
	"context"

	"github.com/tenon-dev/tenon/tools/bench/internal/subject"
)

// Unary are the two calls, however they are made.
type Unary struct {
	Bytes  func(context.Context, *Blob) (*Blob, error)
	Struct func(context.Context, *Typical) (*Typical, error)
}

// Caller returns a call, and makes the first, with a full check.
func (u Unary) Caller(ctx context.Context, w subject.Work) (subject.Call, error) {
	if w.Struct {
		sent := Record()
		got, err := u.Struct(ctx, sent)
		if err == nil && !IsRecord(got) {
			err = subject.WrongReply(w)
		}
		return func(ctx context.Context) error {
			got, err := u.Struct(ctx, sent)
			if err == nil && got.GetId() != sent.GetId() {
				err = subject.WrongReply(w)
			}
			return err
		}, err
	}
	sent := &Blob{Data: w.Data}
	got, err := u.Bytes(ctx, sent)
	if err == nil && !bytes.Equal(got.GetData(), w.Data) {
		err = subject.WrongReply(w)
	}
	return func(ctx context.Context) error {
		got, err := u.Bytes(ctx, sent)
		if err == nil && len(got.GetData()) != len(sent.GetData()) {
			err = subject.WrongReply(w)
		}
		return err
	}, err
}
