// Package shapes holds an interface for every shape of method that the generator
// accepts. The files beside them are what it makes of them: golden files, which are
// compiled and run.
package shapes
