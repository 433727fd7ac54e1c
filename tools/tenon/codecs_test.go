package main

import (
	"context"
	"encoding/json"
	"iter"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/codec"
	"github.com/tenon-dev/tenon/core/dynamic"
	"github.com/tenon-dev/tenon/core/jsoncall"
	"github.com/tenon-dev/tenon/core/tenontest"
)

// What is called Go's own way in the plugin must mean the same in every codec.
type Base struct {
	ID   uint64 `json:"id"`
	Note string
}

type deep struct {
	Base
	Renamed  string           `json:"r"`
	Bytes    []byte           `json:"bytes"`
	Fixed    [3]byte          `json:"fixed"`
	Pointer  *int16           `json:"pointer"`
	List     []Base           `json:"list"`
	ByNumber map[int32]string `json:"by_number"`
	ByName   map[string]*Base `json:"by_name"`
	When     time.Time        `json:"when"`
	Took     time.Duration    `json:"took"`
	Ratio    float32          `json:"ratio"`
	Addr     netip.Addr       `json:"addr"`
	Big      *big.Int         `json:"big"`
	Flag     bool             `json:"flag"`
}

type ring struct {
	Name string  `json:"name"`
	Next *ring   `json:"next"`
	All  []*ring `json:"all"`
	Any  any     `json:"any"`
}

type echo struct{}

func (echo) Deep(d deep) deep                                        { return d }
func (echo) Two(a []byte, b *Base) ([]byte, *Base)                   { return a, b }
func (echo) Number(i int8) int8                                      { return i }
func (echo) Stream(in iter.Seq2[deep, error]) iter.Seq2[deep, error] { return in }

type ringEcho struct{}

func (ringEcho) Ring(r ring) ring { return r }

const deepJSON = `{"id":18446744073709551615,"Note":"n","r":"x","bytes":"AAH/","fixed":[1,2,3],"pointer":-7,` +
	`"list":[{"id":1,"Note":"a"},{"id":2,"Note":""}],"by_number":{"-1":"m","7":"s"},"by_name":{"b":{"id":3,"Note":"c"}},` +
	`"when":"2026-01-02T03:04:05.000000006Z","took":1500000000,"ratio":2.5,"addr":"10.0.0.1","big":123456789012345678901234567890,"flag":true}`

func TestEveryCodecMeansTheSame(t *testing.T) {
	for _, c := range codecs() {
		if strings.HasPrefix(c.Name(), "proto") {
			continue
		}
		t.Run(c.Name(), func(t *testing.T) {
			services := tenon.Services{"echo": dynamic.Service(echo{})}
			if c.Name() != "gob" {
				services["ring"] = dynamic.Service(ringEcho{})
			}
			client := tenontest.Serve(t, services, func(host *tenon.ClientConfig, plugin *tenon.ServeConfig) {
				host.Codecs, plugin.Codecs = []codec.Codec{c}, []codec.Codec{c}
			})
			call := func(method, args, want string) {
				t.Helper()
				got, err := callJSON(t.Context(), client, method, jsoncall.Exchange{Args: []byte(args)})
				if err != nil {
					t.Errorf("%s: %v", method, err)
				} else if !sameJSON(t, got, []byte(want)) {
					t.Errorf("%s:\n got %s\nwant %s", method, got, want)
				}
			}
			call("echo.Deep", deepJSON, deepJSON)
			call("echo.Two", `["AAE=",{"id":5,"Note":"x"}]`, `{"r0":"AAE=","r1":{"id":5,"Note":"x"}}`)
			call("echo.Number", `-128`, `-128`)
			var items []string
			_, err := callJSON(t.Context(), client, "echo.Stream", jsoncall.Exchange{
				In:  jsonValues(strings.NewReader(deepJSON + deepJSON)),
				Out: func(v []byte) error { items = append(items, string(v)); return nil },
			})
			if err != nil || len(items) != 2 || !sameJSON(t, []byte(items[1]), []byte(deepJSON)) {
				t.Errorf("Stream: %v, %v", items, err)
			}
			if services["ring"] != nil {
				nested := `{"name":"a","next":{"name":"b","next":{"name":"c","next":null,"all":null,"any":null},"all":null,"any":null},"all":[{"name":"d","next":null,"all":[],"any":7},null],"any":{"x":[1,"y",true,null,2.5]}}`
				call("ring.Ring", nested, nested)
			}
		})
	}
}

// A type that contains itself needs another codec than gob, and that is said.
func TestGobAndRecursion(t *testing.T) {
	gob, err := chooseCodecs("gob")
	if err != nil {
		t.Fatal(err)
	}
	client := tenontest.Serve(t, tenon.Services{"ring": dynamic.Service(ringEcho{})}, func(host *tenon.ClientConfig, plugin *tenon.ServeConfig) {
		host.Codecs, plugin.Codecs = gob, gob
	})
	_, err = callJSON(t.Context(), client, "ring.Ring", jsoncall.Exchange{Args: []byte(`{"name":"x"}`)})
	if err == nil || !strings.Contains(err.Error(), "ring.Ring cannot be called with JSON over the codec gob: the type ring contains itself") {
		t.Errorf("got %v", err)
	}
}

func callJSON(ctx context.Context, client *tenon.Client, name string, x jsoncall.Exchange) ([]byte, error) {
	catalogue, err := client.Describe(ctx)
	if err != nil {
		return nil, err
	}
	service, method, err := jsoncall.Find(catalogue, name)
	if err != nil {
		return nil, err
	}
	o, err := jsoncall.Target{From: client, Catalogue: catalogue, Codecs: client.Info().Codecs}.Dispense(ctx, service.Name, nil)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	return o.Do(ctx, method.Name, x)
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var va, vb any
	if err := json.Unmarshal(a, &va); err != nil {
		t.Errorf("%s: %v", a, err)
	}
	if err := json.Unmarshal(b, &vb); err != nil {
		t.Errorf("%s: %v", b, err)
	}
	return reflect.DeepEqual(va, vb)
}
