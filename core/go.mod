module github.com/tenon-dev/tenon/core

go 1.25.0
