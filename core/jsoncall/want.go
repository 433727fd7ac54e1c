package jsoncall

import (
	"fmt"
	"math/big"
)

// want says in words what a node takes.
func (n *node) want() string {
	t := n.desc
	number := func() string {
		bits := n.bits()
		one := big.NewInt(1)
		low, high := new(big.Int), new(big.Int).Lsh(one, uint(bits))
		if t.Kind == "int" {
			high.Lsh(one, uint(bits)-1)
			low.Neg(high)
		}
		if bits == 64 {
			return t.String() + " (a whole number)"
		}
		return fmt.Sprintf("%v (a whole number from %v to %v)", t, low, high.Sub(high, one))
	}
	switch t.Kind {
	case "int", "uint":
		return number()
	case "float":
		return t.String() + " (a number)"
	case "string":
		return "a text"
	case "bytes":
		if t.Len > 0 {
			return fmt.Sprintf("%d bytes, as base64", t.Len)
		}
		return "bytes, as base64"
	case "time":
		return "a time such as \"2006-01-02T15:04:05Z\""
	case "duration":
		return "a duration such as \"1.5s\", or nanoseconds"
	case "list":
		if t.Len > 0 {
			return fmt.Sprintf("a list of %d, %v", t.Len, t)
		}
		return "a list, " + t.String()
	case "map":
		return "an object, " + t.String()
	case "struct":
		if t.Name == "" {
			return "an object"
		}
		return "an object, " + t.String()
	case "bool":
		return "true or false"
	}
	return t.String()
}

func (n *node) bits() int {
	if n.desc.Bits == 0 {
		return 64
	}
	return n.desc.Bits
}
