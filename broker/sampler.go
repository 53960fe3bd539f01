package broker

import (
	"context"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/stats"
)

// sampler samples histories once a second, from the end of New to Close.
type sampler struct {
	b    *Broker
	stop context.CancelFunc
	done sync.WaitGroup
}

// seen is what the sampler remembers of a session.
type seen struct {
	sum   uint64
	since time.Time
}

func (s *sampler) start(b *Broker) {
	s.b = b
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.done.Go(func() { s.run(ctx) })
}

func (s *sampler) close() {
	if s.stop != nil {
		s.stop()
	}
	s.done.Wait()
}

func (s *sampler) run(ctx context.Context) {
	t := time.NewTicker(sampleEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			s.tick(now)
		}
	}
}

func (s *sampler) tick(now time.Time) {}

// Past is the history of the node.
func (b *Broker) Past() *stats.Track { return &stats.Track{} }

// PastIn is the history of a vhost.
func (b *Broker) PastIn(vhostName string) *stats.Track { return &stats.Track{} }
