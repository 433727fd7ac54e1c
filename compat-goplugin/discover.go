package goplugin

import (
	"fmt"
	"path/filepath"
)

// Discover returns the absolute paths of the files in dir whose names match glob, a
// pattern as for [filepath.Match]. Whether they are plugins is not looked at. Nothing
// that matches is no error.
func Discover(glob, dir string) ([]string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("look for plugins: %w", err)
	}
	return filepath.Glob(filepath.Join(dir, glob))
}
