package unixtransport

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// delivery is one read of the link.
type delivery struct {
	data        []byte
	descriptors []int
	dropped     bool
}

// parsed is what a parser made of deliveries.
type parsed struct {
	frames    []string
	discarded []int
	mid       bool
	err       error
}

func parse(deliveries ...delivery) (got parsed) {
	p := &parser{
		take: func(f frame, descriptor int) error {
			got.frames = append(got.frames, fmt.Sprintf("%v %d with %d", f.kind(), f.number(), descriptor))
			return nil
		},
		discard: func(d int) { got.discarded = append(got.discarded, d) },
	}
	for _, d := range deliveries {
		if got.err = p.feed(d.data, d.descriptors, d.dropped); got.err != nil {
			break
		}
	}
	got.mid = p.midFrame()
	p.end()
	return got
}

func frames(all ...frame) []byte {
	var b []byte
	for _, f := range all {
		b = f.append(b)
	}
	return b
}

func TestParser(t *testing.T) {
	open, second := newFrame(kindOpen, 1), newFrame(kindOpen, 2)
	closed := newFrame(kindClosed, 7)
	for _, tt := range []struct {
		name       string
		deliveries []delivery
		want       parsed
		violation  string
	}{
		{name: "nothing", want: parsed{}},
		{name: "open", deliveries: []delivery{{frames(open), []int{5}, false}},
			want: parsed{frames: []string{"OPEN 1 with 5"}}},
		{name: "others before an open", deliveries: []delivery{{frames(closed, newFrame(kindRefused, 8), open), []int{5}, false}, {frames(second), []int{6}, false}},
			want: parsed{frames: []string{"CLOSED 7 with -1", "REFUSED 8 with -1", "OPEN 1 with 5", "OPEN 2 with 6"}}},
		{name: "byte by byte", deliveries: []delivery{{frames(open)[:1], []int{5}, false}, {frames(open)[1:3], nil, false}, {frames(open)[3:], nil, false}},
			want: parsed{frames: []string{"OPEN 1 with 5"}}},
		{name: "no descriptor free", deliveries: []delivery{{frames(open), nil, true}, {frames(second), []int{6}, false}},
			want: parsed{frames: []string{"OPEN 1 with -1", "OPEN 2 with 6"}}},
		{name: "no descriptor free, cut up", deliveries: []delivery{{frames(open)[:2], nil, true}, {frames(open)[2:], nil, false}},
			want: parsed{frames: []string{"OPEN 1 with -1"}}},
		{name: "within a frame", deliveries: []delivery{{frames(open)[:7], []int{5}, false}},
			want: parsed{discarded: []int{5}, mid: true}},
		{name: "goodbye", deliveries: []delivery{{frames(newFrame(kindGoodbye, 0)), nil, false}},
			want: parsed{frames: []string{"GOODBYE 0 with -1"}}},

		{name: "unknown kind", deliveries: []delivery{{frames(newFrame(9, 1)), nil, false}}, violation: "unknown kind 9"},
		{name: "unknown kind with a descriptor", deliveries: []delivery{{frames(newFrame(0, 1)), []int{5}, false}}, want: parsed{discarded: []int{5}}, violation: "unknown kind 0"},
		{name: "stream 0", deliveries: []delivery{{frames(newFrame(kindClosed, 0)), nil, false}}, violation: "stream 0"},
		{name: "goodbye to a stream", deliveries: []delivery{{frames(newFrame(kindGoodbye, 3)), nil, false}}, violation: "GOODBYE with the number 3"},
		{name: "open without a descriptor", deliveries: []delivery{{frames(open), nil, false}}, violation: "OPEN without a descriptor"},
		{name: "two opens with one descriptor", deliveries: []delivery{{frames(open, second), []int{5}, false}}, want: parsed{discarded: []int{5}}, violation: "OPEN without a descriptor"},
		{name: "close with a descriptor", deliveries: []delivery{{frames(closed), []int{5}, false}}, want: parsed{discarded: []int{5}}, violation: "CLOSED with a descriptor"},
		{name: "two descriptors", deliveries: []delivery{{frames(open), []int{5, 6}, false}}, want: parsed{discarded: []int{5, 6}}, violation: "more than one descriptor"},
		{name: "more than were delivered", deliveries: []delivery{{frames(open), []int{5}, true}}, want: parsed{discarded: []int{5}}, violation: "more than one descriptor"},
		{name: "a second one within a frame", deliveries: []delivery{{frames(open)[:4], []int{5}, false}, {frames(open)[4:], []int{6}, false}}, want: parsed{discarded: []int{6, 5}, mid: true}, violation: "second descriptor"},
		{name: "one that came and one that did not", deliveries: []delivery{{frames(open)[:4], []int{5}, false}, {frames(open)[4:], nil, true}}, want: parsed{discarded: []int{5}, mid: true}, violation: "second descriptor"},
		{name: "a descriptor alone", deliveries: []delivery{{nil, []int{5}, false}}, want: parsed{discarded: []int{5}}, violation: "without a frame"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := parse(tt.deliveries...)
			if tt.violation == "" && got.err != nil || tt.violation != "" && (got.err == nil || !strings.Contains(got.err.Error(), tt.violation)) {
				t.Errorf("the error is %v, want one with %q", got.err, tt.violation)
			}
			if got.err != nil && !errors.As(got.err, new(*ProtocolError)) {
				t.Errorf("%v is no ProtocolError", got.err)
			}
			if !slices.Equal(got.frames, tt.want.frames) {
				t.Errorf("frames %q, want %q", got.frames, tt.want.frames)
			}
			if tt.violation == "" && got.mid != tt.want.mid {
				t.Errorf("within a frame: %v, want %v", got.mid, tt.want.mid)
			}
			if !slices.Equal(got.discarded, tt.want.discarded) {
				t.Errorf("closed the descriptors %v, want %v", got.discarded, tt.want.discarded)
			}
		})
	}
}

