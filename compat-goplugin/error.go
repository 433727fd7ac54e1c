package goplugin

// BasicError is an error that net/rpc can carry: of the original it has the text only.
type BasicError struct {
	Message string
}

// NewBasicError makes a BasicError of err, and nil of nil.
func NewBasicError(err error) *BasicError {
	if err == nil {
		return nil
	}
	return &BasicError{Message: err.Error()}
}

// Error returns the text.
func (e *BasicError) Error() string { return e.Message }
