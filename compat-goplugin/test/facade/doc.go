// Package facade builds a program that gets go-plugin's module by its own name, with a
// replace line and without.
package facade
