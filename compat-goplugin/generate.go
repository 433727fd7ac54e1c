package goplugin

//go:generate go run ./internal/makefacade
