package gen

import (
	"fmt"
	"strings"
)

// serve writes the func that serves a method with live values.
func (f *file) serve(m *method) {
	rpc := f.rpc()
	f.f("\nfunc %s(v %s, ctx %s.Context, call *%s.Incoming) error {\n", f.own(m, "Serve"), f.t(m.of.typ), f.ctx(), rpc)
	l := f.newLocals("v", "ctx", "call", "err", "args", "stream", "failed", "kept", "events", "object")
	l.params(m)
	l.results(m)
	ctx := "ctx"
	if m.keeps() {
		ctx = "kept"
	}
	if len(m.args.values) > 0 {
		f.f("var %[1]s %[2]s\nif err := call.Decode(&%[1]s); err != nil {\nreturn err\n}\n", m.argsName(), f.groupOf(m.args))
	}
	if m.stream != nil || m.sink != nil {
		f.f("stream, err := call.StreamArg(%d, true, %v)\nif err != nil {\nreturn err\n}\n", m.place, m.both != nil)
	}
	if m.notes() {
		f.f("var failed %s.Failure\n", rpc)
	}
	for _, v := range m.params {
		f.argument(m, v)
	}
	if m.keeps() {
		f.f("kept := %s.KeepContext(ctx)\n", rpc)
	}
	invoke := m.invoke(ctx, func(v *value) string {
		switch v.kind {
		case plain:
			return m.argOf(v)
		case sink:
			return v.local + ".Chan()"
		}
		return v.local
	})
	if m.stream != nil {
		f.sendStream(m, invoke)
	} else {
		f.sendReply(m, invoke)
	}
	f.f("}\n")
}

// keeps reports whether the method's context outlives the call.
func (m *method) keeps() bool {
	for _, v := range m.results {
		if v.kind == channel {
			return true
		}
	}
	return false
}

// notes reports whether an argument has no place for its errors.
func (m *method) notes() bool {
	for _, v := range m.params {
		switch v.kind {
		case sequence:
			if !v.errors {
				return true
			}
		case channel:
			return true
		case callback:
			if !returnsError(v.of) {
				return true
			}
		}
	}
	return false
}

// argument writes the taking of one live argument.
func (f *file) argument(m *method, v *value) {
	rpc, item := f.rpc(), ""
	if v.item != nil {
		item = f.t(v.item)
	}
	var take string
	switch v.kind {
	case plain:
		return
	case reader:
		take = fmt.Sprintf("call.Reader(%d)", v.place)
	case writer:
		take = fmt.Sprintf("call.Writer(%d)", v.place)
	case duplex:
		take = fmt.Sprintf("call.Duplex(%d)", v.place)
	case connection:
		take = fmt.Sprintf("call.Conn(%d)", v.place)
	case sink:
		f.f("%s := %s.SendChan[%s](call, stream)\ndefer %s.Flush()\n", v.local, rpc, item, v.local)
		return
	case sequence:
		if v == m.both {
			f.f("%s := %s\n", v.local, f.got(v, fmt.Sprintf("%s.RecvSeq[%s](stream)", rpc, item), "failed.Note"))
			return
		}
		if !v.errors || converts(v, "Seq2") {
			f.f("%sSeq, err := %s.SeqArg[%s](call, %d)\nif err != nil {\nreturn err\n}\n", v.local, rpc, item, v.place)
			f.f("%s := %s\n", v.local, f.got(v, v.local+"Seq", "failed.Note"))
			return
		}
		take = fmt.Sprintf("%s.SeqArg[%s](call, %d)", rpc, item, v.place)
	case channel:
		if v == m.both {
			f.f("%s := %s.ChanOf[%s](call, stream, failed.Note)\n", v.local, rpc, item)
			return
		}
		take = fmt.Sprintf("%s.ChanArg[%s](call, %d, failed.Note)", rpc, item, v.place)
	case callback:
		take = fmt.Sprintf("%s.FuncArg(call, %d, %s)", rpc, v.place, f.stubFor(v.of, "ctx", "failed.Note"))
	case object:
		take = fmt.Sprintf("%s.ObjectArg(call, %d, %sFrom)", rpc, v.place, v.of.prefix)
	}
	f.f("%s, err := %s\nif err != nil {\nreturn err\n}\n", v.local, take)
}

// sendStream writes the call of a method that answers with a sequence.
func (f *file) sendStream(m *method, invoke string) {
	out := m.stream.local
	if m.err {
		f.f("%s, err := %s\nif err != nil {\nreturn err\n}\n", out, invoke)
	} else {
		out = invoke
	}
	send := fmt.Sprintf("%s.SendSeq(stream, %s)", f.rpc(), f.sent(m.stream, out))
	if m.notes() {
		f.f("if err := %s; err != nil {\nreturn err\n}\nreturn failed.Err()\n", send)
		return
	}
	f.f("return %s\n", send)
}

// sendReply writes the call of a method, and its answer.
func (f *file) sendReply(m *method, invoke string) {
	var out []string
	for _, v := range m.results {
		out = append(out, v.local)
	}
	drop := ""
	if m.keeps() {
		drop = "kept.Drop()\n"
	}
	switch {
	case m.err && len(out) == 0:
		f.f("if err := %s; err != nil {\n%sreturn err\n}\n", invoke, drop)
	case m.err:
		f.f("%s, err := %s\nif err != nil {\n%sreturn err\n}\n", strings.Join(out, ", "), invoke, drop)
	case len(out) == 0:
		f.f("%s\n", invoke)
	default:
		f.f("%s := %s\n", strings.Join(out, ", "), invoke)
	}
	if m.sink != nil {
		f.f("%s.Flush()\n", m.sink.local)
	}
	if m.notes() {
		f.f("if err := failed.Err(); err != nil {\n%sreturn err\n}\n", drop)
	}
	for _, v := range m.results {
		switch v.kind {
		case reader:
			f.f("call.ReplyReader(%s)\n", v.local)
		case writer:
			f.f("call.ReplyWriter(%s)\n", v.local)
		case duplex:
			f.f("call.ReplyDuplex(%s)\n", v.local)
		case connection:
			f.f("call.ReplyConn(%s)\n", v.local)
		case channel:
			f.f("%s.ReplyChan(call, %s, kept)\n", f.rpc(), v.local)
		case callback:
			f.f("%s.ReplyFunc(call, %sService(), %s)\n", f.rpc(), v.of.prefix, v.local)
		case object:
			f.f("call.ReplyObject(%s, %s)\n", f.objectService(v.of), v.local)
		}
	}
	var plains []string
	for _, v := range m.reply.values {
		plains = append(plains, v.local)
	}
	switch {
	case m.reply.name != "":
		f.f("return call.Reply(&%s{%s})\n", m.reply.name, strings.Join(plains, ", "))
	case len(plains) == 1:
		f.f("return call.Reply(&%s)\n", plains[0])
	default:
		f.f("return call.Reply(nil)\n")
	}
}
