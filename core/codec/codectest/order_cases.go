package codectest

import (
	"bytes"
	"math/rand/v2"
	"sync"
)

type message struct {
	sample Sample
	bytes  []byte
}

func (s *suite) messages() []message {
	var all []message
	for range 2 {
		for _, sample := range s.samples {
			if b, ok := s.encode(s.codec, sample.Name, sample.Value); ok {
				all = append(all, message{sample, b})
			}
		}
	}
	return all
}

func anyOrder(s *suite) {
	all := s.messages()
	// A fixed seed: a failure has to come back.
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	other := s.another()
	for _, m := range all {
		if got, ok := s.decode(other, m.sample.Name+", shuffled", m.bytes, m.sample.Value); ok {
			s.same(m.sample.Name+", shuffled", m.sample.Value, got)
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		m := all[i]
		if got, ok := s.decode(s.another(), m.sample.Name+", alone", m.bytes, m.sample.Value); ok {
			s.same(m.sample.Name+", alone", m.sample.Value, got)
		}
	}
}

func afterError(s *suite) {
	for _, m := range s.messages() {
		_ = s.mustNotPanic(m.sample.Name, func() error {
			return s.codec.Decode(bytes.Clone(m.bytes[:len(m.bytes)/2]), newLike(m.sample.Value))
		})
		damaged := bytes.Clone(m.bytes)
		for i := len(damaged) / 2; i < len(damaged); i++ {
			damaged[i] ^= 0xFF
		}
		_ = s.mustNotPanic(m.sample.Name, func() error { return s.codec.Decode(damaged, newLike(m.sample.Value)) })
		_ = s.mustNotPanic("a channel", func() error {
			_, err := s.codec.Append(nil, make(chan int))
			return err
		})

		if got, ok := s.decode(s.codec, m.sample.Name+", after damaged ones", m.bytes, m.sample.Value); ok {
			s.same(m.sample.Name+", after damaged ones", m.sample.Value, got)
		}
		if b, ok := s.encode(s.codec, m.sample.Name+", after an error", m.sample.Value); ok {
			if got, ok := s.decode(s.another(), m.sample.Name+", after an error", b, m.sample.Value); ok {
				s.same(m.sample.Name+", after an error", m.sample.Value, got)
			}
		}
	}
}

func concurrentSafe(s *suite) {
	const workers, rounds = 8, 3
	var wg sync.WaitGroup
	var mu sync.Mutex
	for worker := range workers {
		wg.Go(func() {
			// Each worker reports to a suite of its own, and starts elsewhere.
			own := newSuite(s.codec, s.opts)
			for round := range rounds {
				for i := range s.samples {
					sample := s.samples[(i+worker*7+round)%len(s.samples)]
					b, ok := own.encode(s.codec, sample.Name, sample.Value)
					if !ok {
						continue
					}
					if got, ok := own.decode(s.codec, sample.Name, b, sample.Value); ok {
						own.same(sample.Name, sample.Value, got)
					}
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for _, err := range own.reports {
				s.report("%w", err)
			}
		})
	}
	wg.Wait()
}
