//go:build linux && (amd64 || arm64)

package sandbox

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Landlock restricts TCP sockets, and not those that speak TCP under another name:
// Multipath TCP, with which Go's own net.Listen listens, and SMC. A filter of system calls
// keeps the plugin from making such sockets, in this program's own dialect of system calls
// and in that of 32 bits, and from setting up an io_uring, which would make them past the
// filter. Programs go on with plain TCP then, as they do on kernels without the others.

// What the filter finds of a call, as struct seccomp_data has it. Of 64 bits the lower half
// is looked at, as the kernel does for these arguments.
const (
	dataNumber = 0
	dataArch   = 4
	dataArg0   = 16
	dataArg2   = 32
)

const (
	sysIOURingSetup = 425     // on every processor
	x32Bit          = 1 << 30 // of numbers in the third dialect of amd64
	socketcall      = 102     // of 386: its arguments are in memory, where no filter sees them
)

// plainTCP applies the filter to this thread, which must have no new privileges.
func plainTCP() error {
	filter := plainTCPFilter()
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW, uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(filter)
	if errno != 0 {
		return fmt.Errorf("TCP is restricted, and Multipath TCP and SMC are not: apply a filter of system calls: %w", errno)
	}
	return nil
}

// plainTCPFilter returns the program.
func plainTCPFilter() []unix.SockFilter {
	return assemble([]instruction{
		load("", dataArch),
		equal(nativeArch, "native"),
		load("", dataNumber),
		equal(compatSocket, "socket"),
		equal(socketcall, "socketcall"),
		equal(sysIOURingSetup, "missing"),
		end("allow", unix.SECCOMP_RET_ALLOW),

		load("native", dataNumber),
		atLeast(x32Bit, "missing"),
		equal(unix.SYS_SOCKET, "socket"),
		equal(sysIOURingSetup, "missing"),
		end("", unix.SECCOMP_RET_ALLOW),

		load("socketcall", dataArg0),
		equal(1, "refuse"), // it makes a socket
		end("", unix.SECCOMP_RET_ALLOW),

		load("socket", dataArg0),
		equal(unix.AF_SMC, "refuse"),
		load("", dataArg2),
		equal(unix.IPPROTO_MPTCP, "refuse"),
		equal(unix.IPPROTO_SMC, "refuse"),
		end("", unix.SECCOMP_RET_ALLOW),

		end("refuse", unix.SECCOMP_RET_ERRNO|uint32(unix.EPROTONOSUPPORT)),
		end("missing", unix.SECCOMP_RET_ERRNO|uint32(unix.ENOSYS)),
	})
}

// An instruction of a filter. Its label names it as the target of jumps before it; jump
// names where to go on if its condition holds.
type instruction struct {
	label, jump string
	code        uint16
	value       uint32
}

func load(label string, offset uint32) instruction {
	return instruction{label: label, code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, value: offset}
}

func equal(value uint32, jump string) instruction {
	return instruction{jump: jump, code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, value: value}
}

func atLeast(value uint32, jump string) instruction {
	return instruction{jump: jump, code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, value: value}
}

func end(label string, value uint32) instruction {
	return instruction{label: label, code: unix.BPF_RET | unix.BPF_K, value: value}
}

// assemble makes distances of labels. All jumps go forward.
func assemble(program []instruction) []unix.SockFilter {
	at := map[string]int{}
	for i, in := range program {
		if in.label != "" {
			at[in.label] = i
		}
	}
	filter := make([]unix.SockFilter, len(program))
	for i, in := range program {
		filter[i] = unix.SockFilter{Code: in.code, K: in.value}
		if in.jump != "" {
			filter[i].Jt = uint8(at[in.jump] - i - 1)
		}
	}
	return filter
}
