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
// a context first and return an error last; what else it takes and returns must
// be able to cross in one of the codecs that both sides have.
//
// It is a package of its own since looking up methods at run time keeps the
// linker from leaving out the methods that a program does not use. Generated code
// does the same without that, and faster.
package dynamic
