// Package dynamic serves any Go value as a service, and calls services, with
// nothing generated: by reflection.
//
//	// plugin
//	tenon.Services{"greeter": dynamic.Service(&Greeter{})}
//
//	// host
//	var greeter struct {
//		Greet func(ctx context.Context, name string) (string, error)
//	}
//	err := dynamic.Bind(ctx, client, "greeter", &greeter)
//
// Every exported method of the value is served, but for Close. A method may take
// a context first and return an error last; what else it takes and returns is
// encoded in one of the codecs that both sides have, or is a live value:
//
//   - io.Reader, io.ReadCloser, io.Writer, io.WriteCloser, io.ReadWriter and
//     io.ReadWriteCloser: bytes as they come. An argument lives as long as the
//     call and is not closed; a result lives until it is closed, and is closed on
//     the side that it came from then.
//   - net.Conn: a connection, which lives until it is closed, also as an argument.
//   - iter.Seq[T] and iter.Seq2[T, error]: a sequence of values, one by one. As an
//     argument it can be drawn from while the call runs. As the only result,
//     beside an error, it makes the method a streaming one: the call is made when
//     the sequence is drawn from, and lasts as long. Who receives a result takes an
//     iter.Seq2: the sequence can break.
//   - A func as an argument: a callback, which ends with the call.
//   - An interface, or a pointer to a struct of funcs: an object, which lives until
//     it is released or the session ends. It is sent as either, and received as a
//     pointer to a struct of funcs, since nothing can be made at run time that has
//     methods. Funcs that the other side lacks are nil. See [Ref] for objects that
//     come home, and for closing them; those that nothing refers to any more are
//     released by the garbage collector. A value that a method returned is closed
//     when it was released, if it is an io.Closer, as often as it was returned; one
//     that was an argument is not.
//
// Live values stand by themselves: not in structs, slices or maps. A channel, and
// whatever else cannot cross, is refused when the service is registered. But fields
// that are not exported are left behind, without a word: unlike generated code, this
// package cannot be told which of them may stay.
//
// A func of the other side that returns no error, a callback such as
// func(done int), and an iter.Seq that was received, may still fail: then the call
// that they were passed to fails with that error.
//
// In the terms of the protocol, live arguments take the places 0, 1, 2 in the
// table of references in the order of the parameters, and live results likewise.
// The stream of a streaming method takes the place after the live arguments; where
// exactly one argument is a sequence, and the result too, both share that
// argument's stream. So a method with a sequence on one side or both is what the
// package rpc calls a ServerStream, a ClientStream or a BidiStream, and can be
// called as one.
//
// It is a package of its own since looking up methods at run time keeps the
// linker from leaving out the methods that a program does not use. Generated code
// does the same without that, and faster.
package dynamic
