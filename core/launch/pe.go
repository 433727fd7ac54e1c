package launch

import (
	"encoding/binary"
	"io"
)

// readPE reads the headers of a Windows program, of which head is the beginning.
func readPE(r io.ReaderAt, head []byte) image {
	if len(head) < 64 {
		return image{}
	}
	img := image{format: formatPE, system: "windows", arches: []string{""}}
	sig := readAt(r, int64(binary.LittleEndian.Uint32(head[60:])), 6)
	if len(sig) < 6 || string(sig[:4]) != "PE\x00\x00" {
		return img // a program of DOS, or of an early Windows
	}
	switch binary.LittleEndian.Uint16(sig[4:]) {
	case 0x14c:
		img.arches[0] = "386"
	case 0x1c4:
		img.arches[0] = "arm"
	case 0x8664:
		img.arches[0] = "amd64"
	case 0xaa64:
		img.arches[0] = "arm64"
	}
	return img
}
