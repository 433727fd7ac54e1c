package gen

import (
	"cmp"
	"fmt"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
)

// A plan is the model of one generated file.
type plan struct {
	pkg      *Package
	roots    []*iface
	reached  []*iface // in the order in which they are met
	families []family
	known    map[string]*iface // by the type, written out
	lead     string            // what private names of the file begin with
	names    map[string]bool   // that the file declares
	check    crossing
	lost     string // what roots say for interfaces that say nothing themselves
	refused  Refusals
}

// A family is an interface and its further versions.
type family struct {
	name     string
	versions []version
}

// newPlan makes the model for interfaces of a package, by name.
func newPlan(p *Package, names []string) (*plan, error) {
	b := &plan{pkg: p, known: map[string]*iface{}, names: map[string]bool{}}
	b.check = crossing{pkg: p.types, source: p.source, name: b.write}
	var objs []*types.TypeName
	for _, name := range names {
		obj, err := p.lookup(name)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(objs, obj) {
			objs = append(objs, obj)
		}
		family := family{name: name, versions: []version{{name, 1}}}
		for _, v := range p.versions(name) {
			obj, err := p.lookup(v.name)
			if err != nil {
				return nil, err
			}
			if !slices.Contains(objs, obj) {
				objs = append(objs, obj)
			}
			family.versions = append(family.versions, v)
		}
		if len(family.versions) > 1 {
			b.families = append(b.families, family)
		}
	}
	b.lead = lower(names[0])
	for _, obj := range objs {
		i := &iface{typ: obj.Type(), name: obj.Name(), prefix: lower(obj.Name()), root: true}
		b.known[b.full(obj.Type())] = i
		b.roots = append(b.roots, i)
		b.declareRoot(i, obj)
	}
	for _, i := range b.roots {
		b.fillRoot(i)
	}
	for _, i := range b.roots {
		b.closing(i)
	}
	if len(b.refused) > 0 {
		return nil, b.refused.sorted(p.Dir)
	}
	return b, nil
}

// write returns a type as the package's own source writes it.
func (b *plan) write(t types.Type) string { return types.TypeString(t, types.RelativeTo(b.pkg.types)) }

// full returns a type with the whole paths of its packages.
func (b *plan) full(t types.Type) string { return types.TypeString(types.Unalias(t), nil) }

func (b *plan) refuse(pos token.Pos, where, format string, args ...any) {
	b.refused = append(b.refused, Refusal{b.pkg.source.fset.Position(pos), where, fmt.Sprintf(format, args...)})
}

// declareRoot takes the exported names of a root.
func (b *plan) declareRoot(i *iface, obj *types.TypeName) {
	for _, format := range []string{"%sClient", "New%sClient", "Dispense%s", "%sService", "%sPlugin", "%sCookie"} {
		name := fmt.Sprintf(format, upper(i.name))
		if other := b.pkg.types.Scope().Lookup(name); other != nil {
			b.refuse(other.Pos(), name, "it is declared here, and is what is generated for %s: give it another name", i.name)
		}
		b.names[name] = true
	}
}

func (b *plan) fillRoot(i *iface) {
	obj := i.typ.(interface{ Obj() *types.TypeName }).Obj()
	c := b.pkg.source.of(obj)
	b.refused = append(b.refused, c.check(onInterface, i.name)...)
	b.lost, _, _ = c.get("lost")
	i.doc = c.text
	b.configure(i, obj, c)
	b.fill(i, c, obj.Pos())
}

