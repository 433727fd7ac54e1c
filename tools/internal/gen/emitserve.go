package gen

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// objectService is the call that gives the service of an interface that is passed.
func (f *file) objectService(i *iface) string {
	if i.root {
		return i.prefix + "Object()"
	}
	return i.prefix + "Service()"
}

// serving writes what serves i.
func (f *file) serving(i *iface) {
	rpc, typ := f.rpc(), f.t(i.typ)
	if i.root {
		f.f("\n// %sMethods are the methods of %s, as they are served.\n", i.prefix, article(i.name))
		f.f("func %sMethods() []%s.Handler[%s] {\nreturn []%s.Handler[%s]{\n", i.prefix, rpc, typ, rpc, typ)
		for _, m := range i.methods {
			f.f("%s,\n", f.handler(m))
		}
		f.f("}\n}\n")
	}
	if i.passed {
		service := strings.TrimSuffix(f.objectService(i), "()")
		f.f("\nvar %sShared %s.Shared\n", i.prefix, rpc)
		f.f("\n// %s describes %s that is passed in a call.\n", service, article(describeName(i)))
		f.f("func %s() *%s.Service {\nreturn %sShared.Make(func() *%s.Service {\n", service, rpc, i.prefix, rpc)
		switch {
		case i.root && i.closes:
			f.f("return %s.ObjectService(append(%sMethods(), %s.HandleClose[%s]())...)\n", rpc, i.prefix, rpc, typ)
		case i.root:
			f.f("return %s.ObjectService(%sMethods()...)\n", rpc, i.prefix)
		default:
			f.f("return %s.ObjectService(\n", rpc)
			for _, m := range i.methods {
				f.f("%s,\n", f.handler(m))
			}
			if i.closes {
				f.f("%s.HandleClose[%s](),\n", rpc, typ)
			}
			f.f(")\n")
		}
		f.f("})\n}\n")
	}
	for _, m := range i.methods {
		if !f.direct(m) {
			f.serve(m)
		}
	}
}

func describeName(i *iface) string {
	if i.fn {
		return "func " + i.name
	}
	return i.name
}

// direct reports whether a method is served by a handler of the engine's that fits it.
func (f *file) direct(m *method) bool { return m.plainOnly() || m.simpleStream() }

// handler writes the handler of one method.
func (f *file) handler(m *method) string {
	var h string
	switch {
	case m.plainOnly():
		h = f.plainHandler(m)
	case m.simpleStream():
		h = f.streamHandler(m)
	default:
		h = fmt.Sprintf("%s.HandleLive(%s, %s)", f.rpc(), f.definition(m), f.own(m, "Serve"))
	}
	if m.quick {
		h += ".Quick()"
	}
	if m.doc != "" {
		h += fmt.Sprintf(".Doc(%q)", synopsis(m.doc))
	}
	var names []string
	known := false
	for _, v := range m.args.values {
		names = append(names, fmt.Sprintf("%q", label(v.name, v.place+1)))
		known = known || v.name != ""
	}
	if known || len(names) > 1 {
		h += ".Names(" + strings.Join(names, ", ") + ")"
	}
	return h
}

// plainHandler writes the handler of a method all of which is encoded: its method
// expression where that fits.
func (f *file) plainHandler(m *method) string {
	typ := f.t(m.of.typ)
	call := f.callName(m)
	natural := m.ctx && m.err && len(m.args.values) == 1 && len(m.reply.values) == 1 && !m.sig.Variadic() && !m.of.fn
	if natural && !strings.ContainsAny(typ, "[{ ") {
		return fmt.Sprintf("%s.Handle(%s, %s.%s)", f.rpc(), call, typ, m.name)
	}
	l := f.newLocals("v", "ctx", "args", "err", "reply")
	l.params(m)
	l.results(m)
	ctx, args := "_", "_"
	if m.ctx {
		ctx = "ctx"
	}
	if len(m.args.values) > 0 {
		args = m.argsName()
	}
	head := fmt.Sprintf("func(v %s, %s %s.Context, %s %s) (%s, error) {\n", typ, ctx, f.ctx(), args, f.groupOf(m.args), f.groupOf(m.reply))
	return fmt.Sprintf("%s.Handle(%s, %s%s})", f.rpc(), call, head, f.plainServe(m))
}

