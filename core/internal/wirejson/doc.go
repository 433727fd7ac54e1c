// Package wirejson reads and writes the JSON of the protocol's own messages: the
// hello, the calls of the root object, and errors. A plugin passes these before its
// first call, once, and encoding/json has to learn each type first: that took a tenth of
// the time from the start of a plugin to its first reply. What users send has a codec.
//
// The messages say field by field how they are read and written. What is read follows
// RFC 8259, and is as lenient as encoding/json: null stands for the zero value, unknown
// members are skipped, of members that stand twice the last one counts, and bytes that
// are no UTF-8 become U+FFFD. Names of members are told apart by case.
package wirejson
