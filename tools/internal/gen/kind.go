package gen

import "go/types"

// A kind says how an argument or a result crosses. The names are those that the
// catalogue has for them.
type kind string

const (
	plain      kind = "value"             // encoded
	reader     kind = "reader"            // io.Reader, io.ReadCloser
	writer     kind = "writer"            // io.Writer, io.WriteCloser
	duplex     kind = "reader and writer" // io.ReadWriter, io.ReadWriteCloser
	connection kind = "connection"        // net.Conn
	sequence   kind = "sequence"          // iter.Seq, iter.Seq2[T, error]
	channel    kind = "channel"           // <-chan T: as an argument it crosses as a sequence
	sink       kind = "channel to send"   // chan<- T, as an argument
	callback   kind = "callback"          // another func
	object     kind = "object"            // an interface
)

// bytesKinds are the interfaces of the standard library that stand for bytes as
// they come. Only these very types do.
var bytesKinds = map[string]kind{
	"io.Reader": reader, "io.ReadCloser": reader,
	"io.Writer": writer, "io.WriteCloser": writer,
	"io.ReadWriter": duplex, "io.ReadWriteCloser": duplex,
	"net.Conn": connection,
}

// kindOf returns how values of t cross, if they do.
func kindOf(t types.Type) kind {
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != nil {
		if k, ok := bytesKinds[named.Obj().Pkg().Path()+"."+named.Obj().Name()]; ok {
			return k
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Signature:
		if _, _, ok := itemOf(t); ok {
			return sequence
		}
		return callback
	case *types.Interface:
		if u.NumMethods() > 0 && !isError(t) {
			return object
		}
	case *types.Chan:
		switch u.Dir() {
		case types.RecvOnly:
			return channel
		case types.SendOnly:
			return sink
		}
	}
	return plain
}

// itemOf returns the type of a sequence's values, and whether errors stand beside
// them.
func itemOf(t types.Type) (item types.Type, errors, ok bool) {
	f, ok := t.Underlying().(*types.Signature)
	if !ok || f.Params().Len() != 1 || f.Results().Len() != 0 || f.Variadic() {
		return nil, false, false
	}
	yield, ok := f.Params().At(0).Type().Underlying().(*types.Signature)
	if !ok || yield.Results().Len() != 1 || yield.Variadic() || !types.Identical(yield.Results().At(0).Type(), types.Typ[types.Bool]) {
		return nil, false, false
	}
	switch p := yield.Params(); {
	case p.Len() == 1:
		return p.At(0).Type(), false, true
	case p.Len() == 2 && isError(p.At(1).Type()):
		return p.At(0).Type(), true, true
	}
	return nil, false, false
}

// isPairs reports whether t is an iter.Seq2 whose second values are no errors.
func isPairs(t types.Type) bool {
	f, ok := t.Underlying().(*types.Signature)
	if !ok || f.Params().Len() != 1 || f.Results().Len() != 0 {
		return false
	}
	yield, ok := f.Params().At(0).Type().Underlying().(*types.Signature)
	return ok && yield.Params().Len() == 2 && yield.Results().Len() == 1 && types.Identical(yield.Results().At(0).Type(), types.Typ[types.Bool])
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

// isNamed reports whether t is the type of that name, from a package of that path.
func isNamed(t types.Type, path, name string) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == path && n.Obj().Name() == name
}

func isContext(t types.Type) bool { return isNamed(t, "context", "Context") }

// isFuncs reports whether t is a pointer to a struct of funcs, which the package
// dynamic passes as an object.
func isFuncs(t types.Type) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return false
	}
	s, ok := p.Elem().Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range s.NumFields() {
		if f := s.Field(i); f.Exported() {
			if _, ok := f.Type().Underlying().(*types.Signature); ok {
				return true
			}
		}
	}
	return false
}