// streamHandler writes the handler of a method all of which is encoded, but for the
// sequence that it answers with.
func (f *file) streamHandler(m *method) string {
	typ, call, rpc := f.t(m.of.typ), f.callName(m), f.rpc()
	exact := m.stream.errors && isNamed(m.stream.typ, "iter", "Seq2")
	if m.ctx && !m.err && exact && len(m.args.values) == 1 && !m.sig.Variadic() && !m.of.fn && !strings.ContainsAny(typ, "[{ ") {
		return fmt.Sprintf("%s.HandleServerStream(%s, %s.%s)", rpc, call, typ, m.name)
	}
	l := f.newLocals("v", "ctx", "args", "err")
	l.params(m)
	l.results(m)
	ctx, args := "_", "_"
	if m.ctx {
		ctx = "ctx"
	}
	if len(m.args.values) > 0 {
		args = m.argsName()
	}
	invoke, out := m.invoke("ctx", m.argOf), m.stream.local
	var body string
	switch {
	case m.err && exact:
		body = fmt.Sprintf("return %s.OrError(%s)", rpc, invoke)
	case m.err:
		body = fmt.Sprintf("%s, err := %s\nreturn %s.OrError(%s, err)", out, invoke, rpc, f.sent(m.stream, out))
	default:
		body = "return " + f.sent(m.stream, invoke)
	}
	return fmt.Sprintf("%s.HandleServerStream(%s, func(v %s, %s %s.Context, %s %s) %s.Seq2[%s, error] {\n%s\n})",
		rpc, call, typ, ctx, f.ctx(), args, f.groupOf(m.args), f.iter(), f.t(m.stream.item), body)
}

// invoke writes the call of the implementation.
func (m *method) invoke(ctx string, arg func(*value) string) string {
	var args []string
	if m.ctx {
		args = append(args, ctx)
	}
	for _, v := range m.params {
		a := arg(v)
		if v.variadic {
			a += "..."
		}
		args = append(args, a)
	}
	if m.of.fn {
		return "v(" + strings.Join(args, ", ") + ")"
	}
	return "v." + m.name + "(" + strings.Join(args, ", ") + ")"
}

// argOf is a plain argument out of args.
func (m *method) argOf(v *value) string {
	if m.args.name != "" {
		return "args." + exportedField("a", v.place)
	}
	return v.local
}

// argsName is the variable that the arguments are decoded into.
func (m *method) argsName() string {
	if m.args.name == "" && len(m.args.values) == 1 {
		return m.args.values[0].local
	}
	return "args"
}

func (f *file) plainServe(m *method) string {
	invoke := m.invoke("ctx", m.argOf)
	var out []string
	for _, v := range m.results {
		out = append(out, v.local)
	}
	reply := "struct{}{}"
	switch {
	case m.reply.name != "":
		reply = m.reply.name + "{" + strings.Join(out, ", ") + "}"
	case len(out) == 1:
		reply = out[0]
	}
	switch {
	case m.err && len(out) == 1:
		return "return " + invoke + "\n"
	case m.err && len(out) == 0:
		return "return struct{}{}, " + invoke + "\n"
	case m.err:
		return fmt.Sprintf("%s, err := %s\nreturn %s, err\n", strings.Join(out, ", "), invoke, reply)
	case len(out) == 0:
		return invoke + "\nreturn struct{}{}, nil\n"
	case len(out) == 1:
		return "return " + invoke + ", nil\n"
	}
	return fmt.Sprintf("%s := %s\nreturn %s, nil\n", strings.Join(out, ", "), invoke, reply)
}

