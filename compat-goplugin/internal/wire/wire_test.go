package wire

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"testing"
)

// The bytes follow from the published definitions, field by field.
func TestGoldenBytes(t *testing.T) {
	tests := []struct {
		name string
		info ConnInfo
		want string
	}{
		{"zero", ConnInfo{}, ""},
		{"address", ConnInfo{ServiceID: 300, Network: "unix", Address: "/t/s"}, "08ac021204756e69781a042f742f73"},
		{"knock", ConnInfo{ServiceID: 1, Knock: &Knock{Knock: true}}, "080122020801"},
		{"answer", ConnInfo{ServiceID: 1, Knock: &Knock{Knock: true, Ack: true, Error: "no"}}, "080122080801100" + "11a026e6f"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := test.info.Append(nil)
			if hex.EncodeToString(got) != test.want {
				t.Errorf("encoded as %x, want %s", got, test.want)
			}
			back, err := ParseConnInfo(got)
			if err != nil || !reflect.DeepEqual(back, test.info) {
				t.Errorf("decoded as %+v, %v", back, err)
			}
		})
	}
	data := StdioData{Channel: Stderr, Data: []byte("hi")}
	if got := data.Append(nil); hex.EncodeToString(got) != "080212026869" {
		t.Errorf("stdio data is encoded as %x", got)
	}
}

func TestUnknownFieldsAreSkipped(t *testing.T) {
	b, _ := hex.DecodeString("0801" + "5801" + "65000000005d00000000" + "1204756e6978")
	info, err := ParseConnInfo(b)
	if err != nil || info.ServiceID != 1 || info.Network != "unix" {
		t.Errorf("got %+v, %v", info, err)
	}
}

func TestTextIsValidUTF8(t *testing.T) {
	b := ConnInfo{Address: "a\xffb"}.Append(nil)
	if info, err := ParseConnInfo(b); err != nil || info.Address != "a\uFFFDb" {
		t.Errorf("got %+v, %v", info, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(ConnInfo{ServiceID: 7, Network: "tcp", Address: "127.0.0.1:1", Knock: &Knock{true, true, "x"}}.Append(nil))
	f.Add(StdioData{Channel: Stdout, Data: []byte("hello")}.Append(nil))
	f.Add([]byte{0x22, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		if info, err := ParseConnInfo(b); err == nil {
			again, err := ParseConnInfo(info.Append(nil))
			if err != nil || again.ServiceID != info.ServiceID {
				t.Errorf("%x: %+v became %+v, %v", b, info, again, err)
			}
		}
		if d, err := ParseStdioData(b); err == nil {
			again, err := ParseStdioData(d.Append(nil))
			if err != nil || again.Channel != d.Channel || !bytes.Equal(again.Data, d.Data) {
				t.Errorf("%x: %+v became %+v, %v", b, d, again, err)
			}
		}
	})
}
