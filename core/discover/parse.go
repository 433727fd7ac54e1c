package discover

import (
	"encoding/json"
	"errors"
	"fmt"

	tenon "github.com/tenon-dev/tenon/core"
)

// Parse reads what a plugin printed with --describe, from a file that was kept, say. An
// error matches [ErrDescribe].
func Parse(src []byte) (tenon.Description, error) {
	var d tenon.Description
	err := json.Unmarshal(src, &d)
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
