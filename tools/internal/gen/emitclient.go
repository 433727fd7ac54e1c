package gen

import (
	"fmt"
	"go/types"
	"strings"
)

// clientName is the type that calls an interface on the other side.
func clientName(i *iface) string {
	if i.root {
		return upper(i.name) + "Client"
	}
	return i.prefix + "Client"
}

// client writes the type that calls i on the other side.
func (f *file) client(i *iface) {
	name, rpc := clientName(i), f.rpc()
	if i.root {
		f.f("\n// %s is %s on the other side of a link. All methods may be called\n// concurrently.\n", upper(article(name)), articled(i.name))
	} else {
		f.f("\n// %s is %s on the other side, which a call passed.\n", upper(article(name)), article(i.name))
	}
	if i.root && i.doc != "" {
		f.f("//\n")
		f.comment(i.doc, "")
	}
	f.f("type %s struct{ object *%s.Object }\n", name, rpc)
	f.f("\nvar _ %s = (*%s)(nil)\n", f.t(i.typ), name)
	if i.passed {
		f.f("\nfunc %sFrom(object *%s.Object) %s { return &%s{object} }\n", i.prefix, rpc, f.t(i.typ), name)
	}
	for _, m := range i.methods {
		l := f.newLocals("c", "call", "err", "reply", "stream")
		l.params(m)
		f.f("\n")
		if m.doc != "" {
			f.comment(m.doc, "")
		} else {
			f.f("// %s implements [%s].\n", m.name, f.t(i.typ))
		}
		f.f("func (c *%s) %s%s {\n", name, m.name, f.signature(m))
		f.callBody(m, "c.object", m.lostStatement())
		f.f("}\n")
	}
	switch {
	case i.closes && i.root:
		f.f("\n// Close releases the object; where it was an argument or a result of a call, it closes\n// what is behind it first.\n")
		f.f("func (c *%s) Close() error { return %s.CloseObject(c.object) }\n", name, rpc)
	case i.closes:
		f.f("\n// Close closes what is behind the object, and releases it.\n")
		f.f("func (c *%s) Close() error { return %s.CloseObject(c.object) }\n", name, rpc)
	default:
		f.f("\n// Close releases the object on the other side, without waiting.\n")
		f.f("func (c *%s) Close() error { return c.object.Close() }\n", name)
	}
	f.f("\n// TenonObject returns the object that the methods call: passed to the side that it\n// came from, the client comes home as what it stands for.\n")
	f.f("func (c *%s) TenonObject() *%s.Object { return c.object }\n", name, rpc)
}

// stub writes the func that makes a func out of an object.
func (f *file) stub(i *iface) {
	m := i.methods[0]
	l := f.newLocals("call", "err", "reply", "stream", "object", "lost")
	outer := "ctx"
	if m.ctx {
		l.used["ctx"] = false
	} else {
		l.used["ctx"] = true
	}
	l.params(m)
	params := []string{"object *" + f.rpc() + ".Object"}
	if !m.ctx {
		params = append([]string{outer + " " + f.ctx() + ".Context"}, params...)
		m.ctxVar = outer
	}
	lost := ""
	if !returnsError(i) {
		params = append(params, "lost func(error)")
		lost = "lost(err)"
	}
	f.f("\n// %sFrom returns a func that calls the one behind object", i.prefix)
	if lost != "" {
		f.f(": its errors, which\n// it has no place for, are told to lost")
	}
	f.f(".\nfunc %sFrom(%s) %s {\nreturn func%s {\n", i.prefix, strings.Join(params, ", "), f.t(i.typ), f.signature(m))
	f.callBody(m, "object", lost)
	f.f("}\n}\n")
}

// lostStatement is what a method does that cannot return an error.
func (m *method) lostStatement() string {
	if m.lost == "panic" {
		return "panic(err)"
	}
	return ""
}

// fail writes what follows an error: err is the expression for it.
func (f *file) fail(m *method, err, lost string) {
	var out []string
	for _, v := range m.results {
		out = append(out, f.zero(v.typ))
	}
	switch {
	case m.err:
		f.f("return %s\n", strings.Join(append(out, err), ", "))
	case lost == "panic(err)":
		f.f("%s\n", lost)
	case lost != "" && len(out) > 0:
		f.f("%s\nreturn %s\n", lost, strings.Join(out, ", "))
	case lost != "":
		f.f("%s\nreturn\n", lost)
	case len(out) > 0:
		f.f("return %s\n", strings.Join(out, ", "))
	default:
		f.f("return\n")
	}
}

// contextOf is the context of a call.
func (f *file) contextOf(m *method) string {
	if m.ctxVar != "" {
		return m.ctxVar
	}
	return f.ctx() + ".Background()"
}

// callBody writes the body of what calls m on an object.
func (f *file) callBody(m *method, object, lost string) {
	switch {
	case m.plainOnly():
		f.plainCall(m, object, lost)
	case m.streaming():
		f.streamCall(m, object, lost)
	default:
		f.liveCall(m, object, lost)
	}
}

