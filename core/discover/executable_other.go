//go:build !unix

package discover

import (
	"io/fs"
	"path/filepath"
	"strings"
)

func executable(info fs.FileInfo) bool {
	return strings.EqualFold(filepath.Ext(info.Name()), ".exe")
}