// FuzzParser cuts bytes and descriptors up in any way. Whatever arrives, each
// descriptor is either taken with a frame or closed, once.
func FuzzParser(f *testing.F) {
	f.Add(frames(newFrame(kindOpen, 1), newFrame(kindOpen, 2), newFrame(kindClosed, 1), newFrame(kindGoodbye, 0)), []byte{8, 1, 8, 1, 8, 0, 8, 0})
	f.Add(frames(newFrame(kindOpen, 1), newFrame(kindRefused, 2), newFrame(kindNoRoom, 3)), []byte{3, 1, 5, 0, 20, 4})
	f.Add(frames(newFrame(kindOpen, 1)), []byte{1, 2, 9, 8})
	f.Fuzz(func(t *testing.T, wire, cuts []byte) {
		owner := make(map[int]string)
		give := func(d int, to string) {
			if was, ok := owner[d]; !ok || was != "" {
				t.Fatalf("descriptor %d is %s, and was given out before (%v) to %q", d, to, ok, was)
			}
			owner[d] = to
		}
		taken := 0
		p := &parser{
			take: func(fr frame, d int) error {
				taken++
				if fr.check() != nil {
					t.Fatalf("took %v, number %d", fr.kind(), fr.number())
				}
				if d != noDescriptor {
					give(d, "taken")
					if fr.kind() != kindOpen {
						t.Fatalf("%v got a descriptor", fr.kind())
					}
				}
				return nil
			},
			discard: func(d int) { give(d, "closed") },
		}
		fed, next := 0, 3
		for len(cuts) >= 2 {
			n := min(int(cuts[0]), len(wire))
			var descriptors []int
			for range cuts[1] & 3 {
				descriptors = append(descriptors, next)
				owner[next] = ""
				next++
			}
			err := p.feed(wire[:n], descriptors, cuts[1]&4 != 0)
			wire, cuts = wire[n:], cuts[2:]
			fed += n
			if err != nil {
				if !errors.As(err, new(*ProtocolError)) {
					t.Fatalf("%v is no ProtocolError", err)
				}
				break
			}
			if taken != fed/frameSize || p.midFrame() != (fed%frameSize != 0) {
				t.Fatalf("took %d frames of %d bytes, within a frame: %v", taken, fed, p.midFrame())
			}
		}
		p.end()
		for d, to := range owner {
			if to == "" {
				t.Fatalf("descriptor %d is lost", d)
			}
		}
	})
}
