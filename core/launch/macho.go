package launch

import "encoding/binary"

// readMachO reads the headers of a Mach-O file, thin or with several processors.
func readMachO(head []byte) (image, bool) {
	img := image{format: formatMachO, system: "darwin"}
	if len(head) < 8 {
		return img, false
	}
	const (
		thin32, thin64 = 0xfeedface, 0xfeedfacf
		fat32, fat64   = 0xcafebabe, 0xcafebabf
	)
	big := binary.BigEndian
	switch magic := big.Uint32(head); magic {
	case thin32, thin64:
		img.arches = []string{machArch(big.Uint32(head[4:]))}
		return img, true
	case fat32, fat64:
		// Java classes begin alike; there the next number is at least 45.
		count := big.Uint32(head[4:])
		if count == 0 || count > archLimit {
			return img, false
		}
		entry := 20
		if magic == fat64 {
			entry = 32
		}
		for i := range int(count) {
			if at := 8 + i*entry; at+4 <= len(head) {
				img.arches = append(img.arches, machArch(big.Uint32(head[at:])))
			}
		}
		return img, len(img.arches) > 0
	}
	switch binary.LittleEndian.Uint32(head) {
	case thin32, thin64:
		img.arches = []string{machArch(binary.LittleEndian.Uint32(head[4:]))}
		return img, true
	}
	return img, false
}

func machArch(cpu uint32) string {
	switch cpu {
	case 7:
		return "386"
	case 12:
		return "arm"
	case 18:
		return "ppc"
	case 7 | 1<<24:
		return "amd64"
	case 12 | 1<<24:
		return "arm64"
	case 18 | 1<<24:
		return "ppc64"
	}
	return ""
}