// definition writes what the catalogue says of a method that is not served directly.
func (f *file) definition(m *method) string {
	rpc := f.rpc()
	typeFor := func(t string) string { return fmt.Sprintf("%s.TypeFor[%s]()", f.pkg("reflect", "reflect"), t) }
	var b strings.Builder
	fmt.Fprintf(&b, "%s.MethodDefinition{\nName: %q,\n", rpc, m.name)
	up, down := m.up(), m.down()
	switch {
	case up != nil && down != nil:
		fmt.Fprintf(&b, "Kind: %s.KindBidiStream, Item: %s, Down: %s,\n", rpc, typeFor(f.t(up)), typeFor(f.t(down)))
	case down != nil:
		fmt.Fprintf(&b, "Kind: %s.KindServerStream, Item: %s,\n", rpc, typeFor(f.t(down)))
	case up != nil:
		fmt.Fprintf(&b, "Kind: %s.KindClientStream, Item: %s,\n", rpc, typeFor(f.t(up)))
	}
	if len(m.args.values) > 0 {
		fmt.Fprintf(&b, "Args: %s,\n", typeFor(f.groupOf(m.args)))
	}
	if len(m.reply.values) > 0 {
		fmt.Fprintf(&b, "Result: %s,\n", typeFor(f.groupOf(m.reply)))
	}
	var live, liveOut []string
	for _, v := range m.params {
		if v.kind != plain && v.kind != sink && (v.kind != sequence && v.kind != channel || m.sequences > 1) {
			live = append(live, fmt.Sprintf("%q", catalogueKind(v.kind)))
		}
	}
	for _, v := range m.results {
		if v.kind != plain && v.kind != sequence {
			liveOut = append(liveOut, fmt.Sprintf("%q", v.kind))
		}
	}
	if live != nil {
		fmt.Fprintf(&b, "Live: []string{%s},\n", strings.Join(live, ", "))
	}
	if liveOut != nil {
		fmt.Fprintf(&b, "LiveResults: []string{%s},\n", strings.Join(liveOut, ", "))
	}
	if passes := f.passes(m); passes != nil {
		fmt.Fprintf(&b, "Passes: []%s.Type{\n", f.pkg("reflect", "reflect"))
		for _, t := range passes {
			fmt.Fprintf(&b, "%s,\n", typeFor(t))
		}
		b.WriteString("},\n")
	}
	b.WriteString("}")
	return b.String()
}

// catalogueKind is the name that the catalogue has for an argument of that kind.
func catalogueKind(k kind) kind {
	if k == channel {
		return sequence
	}
	return k
}

// up is the type of the values that the caller streams, if exactly one argument is a
// sequence.
func (m *method) up() types.Type {
	if m.sequences != 1 {
		return nil
	}
	for _, v := range m.params {
		if v.kind == sequence || v.kind == channel {
			return v.item
		}
	}
	return nil
}

// down is the type of the values that the callee streams.
func (m *method) down() types.Type {
	switch {
	case m.stream != nil:
		return m.stream.item
	case m.sink != nil:
		return m.sink.item
	}
	return nil
}

// passes are the types that cross because of what the method passes, and are not
// among its own.
func (f *file) passes(m *method) []string {
	var all []string
	seen := map[*iface]bool{}
	add := func(t string) {
		if t != "struct{}" && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	var visit func(i *iface)
	own := func(m *method) {
		for _, v := range append(slices.Clone(m.params), m.results...) {
			if v.of != nil {
				visit(v.of)
			}
		}
	}
	visit = func(i *iface) {
		if seen[i] {
			return
		}
		seen[i] = true
		for _, m := range i.methods {
			for _, g := range []group{m.args, m.reply} {
				if len(g.values) > 0 {
					add(f.groupOf(f.named(m, g)))
				}
			}
			for _, v := range append(slices.Clone(m.params), m.results...) {
				if v.item != nil {
					add(f.t(v.item))
				}
			}
			own(m)
		}
	}
	own(m)
	if m.sequences > 1 {
		for _, v := range m.params {
			if v.item != nil {
				add(f.t(v.item))
			}
		}
	}
	for _, v := range m.results {
		if v.kind == channel {
			add(f.t(v.item))
		}
	}
	return all
}

// named gives a group its name, which it may not have got yet.
func (f *file) named(m *method, g group) group {
	what := "Args"
	if len(g.values) > 0 && len(m.reply.values) > 0 && g.values[0] == m.reply.values[0] {
		what = "Reply"
	}
	g.name = f.groupName(m, g, what)
	return g
}
