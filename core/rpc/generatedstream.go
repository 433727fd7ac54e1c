package rpc

import "iter"

// Streamed returns the values that a streaming method answers with. open makes the
// call, when the sequence is drawn from; leaving the loop ends it. What
// [ServerStream.Call] says of errors and ends holds here.
func Streamed[Item any](open func() (*AnyStream, error)) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		var none Item
		s, err := open()
		if err != nil {
			yield(none, err)
			return
		}
		defer s.Cancel()
		for {
			var v Item
			err := s.Recv(&v)
			if isEnd(err) {
				<-s.done // the reply follows
				if s.lost != nil {
					yield(none, s.err)
				}
				return
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// FeedSeq sends the values of seq on a goroutine of the engine, as
// [AnyStream.Feed] does; of nil there are none.
func FeedSeq[Item any](s *AnyStream, seq iter.Seq2[Item, error]) {
	s.flow.peer.later(s.flow.sending("a sequence", s.registered, func() { sendAll(s.flow, s.codec, seq, s.registered) }))
}

// SendSeq sends the values of seq and then says that this side sends no more, as
// [AnyStream.SendAll] does; of nil there are none.
func SendSeq[Item any](s *AnyStream, seq iter.Seq2[Item, error]) error {
	return sendAll(s.flow, s.codec, seq, s.registered)
}

// RecvSeq returns the values that come on a stream in both directions. It can be
// left and drawn from again.
func RecvSeq[Item any](s *AnyStream) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for {
			var v Item
			err := s.Recv(&v)
			if isEnd(err) || !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// StreamArg is [Incoming.Stream] for the stream of a streaming method, which a
// caller has to pass.
func (in *Incoming) StreamArg(i int, up, down bool) (*AnyStream, error) {
	s, err := in.Stream(i, up, down)
	if err == nil && s == nil {
		err = errNoStream(in)
	}
	return s, err
}

// WithErrors returns the values of seq beside errors that are nil; nil for nil.
func WithErrors[Item any](seq iter.Seq[Item]) iter.Seq2[Item, error] {
	if seq == nil {
		return nil
	}
	return func(yield func(Item, error) bool) {
		for v := range seq {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// WithoutErrors returns the values of seq alone; nil for nil. The error that ends
// it is told to lost, where that is not nil.
func WithoutErrors[Item any](seq iter.Seq2[Item, error], lost func(error)) iter.Seq[Item] {
	if seq == nil {
		return nil
	}
	return func(yield func(Item) bool) {
		for v, err := range seq {
			if err != nil {
				if lost != nil {
					lost(err)
				}
				return
			}
			if !yield(v) {
				return
			}
		}
	}
}

// OrError returns seq, or after an error a sequence of that error alone: for
// methods that return both.
func OrError[Item any](seq iter.Seq2[Item, error], err error) iter.Seq2[Item, error] {
	if err == nil {
		return seq
	}
	return func(yield func(Item, error) bool) {
		var none Item
		yield(none, err)
	}
}