// argsOf writes the plain arguments as what crosses.
func (f *file) argsOf(m *method) string {
	var names []string
	for _, v := range m.args.values {
		names = append(names, v.local)
	}
	switch {
	case m.args.name != "":
		return m.args.name + "{" + strings.Join(names, ", ") + "}"
	case len(names) == 1:
		return names[0]
	}
	return "struct{}{}"
}

// resultsOf writes the plain results out of reply, without what is live.
func (m *method) resultsOf(v *value) string {
	if m.reply.name != "" {
		return "reply." + exportedField("r", v.place)
	}
	return "reply"
}

func (f *file) plainCall(m *method, object, lost string) {
	call := fmt.Sprintf("%s.Call(%s, %s, %s)", f.callName(m), f.contextOf(m), object, f.argsOf(m))
	var out []string
	for _, v := range m.results {
		out = append(out, m.resultsOf(v))
	}
	switch {
	case m.err && len(out) == 1 && m.reply.name == "":
		f.f("return %s\n", call)
	case m.err && len(out) == 0:
		f.f("_, err := %s\nreturn err\n", call)
	case m.err:
		f.f("reply, err := %s\nreturn %s, err\n", call, strings.Join(out, ", "))
	case lost == "" && len(out) == 0:
		f.f("%s // when the connection is lost, nobody is told\n", call)
	case lost == "":
		f.f("reply, _ := %s // zero when the connection is lost\nreturn %s\n", call, strings.Join(out, ", "))
	case len(out) == 0:
		f.f("if _, err := %s; err != nil {\n%s\n}\n", call, lost)
	default:
		f.f("reply, err := %s\nif err != nil {\n%s\n}\nreturn %s\n", call, lost, strings.Join(out, ", "))
	}
}

// pass writes the passing of the live arguments.
func (f *file) pass(m *method) {
	for _, v := range m.params {
		if v == m.both {
			f.f("call.PassStream(true, true)\n")
			continue
		}
		switch v.kind {
		case reader:
			f.f("call.PassReader(%s)\n", v.local)
		case writer:
			f.f("call.PassWriter(%s)\n", v.local)
		case duplex:
			f.f("call.PassDuplex(%s)\n", v.local)
		case connection:
			f.f("call.PassConn(%s)\n", v.local)
		case sequence:
			f.f("%s.PassSeq(call, %s)\n", f.rpc(), f.sent(v, v.local))
		case channel:
			f.f("%s.PassChan(call, %s)\n", f.rpc(), v.local)
		case callback:
			f.f("%s.PassFunc(call, %sService(), %s)\n", f.rpc(), v.of.prefix, v.local)
		case object:
			f.f("call.PassObject(%s, %s, true)\n", f.objectService(v.of), v.local)
		}
	}
	if (m.stream != nil || m.sink != nil) && m.both == nil {
		f.f("call.PassStream(false, true)\n")
	}
}

// sent writes a sequence as an iter.Seq2 with errors.
func (f *file) sent(v *value, expr string) string {
	if v.errors {
		if isNamed(v.typ, "iter", "Seq2") {
			return expr
		}
		return fmt.Sprintf("%s.Seq2[%s, error](%s)", f.iter(), f.t(v.item), expr)
	}
	if !isNamed(v.typ, "iter", "Seq") {
		expr = fmt.Sprintf("%s.Seq[%s](%s)", f.iter(), f.t(v.item), expr)
	}
	return fmt.Sprintf("%s.WithErrors(%s)", f.rpc(), expr)
}

// got writes an iter.Seq2 with errors as a sequence of the type that is wanted. lost
// is the expression for what is told an error that has no place.
func (f *file) got(v *value, expr, lost string) string {
	if !v.errors {
		expr = fmt.Sprintf("%s.WithoutErrors(%s, %s)", f.rpc(), expr, lost)
		if converts(v, "Seq") {
			return fmt.Sprintf("%s(%s)", f.t(v.typ), expr)
		}
		return expr
	}
	if converts(v, "Seq2") {
		return fmt.Sprintf("%s(%s)", f.t(v.typ), expr)
	}
	return expr
}

// converts reports whether a sequence has a type with a name that is not iter's.
func converts(v *value, name string) bool {
	_, named := types.Unalias(v.typ).(*types.Named)
	return named && !isNamed(v.typ, "iter", name)
}

// feed writes what sends the argument that shares the stream.
func (f *file) feed(m *method) string {
	if m.both.kind == channel {
		return fmt.Sprintf("%s.FeedChan(stream, %s)", f.rpc(), m.both.local)
	}
	return fmt.Sprintf("%s.FeedSeq(stream, %s)", f.rpc(), f.sent(m.both, m.both.local))
}

// pointer writes the plain arguments as a pointer to what crosses.
func (f *file) pointer(m *method) string {
	if len(m.args.values) == 0 {
		return "nil"
	}
	return "&" + f.argsOf(m)
}

