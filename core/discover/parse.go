package discover

import (
	"encoding/json"
	"errors"
	"fmt"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
)

// maxElements and maxDepth bound a description: an empty service has three bytes in it, and
// two hundred in memory.
const (
	maxElements = 1 << 18
	maxDepth    = 1000
)

// scan refuses a description that would take too much memory.
func scan(src []byte) error {
	err := codec.ScanJSON(src, maxDepth, maxElements)
	if over := (*codec.LimitError)(nil); errors.As(err, &over) && over.Limit == "MaxElements" {
		err = &codec.LimitError{Limit: "DescriptionElements", Max: maxElements} // nobody raises this one
	}
	return err
}

// Parse reads what a plugin printed with --describe, from a file that was kept, say. An
// error matches [ErrDescribe].
func Parse(src []byte) (tenon.Description, error) {
	var d tenon.Description
	err := scan(src)
	if err == nil {
		err = json.Unmarshal(src, &d)
	}
	switch {
	case err != nil:
		err = fmt.Errorf("what it printed is not understood: %w", err)
	case d.Format == "":
		err = errors.New("what it printed is no description")
	case d.Format != string(mark):
		err = fmt.Errorf("what it printed has the format %q: was it made with a newer release?", d.Format)
	}
	for version, c := range d.Catalogues {
		if c == nil && err == nil {
			err = fmt.Errorf("what it printed lacks the services of protocol version %d", version)
		}
	}
	if err != nil {
		return tenon.Description{}, fmt.Errorf("%w: %w", ErrDescribe, err)
	}
	return d, nil
}