// configure finds the type of a root's configuration.
func (b *plan) configure(i *iface, obj *types.TypeName, c comment) {
	expr, at, said := c.get("config")
	if said && (expr == "none" || expr == "") {
		return
	}
	if said {
		t, err := types.Eval(b.pkg.source.fset, b.pkg.types, obj.Pos(), expr)
		if err != nil || !t.IsType() {
			b.refused = append(b.refused, Refusal{at, i.name, fmt.Sprintf("//tenon:config %s: there is no such type here", expr)})
			return
		}
		i.config = t.Type
	} else {
		for _, name := range []string{i.name + "Config", "Config"} {
			if t, ok := b.pkg.types.Scope().Lookup(name).(*types.TypeName); ok && !types.IsInterface(t.Type()) {
				i.config = t.Type()
				break
			}
		}
	}
	if i.config == nil {
		return
	}
	if o := b.check.check(i.config); o != nil {
		b.obstacle(obj.Pos(), i.name+": configuration", o)
	}
}

// obstacle refuses a value that cannot be encoded.
func (b *plan) obstacle(pos token.Pos, where string, o *obstacle) {
	if o.pos.IsValid() && b.mine(o.pos) {
		pos = o.pos
	}
	if o.path != "" {
		where += ": " + strings.TrimPrefix(o.path, ": ")
	}
	b.refuse(pos, where, "%s", o.why)
}

// mine reports whether a position is in the package itself.
func (b *plan) mine(pos token.Pos) bool {
	return filepath.Dir(b.pkg.source.fset.Position(pos).Filename) == b.pkg.Dir
}

// fill adds the methods of an interface. c is what its source says.
func (b *plan) fill(i *iface, c comment, pos token.Pos) {
	it := i.typ.Underlying().(*types.Interface)
	if i.root { // its own methods are found in the order of the source
		b.names[i.prefix+"Methods"] = true
	}
	methods := make([]*types.Func, it.NumMethods())
	for n := range methods {
		methods[n] = it.Method(n)
	}
	b.inSourceOrder(methods)
	for _, f := range methods {
		b.names[i.prefix+f.Name()] = true
	}
	for _, f := range methods {
		where := i.name + "." + f.Name()
		if !f.Exported() {
			b.refuse(b.at(f, pos), where, "it is not exported, so nothing outside of its package can implement it: export it, or take it out")
			continue
		}
		sig := f.Type().(*types.Signature)
		if f.Name() == "Close" && sig.Params().Len() == 0 && sig.Results().Len() == 1 && isError(sig.Results().At(0).Type()) {
			i.closes = true
			continue
		}
		if f.Name() == "TenonObject" || f.Name() == "Close" && i.root {
			b.refuse(b.at(f, pos), where, "clients have a method of that name that does something else: rename it, or make it Close() error")
			continue
		}
		if why := b.fills(f.Name(), sig); why != "" {
			b.refuse(b.at(f, pos), where, "%s", why)
			continue
		}
		m := &method{of: i, name: f.Name(), sig: sig}
		said := b.pkg.source.of(f)
		b.refused = append(b.refused, said.check(onMethod, where)...)
		m.doc = said.text
		for _, from := range []comment{said, c, b.pkg.source.ownerOf(f)} {
			if lost, _, ok := from.get("lost"); ok && m.lost == "" {
				m.lost = lost
			}
		}
		if m.lost == "" {
			m.lost = b.lost
		}
		b.shape(m, where, b.at(f, pos))
		var at token.Position
		if _, at, m.quick = said.get("quick"); m.quick && !m.plainOnly() {
			b.refused = append(b.refused, Refusal{at, where, "//tenon:quick is for methods that pass values alone: one that passes readers, streams, funcs or objects waits for them"})
		}
		i.methods = append(i.methods, m)
	}
	if len(i.methods) == 0 && i.root && !i.closes {
		b.refuse(pos, i.name, "it has no methods that can be called")
	}
}

