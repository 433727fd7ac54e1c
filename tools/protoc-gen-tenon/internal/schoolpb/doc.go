// Package schoolpb is what is made of school.proto, which has two services, messages
// of other files, and methods of all four kinds.
package schoolpb
