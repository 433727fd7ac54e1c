package jsoncodec_test

import (
	"fmt"
	"reflect"

	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
)

func Example() {
	type Point struct {
		X int    `json:"x"`
		Y int    `json:"y"`
		L string `json:"label,omitempty"`
	}
	c := jsoncodec.New()
	b, err := c.Append(nil, Point{X: 1, Y: 2})
	fmt.Println(string(b), err)

	var p Point
	err = c.Decode([]byte(`{"x":3,"y":4,"label":"a","color":"red"}`), &p)
	fmt.Println(p, err)
	// Output:
	// {"x":1,"y":2} <nil>
	// {3 4 a} <nil>
}

func ExampleCodec_Check() {
	type Store struct {
		Name string
		Lock chan int
	}
	fmt.Println(jsoncodec.New().Check(reflect.TypeFor[Store]()))
	// Output:
	// codec: field Store.Lock: chan int cannot cross a process
}
