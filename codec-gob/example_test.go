package gobcodec_test

import (
	"encoding/gob"
	"fmt"

	gobcodec "github.com/tenon-dev/tenon/codec-gob"
)

func Example() {
	type Sent struct {
		Name  string
		Price int
	}
	type Received struct {
		Name  string
		Stock int // the sender does not have it
	}
	c := gobcodec.New()
	b, err := c.Append(nil, &Sent{Name: "chair", Price: 120})
	if err != nil {
		fmt.Println(err)
		return
	}
	var got Received
	err = c.Decode(b, &got)
	fmt.Printf("%+v %v\n", got, err)
	// Output:
	// {Name:chair Stock:0} <nil>
}

// Circle is what an application puts into an interface.
type Circle struct{ Radius int }

func Example_interfaces() {
	// Host and plugin both say which types may arrive in an interface.
	gob.RegisterName("shapes.Circle", Circle{})

	type Drawing struct{ Shapes []any }
	c := gobcodec.New()
	b, err := c.Append(nil, Drawing{Shapes: []any{Circle{Radius: 2}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	var got Drawing
	err = c.Decode(b, &got)
	fmt.Printf("%+v %v\n", got, err)
	// Output:
	// {Shapes:[{Radius:2}]} <nil>
}