// fills says why a method cannot be called from another process that fills a slice of
// its caller's, of which only a copy crosses. It knows those of io.Reader and
// io.ReaderAt; of others a []byte does not tell.
func (b *plan) fills(name string, sig *types.Signature) string {
	params := make([]string, sig.Params().Len())
	for i := range params {
		params[i] = b.write(sig.Params().At(i).Type())
	}
	switch {
	case name == "Read" && slices.Equal(params, []string{"[]byte"}):
		return "it is more than an io.Reader: pass io.Reader, io.ReadCloser or io.ReadWriteCloser itself, beside it"
	case name == "ReadAt" && slices.Equal(params, []string{"[]byte", "int64"}):
		return "it fills a slice of its caller's, and nothing of that crosses: let a method return the bytes, or pass an io.Reader of that section"
	}
	return ""
}

// at returns where a method stands, or where what leads to it does.
func (b *plan) at(f types.Object, otherwise token.Pos) token.Pos {
	if f.Pos().IsValid() && b.mine(f.Pos()) {
		return f.Pos()
	}
	return otherwise
}

// inSourceOrder sorts methods as the source has them: those of the package itself
// first, then those of others, wherever these lie on this machine.
func (b *plan) inSourceOrder(methods []*types.Func) {
	slices.SortStableFunc(methods, func(x, y *types.Func) int {
		if own := x.Pkg() == b.pkg.types; own != (y.Pkg() == b.pkg.types) {
			if own {
				return -1
			}
			return 1
		}
		p, q := b.pkg.source.fset.Position(x.Pos()), b.pkg.source.fset.Position(y.Pos())
		return cmp.Or(
			strings.Compare(pathOf(x), pathOf(y)),
			strings.Compare(filepath.Base(p.Filename), filepath.Base(q.Filename)),
			p.Line-q.Line, p.Column-q.Column,
			int(x.Pos()-y.Pos()), // of what has no source
		)
	})
}

// pathOf is the path of an object's package, "" for the method of error.
func pathOf(x types.Object) string {
	if x.Pkg() == nil {
		return ""
	}
	return x.Pkg().Path()
}

// reach returns the model of a callback or of an object that a method passes.
func (b *plan) reach(m *method, v *value, where string, pos token.Pos) *iface {
	if i := b.known[b.full(v.typ)]; i != nil {
		i.passed = true
		return i
	}
	i := &iface{typ: v.typ, fn: v.kind == callback, passed: true}
	b.known[b.full(v.typ)] = i
	b.reached = append(b.reached, i)
	var c comment
	if named, ok := types.Unalias(v.typ).(*types.Named); ok {
		i.name = b.write(v.typ)
		i.prefix = b.private(typeWord(named))
		c = b.pkg.source.of(named.Obj())
		if !i.fn {
			b.refused = append(b.refused, c.check(onInterface, i.name)...)
		}
		i.doc = c.text
		if pos2 := named.Obj().Pos(); pos2.IsValid() && named.Obj().Pkg() == b.pkg.types {
			pos = pos2
		}
	} else {
		word := v.name
		if word == "" {
			word = "func"
			if !i.fn {
				word = "object"
			}
		}
		i.name = word + " of " + m.of.name
		if !m.of.fn {
			i.name += "." + m.name
		}
		i.prefix = b.private(m.name + upper(word))
	}
	if i.fn {
		call := &method{of: i, name: "Call", sig: v.typ.Underlying().(*types.Signature), lost: "note"}
		i.methods = []*method{call}
		b.shape(call, where, pos)
		return i
	}
	b.fill(i, c, pos)
	return i
}

// private returns a name of the file's own that is not taken.
func (b *plan) private(word string) string {
	name := b.lead + upper(word)
	for n := 2; b.names[name] || b.pkg.types.Scope().Lookup(name) != nil; n++ {
		name = fmt.Sprint(b.lead, upper(word), n)
	}
	b.names[name] = true
	return name
}

// closing lets an interface that is only there to be closed be passed.
func (b *plan) closing(i *iface) {
	if i.root && i.closes && len(i.methods) == 0 {
		b.refuse(i.typ.(interface{ Obj() *types.TypeName }).Obj().Pos(), i.name, "it has nothing but Close: a client has that anyway")
	}
}
