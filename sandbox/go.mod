module github.com/tenon-dev/tenon/sandbox

go 1.25.0

require (
	aead.dev/minisign v0.3.0
	github.com/landlock-lsm/go-landlock v0.10.1
	github.com/tenon-dev/tenon/core v0.1.0
	golang.org/x/sys v0.40.0
)

require (
	golang.org/x/crypto v0.46.0 // indirect
	kernel.org/pub/linux/libs/security/libcap/psx v1.2.77 // indirect
)

replace github.com/tenon-dev/tenon/core => ../core
