package launch

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// elf64 is a minimal file for that processor, with a loader unless it is "".
func elf64(machine uint16, abi byte, interp string) []byte {
	b := make([]byte, 64)
	copy(b, "\x7fELF\x02\x01\x01")
	b[7] = abi
	le := binary.LittleEndian
	le.PutUint16(b[16:], 2)
	le.PutUint16(b[18:], machine)
	if interp == "" {
		return b
	}
	le.PutUint64(b[32:], 64)
	le.PutUint16(b[54:], 56)
	le.PutUint16(b[56:], 1)
	p := make([]byte, 56)
	le.PutUint32(p, 3)
	le.PutUint64(p[8:], 120)
	le.PutUint64(p[32:], uint64(len(interp)+1))
	return append(append(b, p...), interp+"\x00"...)
}

func mach(cpu uint32) []byte {
	b := make([]byte, 32)
	binary.LittleEndian.PutUint32(b, macho.Magic64)
	binary.LittleEndian.PutUint32(b[4:], cpu)
	return b
}

func fat(cpus ...uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, macho.MagicFat)
	b = binary.BigEndian.AppendUint32(b, uint32(len(cpus)))
	for _, cpu := range cpus {
		b = binary.BigEndian.AppendUint32(b, cpu)
		b = append(b, make([]byte, 16)...)
	}
	return b
}

func portable(machine uint16) []byte {
	b := make([]byte, 80)
	copy(b, "MZ")
	b[60] = 64
	copy(b[64:], "PE\x00\x00")
	binary.LittleEndian.PutUint16(b[68:], machine)
	return b
}

func TestJudge(t *testing.T) {
	amd64, arm64 := uint16(elf.EM_X86_64), uint16(elf.EM_AARCH64)
	macAMD, macARM := uint32(macho.CpuAmd64), uint32(macho.CpuArm64)
	tests := []struct {
		name string
		file []byte
		on   string // GOOS/GOARCH
		want string // the beginning of what was found
	}{
		{"fits", elf64(amd64, 0, ""), "linux/amd64", ""},
		{"other processor", elf64(arm64, 0, ""), "linux/amd64", "it was built for linux/arm64, this machine is linux/amd64"},
		{"other system", elf64(amd64, 9, ""), "linux/amd64", "it was built for freebsd/amd64, this machine is linux/amd64"},
		{"unmarked on freebsd", elf64(amd64, 0, ""), "freebsd/amd64", ""},
		{"linux on mac", elf64(arm64, 0, ""), "darwin/arm64", "it was built for linux/arm64, this machine is darwin/arm64"},
		{"unknown processor", elf64(9999, 0, ""), "linux/amd64", ""},
		{"386 on amd64", elf64(uint16(elf.EM_386), 0, ""), "linux/amd64", ""},
		{"loader", elf64(amd64, 0, "/lib/ld-musl.so"), "linux/amd64", "the loader /lib/ld-musl.so that it needs does not exist here"},
		{"loader is there", elf64(amd64, 0, "/exists"), "linux/amd64", ""},
		{"loader with a name to upset", elf64(amd64, 0, "/\x1b[2J"), "linux/amd64", `the loader "/\x1b[2J" that`},
		{"mac on linux", mach(macARM), "linux/arm64", "it was built for darwin/arm64, this machine is linux/arm64"},
		{"mac", mach(macARM), "darwin/arm64", ""},
		{"mac by translation", mach(macAMD), "darwin/arm64", ""},
		{"mac the other way", mach(macARM), "darwin/amd64", "it was built for darwin/arm64"},
		{"both macs", fat(macAMD, macARM), "darwin/amd64", ""},
		{"both macs on linux", fat(macAMD, macARM), "linux/amd64", "it was built for darwin/amd64 and darwin/arm64, this machine"},
		{"java", append(fat(), 0, 0, 0, 52), "linux/amd64", ""},
		{"windows", portable(pe.IMAGE_FILE_MACHINE_AMD64), "linux/amd64", "it was built for windows/amd64, this machine is linux/amd64"},
		{"on windows", portable(pe.IMAGE_FILE_MACHINE_AMD64), "windows/amd64", ""},
		{"arm on windows", portable(pe.IMAGE_FILE_MACHINE_ARM64), "windows/amd64", "it was built for windows/arm64"},
		{"dos", append([]byte("MZ"), make([]byte, 70)...), "linux/amd64", "it was built for windows/an unknown processor"},
		{"wasm", []byte("\x00asm\x01\x00\x00\x00"), "linux/amd64", "the file is a WebAssembly module"},
		{"script", []byte("#! /exists -x\n"), "linux/amd64", ""},
		{"script by name", []byte("#!/usr/bin/none foo"), "linux/amd64", "the interpreter /usr/bin/none that"},
		{"script of nothing", []byte("#!\n"), "linux/amd64", "the first line of the script names no program"},
		{"script on windows", []byte("#!/bin/sh\n"), "windows/amd64", "the file is a script for /bin/sh"},
		{"text", []byte("héllo\n"), "linux/amd64", "the file is a text"},
		{"text cut in a rune", []byte(strings.Repeat("é", 3000) + "x")[1 : headLimit+1], "linux/amd64", ""},
		{"garbage", []byte{1, 2, 3, 0xff}, "linux/amd64", ""},
		{"short elf", []byte("\x7fELF"), "linux/amd64", "the file ends before"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			goos, goarch, _ := strings.Cut(tt.on, "/")
			img := readImage(bytes.NewReader(tt.file), int64(len(tt.file)))
			found, hint := judge(img, goos, goarch, func(path string) bool { return path == "/exists" })
			if !strings.HasPrefix(found, tt.want) || tt.want == "" && found != "" {
				t.Errorf("got %q, want %q", found, tt.want)
			}
			if found != "" && hint == "" {
				t.Error("there is nothing to try")
			}
		})
	}
}

