package hclogbridge

import (
	"fmt"
	"strconv"

	"github.com/hashicorp/go-hclog"
)

// formatted is a value that hclog formats when it is written: a format and its
// arguments.
func formatted(f hclog.Format) string {
	if len(f) == 0 {
		return ""
	}
	format, ok := f[0].(string)
	if !ok {
		return fmt.Sprint(f...)
	}
	return fmt.Sprintf(format, f[1:]...)
}

// number is a number that hclog writes in another base than ten.
func number(v any) string {
	switch v := v.(type) {
	case hclog.Hex:
		return "0x" + strconv.FormatUint(uint64(v), 16)
	case hclog.Octal:
		return "0" + strconv.FormatUint(uint64(v), 8)
	case hclog.Binary:
		return "0b" + strconv.FormatUint(uint64(v), 2)
	}
	return fmt.Sprint(v)
}
