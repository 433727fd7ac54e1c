package goplugin

import (
	"crypto/subtle"
	"errors"
	"hash"
	"io"
	"os"
	"sync"
)

// What a check of an executable can fail for.
var (
	// ErrChecksumsDoNotMatch is returned by Start when the file is not the one that
	// SecureConfig describes.
	ErrChecksumsDoNotMatch = errors.New("the plugin's checksum is not the expected one")

	// ErrSecureConfigNoChecksum is returned when SecureConfig.Checksum is empty.
	ErrSecureConfigNoChecksum = errors.New("SecureConfig has no checksum")

	// ErrSecureConfigNoHash is returned when SecureConfig.Hash is nil.
	ErrSecureConfigNoHash = errors.New("SecureConfig has no hash")

	// ErrSecureConfigAndReattach is returned by Start when both are set: there is no
	// file to check before a plugin that runs already.
	ErrSecureConfigAndReattach = errors.New("only one of Reattach and SecureConfig can be set")
)

// A SecureConfig says what an executable must be before it is run. Between the check
// and the execution the file can still be replaced by whoever may write to it.
type SecureConfig struct {
	Checksum []byte    // of the file, made with Hash
	Hash     hash.Hash // such as sha256.New()
}

// hashing is held while any SecureConfig.Hash is written to, since one Hash is likely
// to be shared by the configurations of plugins that are started at the same time.
var hashing sync.Mutex

// Check reports whether the file is the expected one. It may be called again and
// again, and concurrently.
func (s *SecureConfig) Check(filePath string) (bool, error) {
	if len(s.Checksum) == 0 {
		return false, ErrSecureConfigNoChecksum
	}
	if s.Hash == nil {
		return false, ErrSecureConfigNoHash
	}
	file, err := os.Open(filePath)
	if err != nil {
		return false, err
	}
	defer file.Close()
	hashing.Lock()
	defer hashing.Unlock()
	s.Hash.Reset()
	if _, err := io.Copy(s.Hash, file); err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(s.Hash.Sum(nil), s.Checksum) == 1, nil
}
