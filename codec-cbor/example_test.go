package cborcodec_test

import (
	"fmt"

	cborcodec "github.com/tenon-dev/tenon/codec-cbor"
)

func Example() {
	type Point struct {
		X int    `json:"x"`
		Y int    `json:"y"`
		L string `json:"label,omitempty"`
	}
	c := cborcodec.New()
	b, err := c.Append(nil, &Point{X: 1, Y: 2})
	fmt.Printf("% x %v\n", b, err)

	var p Point
	err = c.Decode(b, &p)
	fmt.Println(p, err)
	// Output:
	// a2 61 78 01 61 79 02 <nil>
	// {1 2 } <nil>
}

func ExampleNewWith() {
	c, err := cborcodec.NewWith(cborcodec.Options{MaxElements: 64 << 20})
	fmt.Println(c.Name(), err)
	// Output:
	// cbor <nil>
}
