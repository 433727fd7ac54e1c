package launch

import (
	"bytes"
	"encoding/binary"
	"io"
)

// readELF reads the headers of an ELF file of that size, of which head is the beginning.
func readELF(r io.ReaderAt, head []byte, size int64) image {
	img := image{format: formatELF, system: "linux", arches: []string{""}}
	if len(head) < 52 {
		img.cutOff = true
		return img
	}
	var order binary.ByteOrder = binary.LittleEndian
	big := head[5] == 2
	if big {
		order = binary.BigEndian
	}
	wide := head[4] == 2
	img.system, img.systemSure = elfSystem(head[7])
	img.arches[0] = elfArch(order.Uint16(head[18:]), wide, big)

	// The program headers, one of which may name the loader.
	var off, entry, count int64
	if wide {
		if len(head) < 64 {
			img.cutOff = true
			return img
		}
		off, entry, count = int64(order.Uint64(head[32:])), int64(order.Uint16(head[54:])), int64(order.Uint16(head[56:]))
	} else {
		off, entry, count = int64(order.Uint32(head[28:])), int64(order.Uint16(head[42:])), int64(order.Uint16(head[44:]))
	}
	least := int64(32)
	if wide {
		least = 56
	}
	for i := range min(count, phdrLimit) {
		phdr := readAt(r, off+i*entry, least)
		if int64(len(phdr)) < least {
			img.cutOff = true
			return img
		}
		var at, n int64
		if wide {
			at, n = int64(order.Uint64(phdr[8:])), int64(order.Uint64(phdr[32:]))
		} else {
			at, n = int64(order.Uint32(phdr[4:])), int64(order.Uint32(phdr[16:]))
		}
		const (
			load   = 1 // PT_LOAD
			interp = 3 // PT_INTERP
		)
		switch order.Uint32(phdr) {
		case load:
			if at < 0 || n < 0 || at > size || n > size-at {
				img.cutOff = true // the system maps it all the same, and it dies when it gets there
			}
		case interp:
			if img.interpreter == "" {
				name, _, _ := bytes.Cut(readAt(r, at, min(n, interpLimit)), []byte{0})
				img.interpreter = string(name)
			}
		}
	}
	return img
}

// elfSystem translates the OS/ABI byte. Zero is what most systems write, Linux
// above all.
func elfSystem(abi byte) (goos string, sure bool) {
	switch abi {
	case 0:
		return "linux", false
	case 2:
		return "netbsd", true
	case 3:
		return "linux", true
	case 6:
		return "solaris", false // illumos writes the same
	case 9:
		return "freebsd", true
	case 12:
		return "openbsd", true
	}
	return "", false
}

func elfArch(machine uint16, wide, big bool) string {
	little := func(name string) string {
		if big {
			return name
		}
		return name + "le"
	}
	switch machine {
	case 3:
		return "386"
	case 8:
		if wide {
			return little("mips64")
		}
		return little("mips")
	case 21:
		return little("ppc64")
	case 22:
		return "s390x"
	case 40:
		return "arm"
	case 62:
		return "amd64"
	case 183:
		return "arm64"
	case 243:
		if wide {
			return "riscv64"
		}
		return "riscv"
	case 258:
		return "loong64"
	}
	return ""
}