func (f *file) streamCall(m *method, object, lost string) {
	rpc := f.rpc()
	then := ""
	if m.err {
		then = ", nil"
	}
	told := "nil"
	switch {
	case lost == "panic(err)":
		told = "func(err error) { panic(err) }"
	case lost != "":
		told = "lost"
	}
	if m.simpleStream() {
		call := fmt.Sprintf("%s.Call(%s, %s, %s)", f.callName(m), f.contextOf(m), object, f.argsOf(m))
		f.f("return %s%s\n", f.got(m.stream, call, told), then)
		return
	}
	open := fmt.Sprintf("func() (*%s.AnyStream, error)", rpc)
	f.f("open := %s {\n", open)
	f.f("call, err := %s.Begin(%s, %q)\nif err != nil {\nreturn nil, err\n}\n", object, f.contextOf(m), m.name)
	f.pass(m)
	if m.both == nil {
		f.f("return call.DoStream(%s, nil)\n}\n", f.pointer(m))
	} else {
		f.f("stream, err := call.DoStream(%s, nil)\nif err == nil {\n%s\n}\nreturn stream, err\n}\n", f.pointer(m), f.feed(m))
	}
	f.f("return %s%s\n", f.got(m.stream, fmt.Sprintf("%s.Streamed[%s](open)", rpc, f.t(m.stream.item)), told), then)
}

func (f *file) liveCall(m *method, object, lost string) {
	f.f("call, err := %s.Begin(%s, %q)\nif err != nil {\n", object, f.contextOf(m), m.name)
	f.fail(m, "err", lost)
	f.f("}\n")
	f.pass(m)
	target := "nil"
	if len(m.reply.values) > 0 {
		f.f("var reply %s\n", f.groupOf(m.reply))
		target = "&reply"
	}
	do := fmt.Sprintf("call.Do(%s, %s)", f.pointer(m), target)
	if m.sink != nil {
		feed := "nil"
		if m.both != nil {
			feed = fmt.Sprintf("func(stream *%s.AnyStream) { %s }", f.rpc(), f.feed(m))
		}
		do = fmt.Sprintf("%s.DoChan(call, %s, %s, %s, %s)", f.rpc(), f.pointer(m), target, m.sink.local, feed)
	}
	if len(m.results) == 0 && m.err {
		f.f("return %s\n", do)
		return
	}
	f.f("if err := %s; err != nil {\n", do)
	f.fail(m, "err", lost)
	f.f("}\n")
	if len(m.results) == 1 && m.liveOut == 1 && m.err {
		f.f("return %s\n", f.taken1(m, m.results[0], lost))
		return
	}
	l := f.newLocals("c", "call", "err", "reply", "stream", "lost", "object")
	for _, v := range m.params {
		l.used[v.local] = true
	}
	l.used[m.ctxVar] = true
	l.results(m)
	var out []string
	for _, v := range m.results {
		if v.kind == plain {
			out = append(out, m.resultsOf(v))
			continue
		}
		f.f("%s, err := %s\nif err != nil {\ncall.Discard()\n", v.local, f.taken1(m, v, lost))
		f.fail(m, "err", lost)
		f.f("}\n")
		out = append(out, v.local)
	}
	if m.err {
		out = append(out, "nil")
	}
	if len(out) > 0 {
		f.f("return %s\n", strings.Join(out, ", "))
	}
}

// taken1 writes the taking of one live result.
func (f *file) taken1(m *method, v *value, lost string) string {
	switch v.kind {
	case reader:
		return fmt.Sprintf("call.Reader(%d)", v.place)
	case writer:
		return fmt.Sprintf("call.Writer(%d)", v.place)
	case duplex:
		return fmt.Sprintf("call.Duplex(%d)", v.place)
	case connection:
		return fmt.Sprintf("call.Conn(%d)", v.place)
	case channel:
		return fmt.Sprintf("%s.ChanResult[%s](call, %d)", f.rpc(), f.t(v.item), v.place)
	case callback:
		told := "func(error) {}"
		switch {
		case lost == "panic(err)":
			told = "func(err error) { panic(err) }"
		case m.of.fn:
			told = "lost"
		}
		return fmt.Sprintf("%s.ObjectResult(call, %d, %s)", f.rpc(), v.place, f.stubFor(v.of, f.ctx()+".Background()", told))
	}
	return fmt.Sprintf("%s.ObjectResult(call, %d, %sFrom)", f.rpc(), v.place, v.of.prefix)
}

// stubFor writes a func that makes the callback out of an object.
func (f *file) stubFor(i *iface, ctx, lost string) string {
	m := i.methods[0]
	if m.ctx && returnsError(i) {
		return i.prefix + "From"
	}
	args := "object"
	if !m.ctx {
		args = ctx + ", " + args
	}
	if !returnsError(i) {
		args += ", " + lost
	}
	return fmt.Sprintf("func(object *%s.Object) %s { return %sFrom(%s) }", f.rpc(), f.t(i.typ), i.prefix, args)
}
