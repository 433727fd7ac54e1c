package dynamic

import (
	"fmt"
	"reflect"
	"strconv"
)

// A group is the plain arguments, or the plain results, of a func.
type group struct {
	types  []reflect.Type
	names  []string     // of the fields; nil unless it is a struct
	packed reflect.Type // what crosses; nil for nothing
}

// pack makes a group. Without names the fields are called prefix0, prefix1 and so
// on; with names it is a struct also when there is only one field.
func pack(types []reflect.Type, prefix string, names []string) (group, error) {
	g := group{types: types}
	switch {
	case len(types) == 0:
		return g, nil
	case len(types) == 1 && names == nil:
		g.packed = types[0]
		return g, nil
	case names == nil:
		for i := range types {
			g.names = append(g.names, prefix+strconv.Itoa(i))
		}
	case len(names) != len(types):
		return group{}, fmt.Errorf("it takes %d arguments (%v), not %d", len(names), names, len(types))
	default:
		g.names = names
	}
	fields := make([]reflect.StructField, len(types))
	for i, t := range types {
		fields[i] = reflect.StructField{
			Name: exported(g.names[i]),
			Type: t,
			Tag:  reflect.StructTag(`json:` + strconv.Quote(g.names[i])),
		}
		for _, before := range fields[:i] {
			if before.Name == fields[i].Name {
				return group{}, fmt.Errorf("two of its arguments have the name %s", g.names[i])
			}
		}
	}
	g.packed = reflect.StructOf(fields)
	return g, nil
}

// exported returns the Go field for a name on the wire. Names come from the other
// side: whatever cannot stand in a field's name is replaced.
func exported(name string) string {
	b := []byte(name)
	for i, c := range b {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			b[i] = '_'
		}
	}
	if len(b) == 0 || b[0] == '_' || b[0] >= 'a' && b[0] <= 'z' {
		if len(b) > 0 && b[0] != '_' {
			b[0] -= 'a' - 'A'
		} else {
			return "X" + string(b)
		}
	}
	return string(b)
}

// join makes one value of the group's values. It returns nil for nothing.
func (g group) join(values []reflect.Value) any {
	switch {
	case g.packed == nil:
		return nil
	case g.names == nil:
		p := reflect.New(g.packed)
		p.Elem().Set(values[0])
		return p.Interface()
	}
	p := reflect.New(g.packed)
	for i, v := range values {
		p.Elem().Field(i).Set(v)
	}
	return p.Interface()
}

// target returns a pointer to decode the group into, nil for nothing.
func (g group) target() reflect.Value {
	if g.packed == nil {
		return reflect.Value{}
	}
	return reflect.New(g.packed)
}

// split returns the group's values out of what was decoded into target.
func (g group) split(target reflect.Value) []reflect.Value {
	switch {
	case g.packed == nil:
		return nil
	case g.names == nil:
		return []reflect.Value{target.Elem()}
	}
	values := make([]reflect.Value, len(g.types))
	for i := range values {
		values[i] = target.Elem().Field(i)
	}
	return values
}

// pointer returns target as an any to decode into, nil for nothing.
func pointer(target reflect.Value) any {
	if !target.IsValid() {
		return nil
	}
	return target.Interface()
}
