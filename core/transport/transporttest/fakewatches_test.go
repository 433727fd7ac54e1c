package transporttest

import "github.com/tenon-dev/tenon/core/transport"

func watchFakes() []fake {
	return []fake{
		{
			name:     "a watch that says nothing",
			caughtBy: []string{"watch-arrivals", "watch-ends"},
			says:     "the call of a watch's function",
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				return &watchFuncs{Stream: s, arm: func(func()) {}}
			},
		},
		{
			name:     "a watch that calls as soon as it is armed",
			caughtBy: []string{"watch-arrivals"},
			says:     "while it was not armed",
			stream: func(s transport.Stream, _ *fakeSession) transport.Stream {
				return &watchFuncs{Stream: s, arm: func(arrived func()) { arrived() }}
			},
		},
	}
}

// watchFuncs is a stream with a watch that does what arm does.
type watchFuncs struct {
	transport.Stream
	arm func(arrived func())
}

func (s *watchFuncs) Watch(arrived func()) (transport.Watch, error) {
	return &fakeWatch{s.arm, arrived}, nil
}

type fakeWatch struct {
	arm     func(arrived func())
	arrived func()
}

func (w *fakeWatch) Arm()    { w.arm(w.arrived) }
func (w *fakeWatch) Disarm() {}
func (w *fakeWatch) Close()  {}
