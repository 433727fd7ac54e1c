// Package ours has a host and a plugin. The package theirs is made of it, with the
// original library instead of ours:
//
//go:generate sh ../generate.sh
package ours
