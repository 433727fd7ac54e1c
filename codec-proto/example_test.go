package protocodec_test

import (
	"fmt"
	"reflect"

	"google.golang.org/protobuf/types/known/wrapperspb"

	protocodec "github.com/tenon-dev/tenon/codec-proto"
)

func Example() {
	c := protocodec.New()
	b, err := c.Append(nil, wrapperspb.String("hello"))
	if err != nil {
		fmt.Println(err)
		return
	}
	// The pointer is what generated code has: the message is made.
	var got *wrapperspb.StringValue
	err = c.Decode(b, &got)
	fmt.Println(got.GetValue(), err)
	// Output:
	// hello <nil>
}

func ExampleNewJSON() {
	var got *wrapperspb.Int64Value
	err := protocodec.NewJSON().Decode([]byte(`"9007199254740993"`), &got)
	fmt.Println(got.GetValue(), err)
	// Output:
	// 9007199254740993 <nil>
}

func ExampleCodec_Check() {
	fmt.Println(protocodec.New().Check(reflect.TypeFor[string]()))
	// Output:
	// codec: string is no protobuf message; declare the service in a .proto file and use pointers to its generated messages, or choose a codec for Go values
}
