package proof

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
)

func FuzzProof(f *testing.F) {
	secret := bytes.Repeat([]byte{7}, Size)
	f.Add([]byte(magic), true)
	f.Add(append([]byte(magic), make([]byte, nonceSize+macSize)...), true)
	f.Add(make([]byte, nonceSize+macSize), false)
	f.Fuzz(func(t *testing.T, said []byte, host bool) {
		a, b := net.Pipe()
		defer a.Close()
		go func() {
			defer b.Close()
			go io.Copy(io.Discard, b)
			b.Write(said)
		}()
		var err error
		if host {
			err = AsPlugin(t.Context(), a, secret, Timeout)
		} else {
			err = AsHost(t.Context(), a, secret, Timeout)
		}
		if err == nil {
			t.Fatalf("%q proves something", said)
		}
	})
}

// docs/protocol.md says what the proof is made of.
func TestProofIsSpecified(t *testing.T) {
	text, err := os.ReadFile("../../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	secret := make([]byte, Size)
	for i := range secret {
		secret[i] = byte(i)
	}
	nh, np := bytes.Repeat([]byte{0x11}, nonceSize), bytes.Repeat([]byte{0x22}, nonceSize)
	for side, word := range map[string]string{"plugin": pluginWord, "host": hostWord} {
		row := fmt.Sprintf("| %s | `%x` |", side, mac(secret, word, nh, np))
		if !bytes.Contains(text, []byte(row)) {
			t.Errorf("docs/protocol.md lacks the row %s", row)
		}
	}
}