func TestTextCutInARuneIsText(t *testing.T) {
	text := []byte("x" + strings.Repeat("é", headLimit))
	if img := readImage(bytes.NewReader(text), int64(len(text))); img.format != formatText {
		t.Errorf("%+v", img)
	}
}

func TestReadOwnImage(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, _ := f.Stat()
	img := readImage(f, info.Size())
	if !systemFits(img, runtime.GOOS) || len(img.arches) != 1 || img.arches[0] != runtime.GOARCH {
		t.Errorf("%+v", img)
	}
}

func TestDeniedFile(t *testing.T) {
	tests := []struct {
		mode   fs.FileMode
		noExec bool
		want   Reason
	}{
		{fs.ModeDir | 0o755, false, ReasonDirectory},
		{fs.ModeDevice | 0o755, false, ReasonNotExecutable},
		{0o644, true, ReasonNotExecutable},
		{0o755, true, ReasonNoExec},
		{0o755, false, ReasonDenied},
	}
	for _, tt := range tests {
		if reason, found, hint := deniedFile("/x", tt.mode, tt.noExec); reason != tt.want || found == "" || hint == "" {
			t.Errorf("%v %v: %v %q %q", tt.mode, tt.noExec, reason, found, hint)
		}
	}
	if got := quoteShell("/it's here"); got != `'/it'\''s here'` {
		t.Error(got)
	}
}

// FuzzReadImage feeds any bytes to the readers of headers. They must neither panic nor
// take long, and judge must have a word for all of it.
func FuzzReadImage(f *testing.F) {
	for _, seed := range [][]byte{
		elf64(62, 0, "/lib/x"), mach(7), fat(1, 2, 3), portable(0x14c), []byte("#!/bin/sh"), []byte("!<arch>\n"), {},
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		img := readImage(bytes.NewReader(file), int64(len(file)))
		found, _ := judge(img, "linux", "amd64", func(string) bool { return false })
		if strings.ContainsAny(found, "\n\x1b\x00") {
			t.Errorf("%q", found)
		}
		if len(img.arches) > archLimit || len(img.interpreter) > max(interpLimit, headLimit) {
			t.Errorf("%d processors, %d bytes of a name", len(img.arches), len(img.interpreter))
		}
	})
}

// TestCutOffProgram: the system starts a program of which the end is missing, and it dies of a
// signal with nothing printed.
func TestCutOffProgram(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this program is an ELF file on Linux")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{4, 40, 60, 100, 1000, len(whole) / 2} {
		path := filepath.Join(t.TempDir(), "cut")
		if err := os.WriteFile(path, whole[:n], 0o755); err != nil {
			t.Fatal(err)
		}
		const want = "the file ends before the program that is in it does; build or copy it again: the disk may have been full, or it was copied while it was being written"
		if got := Diagnose(path); got != want {
			t.Errorf("%d bytes: %q", n, got)
		}
	}
	if got := Diagnose(self); got != "" {
		t.Errorf("the whole one: %q", got)
	}
}
