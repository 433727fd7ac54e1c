package launch

import (
	"log/slog"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

// A job holds a plugin and all that it starts together, as a process group does elsewhere
// and more: when its last handle is closed, which the system does for a host that dies in
// whatever way, all that is in it is ended.
type job struct {
	mu     sync.Mutex
	handle syscall.Handle // 0 when it is closed
}

const (
	extendedLimitInformation = 9      // JobObjectExtendedLimitInformation
	killOnClose              = 0x2000 // JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE

	setQuota  = 0x0100 // PROCESS_SET_QUOTA
	terminate = 0x0001 // PROCESS_TERMINATE
)

// basicLimits is JOBOBJECT_BASIC_LIMIT_INFORMATION.
type basicLimits struct {
	processTime, jobTime         int64
	flags                        uint32
	minWorkingSet, maxWorkingSet uintptr
	activeProcesses              uint32
	affinity                     uintptr
	priority, scheduling         uint32
}

// extendedLimits is JOBOBJECT_EXTENDED_LIMIT_INFORMATION.
type extendedLimits struct {
	basic basicLimits
	_     [(8 - unsafe.Sizeof(basicLimits{})%8) % 8]byte // C aligns an int64 to 8 bytes everywhere
	io    [6]uint64                                      // IO_COUNTERS
	sizes [4]uintptr
}

// It is 144 bytes where pointers have 64 bits, and 112 where they have 32.
var _ = [1]byte{}[unsafe.Sizeof(extendedLimits{})-80-8*unsafe.Sizeof(uintptr(0))]

var (
	kernel32           = syscall.NewLazyDLL("kernel32.dll")
	createJobObject    = kernel32.NewProc("CreateJobObjectW")
	setJobInformation  = kernel32.NewProc("SetInformationJobObject")
	assignToJob        = kernel32.NewProc("AssignProcessToJobObject")
	terminateJobObject = kernel32.NewProc("TerminateJobObject")
)

// newJob puts a process that has just been started into a job of its own, which ends with
// this process unless it may outlive it. What the process starts before that is not in the
// job: a gap of some instructions. Where the system refuses it the plugin runs
// without one, and the log says so.
func newJob(p *os.Process, outlive bool, log *slog.Logger) *job {
	j := &job{}
	if err := j.hold(p, outlive); err != nil {
		log.Warn("the plugin is in no job object: what it starts may outlive it", "pid", p.Pid, "error", err)
		j.close(false)
	}
	return j
}

func (j *job) hold(p *os.Process, outlive bool) error {
	handle, _, err := createJobObject.Call(0, 0)
	if handle == 0 {
		return os.NewSyscallError("CreateJobObject", err)
	}
	j.handle = syscall.Handle(handle)
	if !outlive {
		if err := j.limit(killOnClose); err != nil {
			return err
		}
	}
	// The number is that of the process while p has not been waited for.
	process, err := syscall.OpenProcess(setQuota|terminate, false, uint32(p.Pid))
	if err != nil {
		return os.NewSyscallError("OpenProcess", err)
	}
	defer syscall.CloseHandle(process)
	if ok, _, err := assignToJob.Call(handle, uintptr(process)); ok == 0 {
		return os.NewSyscallError("AssignProcessToJobObject", err)
	}
	return nil
}

// limit sets the flags of the job.
func (j *job) limit(flags uint32) error {
	limits := extendedLimits{basic: basicLimits{flags: flags}}
	ok, _, err := setJobInformation.Call(uintptr(j.handle), extendedLimitInformation, uintptr(unsafe.Pointer(&limits)), unsafe.Sizeof(limits))
	if ok == 0 {
		return os.NewSyscallError("SetInformationJobObject", err)
	}
	return nil
}

// kill ends all that is in the job, and reports whether it could.
func (j *job) kill() bool {
	if j == nil {
		return false
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.handle == 0 {
		return false
	}
	ok, _, _ := terminateJobObject.Call(uintptr(j.handle), 1) // the exit code, that of os.Process.Kill
	return ok != 0
}

// close lets the job go, with all that is in it or, if rest is false, without it.
func (j *job) close(rest bool) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.handle == 0 {
		return
	}
	if rest {
		terminateJobObject.Call(uintptr(j.handle), 1)
	} else {
		j.limit(0) // it may have ended, which leaves nothing to let go
	}
	syscall.CloseHandle(j.handle)
	j.handle = 0
}
