package gen

import (
	"fmt"
	"go/token"
	"go/types"
)

// shape finds out how the arguments and results of a method cross.
func (b *plan) shape(m *method, where string, pos token.Pos) {
	sig := m.sig
	first, last := 0, sig.Results().Len()
	if sig.Params().Len() > 0 && isContext(sig.Params().At(0).Type()) {
		m.ctx, first = true, 1
	}
	if last > 0 && isError(sig.Results().At(last-1).Type()) {
		m.err = true
		last--
	}
	for i := first; i < sig.Params().Len(); i++ {
		v := newValue(sig.Params().At(i))
		v.variadic = sig.Variadic() && i == sig.Params().Len()-1
		at := where + ": argument " + label(v.name, i-first+1)
		b.value(m, v, at, b.position(sig.Params().At(i), pos), false)
		m.params = append(m.params, v)
	}
	for i := range last {
		v := newValue(sig.Results().At(i))
		at := where + ": result " + label(v.name, i+1)
		b.value(m, v, at, b.position(sig.Results().At(i), pos), true)
		m.results = append(m.results, v)
	}
	b.placing(m, where, pos)
	b.losing(m, where, pos)
}

func newValue(v *types.Var) *value {
	name := v.Name()
	if name == "_" {
		name = ""
	}
	return &value{name: name, typ: v.Type(), kind: kindOf(v.Type())}
}

func label(name string, n int) string {
	if name != "" {
		return name
	}
	return fmt.Sprint(n)
}

// position returns where an argument stands, if it is of the package itself.
func (b *plan) position(v *types.Var, otherwise token.Pos) token.Pos {
	if v.Pkg() == b.pkg.types && v.Pos().IsValid() {
		return v.Pos()
	}
	return otherwise
}

// value finds out how one argument or result crosses, and refuses it if it cannot.
func (b *plan) value(m *method, v *value, where string, pos token.Pos, result bool) {
	refuse := func(format string, args ...any) { b.refuse(pos, where, format, args...) }
	if b.unknown(v.typ) || !b.nameable(v.typ, where, pos) {
		if b.unknown(v.typ) {
			refuse("its type is not known%s", b.compilerSays())
		}
		v.kind = plain
		return
	}
	if isContext(v.typ) {
		v.kind = plain
		refuse("a context can only be the first argument")
		return
	}
	switch v.kind {
	case plain:
		if isFuncs(v.typ) {
			refuse("%s holds funcs: declare an interface with these methods, and pass that", b.write(v.typ))
			return
		}
		b.plain(v.typ, where, pos)
	case sequence:
		v.item, v.errors, _ = itemOf(v.typ)
		b.items(v, where, pos)
	case channel, sink:
		v.item = v.typ.Underlying().(*types.Chan).Elem()
		b.items(v, where, pos)
		switch {
		case v.kind == sink && result:
			refuse("a channel to send to cannot be a result: take an iter.Seq2[%s, error] or a <-chan %s as an argument", b.write(v.item), b.write(v.item))
		case v.kind == channel && result && !m.ctx:
			refuse("who receives from %s needs a way to say that it is enough: take a context.Context first", b.write(v.typ))
		}
	case callback:
		if isPairs(v.typ) {
			refuse("a sequence of pairs, %s, cannot cross: make the pairs structs, and the second values errors", b.write(v.typ))
			return
		}
		v.of = b.reach(m, v, where, pos)
	case object:
		v.of = b.reach(m, v, where, pos)
	}
}

// items checks the values of a sequence or channel.
func (b *plan) items(v *value, where string, pos token.Pos) {
	if k := kindOf(v.item); k != plain {
		b.refuse(pos, where, "%s is a %s whose values are live, each %s, and cannot cross so: pass each by itself", b.write(v.typ), v.kind, article(string(k)))
		return
	}
	b.plain(v.item, where, pos)
}

func (b *plan) plain(t types.Type, where string, pos token.Pos) {
	if o := b.check.check(t); o != nil {
		b.obstacle(pos, where, o)
	}
}

