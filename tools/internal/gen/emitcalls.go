package gen

import (
	"go/types"
	"strings"
)

// calls writes the names and types by which both sides know the methods of i.
func (f *file) calls(i *iface) {
	var typed []*method
	for _, m := range i.methods {
		m.args.name = f.groupName(m, m.args, "Args")
		m.reply.name = f.groupName(m, m.reply, "Reply")
		if m.plainOnly() || m.simpleStream() && m.sink == nil {
			typed = append(typed, m)
		}
	}
	if len(typed) > 0 {
		what := "The methods of " + i.name + " that take and give what is encoded."
		if len(typed) == 1 {
			what = "The method " + typed[0].name + " of " + i.name + "."
		}
		if i.fn {
			what = "What the func " + i.name + " takes and gives."
		}
		open, end := "(\n", ")\n"
		if len(typed) == 1 {
			open, end = "", ""
		}
		f.f("\n// %s\nvar %s", what, open)
		for _, m := range typed {
			f.f("%s = %s{Name: %q}\n", f.callName(m), f.callType(m), m.name)
		}
		f.f("%s", end)
	}
	for _, m := range i.methods {
		f.groupType(m, m.args, "are the arguments of", "a")
		f.groupType(m, m.reply, "are the results of", "r")
	}
}

// groupName is the name of the struct of several values.
func (f *file) groupName(m *method, g group, what string) string {
	if len(g.values) < 2 {
		return ""
	}
	return f.own(m, what)
}

// own returns a private name for something of a method.
func (f *file) own(m *method, what string) string {
	if m.of.fn {
		return m.of.prefix + what
	}
	return m.of.prefix + m.name + what
}

func (f *file) callName(m *method) string {
	if m.of.fn {
		return m.of.prefix + "Call"
	}
	return m.of.prefix + m.name
}

// callType is the type of the value that stands for a method.
func (f *file) callType(m *method) string {
	if m.simpleStream() {
		return f.rpc() + ".ServerStream[" + f.groupOf(m.args) + ", " + f.t(m.stream.item) + "]"
	}
	return f.rpc() + ".Method[" + f.groupOf(m.args) + ", " + f.groupOf(m.reply) + "]"
}

// groupOf is the type that crosses for a group.
func (f *file) groupOf(g group) string {
	switch {
	case g.name != "":
		return g.name
	case len(g.values) == 1:
		return f.t(plainType(g.values[0]))
	}
	return "struct{}"
}

// plainType is the type of a plain value as it crosses.
func plainType(v *value) types.Type { return v.typ }

func (f *file) groupType(m *method, g group, what, prefix string) {
	if g.name == "" {
		return
	}
	subject := m.of.name + "." + m.name
	if m.of.fn {
		subject = "the func " + m.of.name
	}
	var names []string
	for _, v := range g.values {
		names = append(names, label(v.name, v.place+1))
	}
	f.f("\n// %s %s %s: %s.\ntype %s struct {\n", g.name, what, subject, strings.Join(names, ", "), g.name)
	for _, v := range g.values {
		f.f("%s %s `json:\"%s%d\"`\n", exportedField(prefix, v.place), f.t(v.typ), prefix, v.place)
	}
	f.f("}\n")
}
