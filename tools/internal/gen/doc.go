// Package gen makes the glue between a Go interface and the engine: a client that
// implements the interface and calls another process, what serves an
// implementation, and typed ways to dispense one. It is what "tenon gen" does.
//
// [Load] reads a package, [Package.Generate] makes the file for some of its
// interfaces. In between, plan.go turns the interfaces into a model (model.go), in
// which kind.go says how each argument and result crosses, and cross.go what cannot;
// the files emit*.go print the model. What does not cross is refused with its
// position in the source, all of it at once; see [Refusals].
package gen
