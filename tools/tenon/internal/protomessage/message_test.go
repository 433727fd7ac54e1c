package protomessage

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	protocodec "github.com/tenon-dev/tenon/codec-proto"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/rpc"
)

// compressed is a descriptor as generated code has it.
func compressed(t *testing.T, f *descriptorpb.FileDescriptorProto) []byte {
	t.Helper()
	b, err := proto.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func field(name string, number int32, kind descriptorpb.FieldDescriptorProto_Type, of string) *descriptorpb.FieldDescriptorProto {
	f := &descriptorpb.FieldDescriptorProto{
		Name: &name, Number: &number, Type: &kind, JsonName: &name,
		Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
	}
	if of != "" {
		f.TypeName = &of
	}
	return f
}

func wordFile(imports ...string) *descriptorpb.FileDescriptorProto {
	return &descriptorpb.FileDescriptorProto{
		Name: proto.String("words.proto"), Package: proto.String("words.v1"), Syntax: proto.String("proto3"),
		Dependency: append([]string{"google/protobuf/timestamp.proto"}, imports...),
		MessageType: []*descriptorpb.DescriptorProto{{
			Name: proto.String("Word"),
			Field: []*descriptorpb.FieldDescriptorProto{
				field("text", 1, descriptorpb.FieldDescriptorProto_TYPE_STRING, ""),
				field("count", 2, descriptorpb.FieldDescriptorProto_TYPE_INT64, ""),
				field("seen", 3, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE, ".google.protobuf.Timestamp"),
				field("next", 4, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE, ".words.v1.Word"),
			},
		}},
	}
}

func TestMessages(t *testing.T) {
	c := &rpc.Catalogue{Services: []rpc.ServiceInfo{{Files: [][]byte{compressed(t, wordFile())}}}}
	word := &rpc.Type{Kind: "opaque", Name: "wordspb.Word", Message: "words.v1.Word"}
	messages := For(c)
	if m, err := messages("cbor", word); m != nil || err != nil {
		t.Errorf("another codec: %v, %v", m, err)
	}
	for _, wire := range []codec.Codec{protocodec.New(), protocodec.NewJSON()} {
		m, err := messages(wire.Name(), word)
		if err != nil {
			t.Fatal(err)
		}
		const text = `{"text":"hello","count":"9007199254740993","seen":"2026-01-02T03:04:05Z","next":{"text":"world"}}`
		sent := m.New()
		if err := m.Read([]byte(text), sent); err != nil {
			t.Fatal(err)
		}
		if err := wire.Check(reflect.TypeOf(sent)); err != nil {
			t.Error(err)
		}
		b, err := wire.Append(nil, sent)
		if err != nil {
			t.Fatal(err)
		}
		got := m.New()
		if err := wire.Decode(b, got); err != nil {
			t.Fatal(err)
		}
		back, err := m.Write(got)
		var want, have any
		if json.Unmarshal([]byte(text), &want); err != nil || json.Unmarshal(back, &have) != nil || !reflect.DeepEqual(want, have) {
			t.Errorf("%s came back as %s, %v", text, back, err)
		}
		if err := m.Read([]byte(`{"txet":"x"}`), m.New()); err == nil || !strings.Contains(err.Error(), "txet") {
			t.Errorf("a field that is none: %v", err)
		}
	}
}

func TestWhatPluginsDoNotTell(t *testing.T) {
	good := compressed(t, wordFile())
	bomb := &bytes.Buffer{}
	w := gzip.NewWriter(bomb)
	w.Write(make([]byte, most+2))
	w.Close()
	wrong := wordFile()
	wrong.MessageType[0].Field[0].TypeName = proto.String(".none")
	for _, c := range []struct {
		files   [][]byte
		message string
		want    string
	}{
		{nil, "words.v1.Word", "does not tell what is in the protobuf message words.v1.Word"},
		{[][]byte{good}, "", "does not tell which protobuf message a x.Y is"},
		{[][]byte{good}, "words.v1.None", "does not tell what is in"},
		{[][]byte{good}, "words.v1.Word.text", "is no protobuf message"},
		{[][]byte{compressed(t, wordFile("other.proto"))}, "words.v1.Word", "imports other.proto, and the plugin does not tell"},
		{[][]byte{[]byte("nothing")}, "words.v1.Word", "descriptors of protobuf messages: "},
		{[][]byte{bomb.Bytes()}, "words.v1.Word", "one is too large"},
		{[][]byte{compressed(t, wrong)}, "words.v1.Word", "do not fit together"},
	} {
		messages := For(&rpc.Catalogue{Services: []rpc.ServiceInfo{{Files: c.files}}})
		for range 2 {
			if _, err := messages("proto", &rpc.Type{Kind: "opaque", Name: "x.Y", Message: c.message}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, which does not say %q", err, c.want)
			}
		}
	}
}
