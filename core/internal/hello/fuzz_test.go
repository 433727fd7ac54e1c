package hello

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

func FuzzRead(f *testing.F) {
	b, err := Append(nil, of(offer()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	b, err = Append(nil, of(Choose(offer(), have())))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(append(b, "rest"...))
	f.Add([]byte(message(`{"refusal":{"reason":"x","host":["a"]},"limits":null}`)))
	f.Add([]byte("TENO\x00\x01\x00\x00"))
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, target := range []Message{new(Offer), new(Answer)} {
			r := bytes.NewReader(src)
			err := Read(r, target)
			if slow := Read(iotest.OneByteReader(bytes.NewReader(src)), target); (slow == nil) != (err == nil) {
				t.Fatalf("%v at once, %v byte by byte", err, slow)
			}
			if m := (*MalformedError)(nil); err != nil && !errors.As(err, &m) && err != io.EOF {
				t.Fatalf("got %v", err)
			}
			if err != nil {
				continue
			}
			if b, err := Append(nil, target); err == nil && Read(bytes.NewReader(b), target) != nil {
				t.Fatalf("%q cannot be read again", b)
			}
		}
	})
}

// FuzzNegotiate sets each side against another one that says anything at all.
func FuzzNegotiate(f *testing.F) {
	o, err := json.Marshal(offer())
	if err != nil {
		f.Fatal(err)
	}
	a, err := json.Marshal(Choose(offer(), have()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(o, a)
	f.Add([]byte(`{"tenon":1,"versions":[-1,0],"transports":[""],"codecs":null}`), []byte(`{"refusal":{}}`))
	f.Fuzz(func(t *testing.T, offered, answered []byte) {
		var theirs Offer
		if json.Unmarshal(offered, &theirs) == nil {
			chosen := Choose(theirs, have())
			if err := Verify(theirs, chosen); err != nil && chosen.Refusal == nil {
				t.Fatalf("it chose what was not offered: %v", err)
			}
			if _, err := Append(nil, &chosen); err != nil && len(offered) < MaxSize/8 {
				t.Fatalf("the answer cannot be sent: %v", err)
			}
		}
		var answer Answer
		if json.Unmarshal(answered, &answer) == nil {
			if err := Verify(offer(), answer); err == nil && (answer.Version == 0 || answer.Transport == "" || len(answer.Codecs) == 0) {
				t.Fatalf("taken for an answer: %+v", answer)
			} else if err != nil && err.Error() == "" {
				t.Fatal("an error without a word")
			}
		}
	})
}
