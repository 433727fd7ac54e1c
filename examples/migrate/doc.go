// Package migrate is one program in the four stages of its way from go-plugin to Tenon:
// before it, with another import path, with plugins of both kinds, and after. The story
// is in docs/migrate-from-go-plugin.md.
package migrate