// placing gives each value its place, as the package dynamic of core does.
func (b *plan) placing(m *method, where string, pos token.Pos) {
	for _, v := range m.params {
		switch v.kind {
		case plain:
			v.place = len(m.args.values)
			m.args.values = append(m.args.values, v)
		case sink:
			if m.sink != nil {
				b.refuse(pos, where, "it takes two channels to send to, %s and %s: send values that say which is meant to one", m.sink.name, v.name)
			}
			m.sink = v
		case sequence, channel:
			m.sequences++
			fallthrough
		default:
			v.place = m.live
			m.live++
		}
	}
	for _, v := range m.results {
		switch {
		case v.kind == plain:
			v.place = len(m.reply.values)
			m.reply.values = append(m.reply.values, v)
		case v.kind == sequence && len(m.results) > 1:
			b.refuse(pos, where, "a sequence must be the only result, but for an error: split the method, or make its other results the first values")
		case v.kind == sequence && m.sink != nil:
			b.refuse(pos, where, "it sends to a channel and returns a sequence: one of them is enough")
		case v.kind == sequence:
			m.stream = v
		default:
			v.place = m.liveOut
			m.liveOut++
		}
	}
	m.place = m.live
	if (m.stream != nil || m.sink != nil) && m.sequences == 1 {
		for _, v := range m.params {
			if v.kind == sequence || v.kind == channel {
				m.both, m.place = v, v.place
			}
		}
	}
}

// losing checks that a method can tell that the connection is lost, or that its
// author says what it gives then.
func (b *plan) losing(m *method, where string, pos token.Pos) {
	for _, v := range m.results {
		switch {
		case v.kind == channel && m.lost != "zero":
			b.refuse(pos, where, "a channel, %s, cannot say that the connection is lost: return an iter.Seq2[%s, error], or write //tenon:lost zero above it, to have the channel closed then",
				b.write(v.typ), b.write(v.item))
			return
		case v.kind == sequence && !v.errors && m.lost == "":
			b.refuse(pos, where, "a sequence, %s, cannot say that it broke: return an iter.Seq2[%s, error], or write //tenon:lost zero above it, to have it end then, or //tenon:lost panic",
				b.write(v.typ), b.write(v.item))
			return
		case v.kind == callback && m.lost == "" && !returnsError(v.of):
			b.refuse(pos, where, "the func that it returns cannot say that the connection is lost: let it return an error, or write //tenon:lost zero above the method, or //tenon:lost panic")
			return
		}
	}
	if m.err || m.stream != nil || m.lost != "" {
		return
	}
	b.refuse(pos, where, "it returns no error, and a call to another process can always fail: return one last, or write //tenon:lost zero above it, to return zero values then, or //tenon:lost panic")
}

func returnsError(i *iface) bool { return i == nil || i.methods[0].err || i.methods[0].stream != nil }

// unknown reports whether the compiler did not find a type.
func (b *plan) unknown(t types.Type) bool {
	found := false
	var walk func(types.Type, int)
	walk = func(t types.Type, depth int) {
		if depth > 20 || found {
			return
		}
		switch t := types.Unalias(t).(type) {
		case *types.Basic:
			found = t.Kind() == types.Invalid
		case *types.Pointer:
			walk(t.Elem(), depth+1)
		case *types.Slice:
			walk(t.Elem(), depth+1)
		case *types.Array:
			walk(t.Elem(), depth+1)
		case *types.Chan:
			walk(t.Elem(), depth+1)
		case *types.Map:
			walk(t.Key(), depth+1)
			walk(t.Elem(), depth+1)
		case *types.Named:
			for i := range t.TypeArgs().Len() {
				walk(t.TypeArgs().At(i), depth+1)
			}
		}
	}
	walk(t, 0)
	return found
}

// compilerSays returns what is wrong with the package, for a person.
func (b *plan) compilerSays() string {
	if len(b.pkg.wrong) == 0 {
		return ""
	}
	return ": the compiler says: " + b.pkg.wrong[0]
}

// nameable reports whether generated code of this package can write the type, and
// refuses it if not.
func (b *plan) nameable(t types.Type, where string, pos token.Pos) bool {
	if n, ok := types.Unalias(t).(*types.Named); ok && n.Obj().Pkg() != nil && n.Obj().Pkg() != b.pkg.types && !n.Obj().Exported() {
		b.refuse(pos, where, "%s is not exported by its package, so code of this package cannot name it", b.write(t))
		return false
	}
	return true
}
