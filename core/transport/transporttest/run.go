package transporttest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tenon-dev/tenon/core/transport"
)

// defaultTimeout bounds each step of a case. It only guards against hanging: no
// case expects anything to be fast.
const defaultTimeout = 30 * time.Second

// Options changes what [Run] does. The zero value of each field means its
// default.
type Options struct {
	// Links are the kinds of links to run over; those that the transport does
	// not support are left out. Default: [Links].
	Links []Link

	// Timeout is how long one step of a case, say a Read that must return, may
	// take before the suite calls it hung. Default: 30 s.
	Timeout time.Duration
}

// Run holds tr to the contract of the package transport, one subtest for each
// kind of link and each case. At most one value of opts is looked at. Run must
// not be called in parallel with other tests of the same process, because it
// counts goroutines and sockets.
func Run(t *testing.T, tr transport.Transport, opts ...Options) {
	t.Helper()
	var opt Options
	if len(opts) > 0 {
		opt = opts[0]
	}
	if opt.Links == nil {
		opt.Links = Links()
	}
	if opt.Timeout <= 0 {
		opt.Timeout = defaultTimeout
	}
	links, err := supportedLinks(tr, opt.Links)
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		t.Run(link.Name, func(t *testing.T) {
			for _, c := range cases() {
				if !c.fits(link) {
					continue
				}
				t.Run(c.name, func(t *testing.T) {
					if err := c.check(tr, link, opt.Timeout); err != nil {
						t.Errorf("%v\nthe contract says: %s", err, c.explanation)
					}
				})
			}
		})
	}
}

// supportedLinks returns those of links that tr can run over. That there is none
// is an error: a suite that tests nothing must not pass.
func supportedLinks(tr transport.Transport, links []Link) ([]Link, error) {
	var supported []Link
	for _, link := range links {
		ok, err := link.supportedBy(tr)
		if err != nil {
			return nil, fmt.Errorf("link %s: %w", link.Name, err)
		}
		if ok {
			supported = append(supported, link)
		}
	}
	if len(supported) == 0 {
		return nil, fmt.Errorf("transport %s supports none of the links %s: nothing was tested", tr.Name(), linkNames(links))
	}
	return supported, nil
}

// A testCase holds one sentence of the contract.
type testCase struct {
	name        string
	explanation string // the sentence that is broken when the case fails
	heavy       bool   // moves too many bytes for a link that delivers them one at a time
	run         func(e *env)
}

// fits reports whether the case makes sense over link.
func (c testCase) fits(link Link) bool { return !c.heavy || !link.slow }

// cases returns the whole suite in the order in which it runs.
func cases() []testCase {
	var all []testCase
	for _, group := range [][]testCase{
		basicCases(), transferCases(), independenceCases(), limitCases(),
		contextCases(), streamCloseCases(), deadlineCases(),
		sessionCases(), linkCases(), watchCases(), pairCases(),
	} {
		all = append(all, group...)
	}
	return all
}

// check runs the case once over a fresh environment and says what is wrong, nil
// if nothing is. It never hangs.
func (c testCase) check(tr transport.Transport, link Link, timeout time.Duration) error {
	before := takeSnapshot()
	e := newEnv(tr, link, timeout)
	e.runCase(c.run)
	e.tearDown()
	if err := e.result(); err != nil {
		return fmt.Errorf("%s over %s, case %s: %w", tr.Name(), link.Name, c.name, err)
	}
	if err := before.waitUntilBack(timeout); err != nil {
		return fmt.Errorf("%s over %s, case %s, after both sessions were closed: %w", tr.Name(), link.Name, c.name, err)
	}
	return nil
}

func linkNames(links []Link) string {
	names := make([]string, 0, len(links))
	for _, l := range links {
		names = append(names, l.Name)
	}
	return strings.Join(names, ", ")
}
