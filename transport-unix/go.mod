module github.com/tenon-dev/tenon/transport-unix

go 1.25.0

require github.com/tenon-dev/tenon/core v0.1.0

replace github.com/tenon-dev/tenon/core => ../core
