package perf

import (
	"context"
	"errors"
	"sync"
)

// crew is workers that end by themselves, or when told to.
type crew struct {
	sync.WaitGroup
	done chan struct{} // closed when all have ended
	stop context.CancelFunc
}

// start runs workers until ctx ends or they are stopped. The first to fail
// calls fail.
func start[W any](ctx context.Context, workers []W, run func(W, context.Context) error, fail func(error)) *crew {
	ctx, stop := context.WithCancel(ctx)
	c := &crew{done: make(chan struct{}), stop: stop}
	for _, w := range workers {
		c.Go(func() {
			if err := run(w, ctx); err != nil {
				fail(err)
			}
		})
	}
	go func() {
		c.Wait()
		close(c.done)
	}()
	return c
}

// failure is what a worker failed with, nil if the context ended otherwise.
func failure(ctx context.Context) error {
	err := context.Cause(ctx)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}
