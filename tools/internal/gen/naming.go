package gen

import (
	"go/types"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lower returns a name as one that is not exported: "URLStore" as "urlStore".
func lower(name string) string {
	r := []rune(name)
	for i := range r {
		if !unicode.IsUpper(r[i]) || i > 0 && i+1 < len(r) && !unicode.IsUpper(r[i+1]) && r[i+1] != '_' && !unicode.IsDigit(r[i+1]) {
			break
		}
		r[i] = unicode.ToLower(r[i])
	}
	return string(r)
}

// upper returns a name as one that is exported.
func upper(name string) string {
	first, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[n:]
}

// typeWord returns one word for a named type: "Closer" for io.Closer, "PageEntry"
// for Page[Entry].
func typeWord(t *types.Named) string {
	word := upper(t.Obj().Name())
	for i := range t.TypeArgs().Len() {
		word += argWord(t.TypeArgs().At(i))
	}
	return word
}

func argWord(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		return typeWord(t)
	case *types.Basic:
		return upper(t.Name())
	case *types.Pointer:
		return argWord(t.Elem())
	case *types.Slice:
		return argWord(t.Elem()) + "s"
	}
	return "Of"
}

// exportedField is the name of the field for a place in a struct of arguments
// ("A0") or results ("R0"), as the package dynamic of core has it.
func exportedField(prefix string, place int) string {
	return strings.ToUpper(prefix) + itoa(place)
}
