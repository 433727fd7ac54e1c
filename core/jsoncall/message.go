package jsoncall

// A Message converts between JSON and the messages of a codec whose types are of its
// own kind, such as protobuf's. It is called concurrently.
type Message interface {
	// New returns an empty message, as a pointer that the codec takes.
	New() any

	// Read fills a message, made by New, from JSON.
	Read(json []byte, message any) error

	// Write returns a message as JSON.
	Write(message any) ([]byte, error)
}
