package transporttest

import (
	"strings"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
	"github.com/tenon-dev/tenon/core/transport/directtransport"
)

// hangAfter is how long a case may take to notice that a fake hangs. A shorter
// time only makes the suite stricter, and here it is meant to fail.
const hangAfter = time.Second

// checkOften runs a case until it fails as it should, a few times at most: what some
// fakes break shows only when two goroutines meet, and on a busy machine one that does
// not get to run looks like one that waits.
func checkOften(c testCase, f fake, link Link) (err error) {
	for i := 0; i < 5 && (err == nil || !strings.Contains(err.Error(), f.says)); i++ {
		err = c.check(f.transport(), link, hangAfter)
	}
	return err
}

// TestCasesCatchFakes runs each case against a transport that breaks just its
// sentence of the contract. A suite that has never failed is not a suite.
func TestCasesCatchFakes(t *testing.T) {
	byName := make(map[string]testCase)
	for _, c := range cases() {
		if _, ok := byName[c.name]; ok {
			t.Errorf("two cases are called %q", c.name)
		}
		byName[c.name] = c
	}
	caught := make(map[string]bool)
	for _, f := range fakes() {
		for _, name := range f.caughtBy {
			caught[name] = true
			t.Run(f.name+"/"+name, func(t *testing.T) {
				c, ok := byName[name]
				if !ok {
					t.Fatalf("there is no case %q", name)
				}
				link := Link{Name: "pipe", Make: memoryPair}
				if f.link != nil {
					link = *f.link
				}
				err := checkOften(c, f, link)
				if err == nil {
					t.Fatalf("the case %q does not notice a transport that is broken in this way", name)
				}
				// On a slow machine a step may take too long before the case comes to its point.
				if f.says != "" && !strings.Contains(err.Error(), f.says) && !strings.Contains(err.Error(), "did not return within") {
					t.Errorf("the case %q says %q, want something with %q", name, firstLine(err), f.says)
				}
				t.Log(firstLine(err))
			})
		}
	}
	for name := range byName {
		if _, exempt := uncaught[name]; !exempt && !caught[name] {
			t.Errorf("no fake makes the case %q fail: has it ever?", name)
		}
	}
	for name, why := range uncaught {
		if caught[name] || byName[name].run == nil {
			t.Errorf("the case %q is listed as one without a fake (%s), and has one or does not exist", name, why)
		}
	}
}

// uncaught lists the cases that no fake breaks by name, and why that is so.
var uncaught = map[string]string{
	"memory-order": "the race detector fails the test, and not the case",
}

// TestGoodTransportPasses guards the test above: a suite that fails everything
// would pass it.
func TestGoodTransportPasses(t *testing.T) {
	Run(t, directtransport.New(), Options{Links: []Link{{Name: "pipe", Make: memoryPair}}})
}

// TestNoLinkIsAFailure makes sure that a suite that tested nothing says so.
func TestNoLinkIsAFailure(t *testing.T) {
	links, err := supportedLinks(pickyTransport{directtransport.New()}, Links())
	if err == nil || len(links) != 0 {
		t.Errorf("a transport that supports no link: %d links and the error %v, want none and an error", len(links), err)
	}
	links, err = supportedLinks(directtransport.New(), Links())
	if err != nil || len(links) != len(Links()) {
		t.Errorf("a transport that supports every link: %d links and the error %v, want %d and nil", len(links), err, len(Links()))
	}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

var _ transport.Transport = pickyTransport{}
