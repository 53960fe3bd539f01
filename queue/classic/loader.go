package classic

import "sync"

// loaders is how many chunks are read at the same time.
const loaders = 2

// loader reads backlogs for all queues of a node, so that no queue waits for
// the disk.
type loader struct {
	mu     sync.Mutex
	wake   sync.Cond
	jobs   ring[func()]
	closed bool
	done   sync.WaitGroup
}

func newLoader() *loader {
	d := &loader{}
	d.wake.L = &d.mu
	for range loaders {
		d.done.Go(d.run)
	}
	return d
}

// add has job run, soon and by another goroutine.
func (d *loader) add(job func()) {
	d.mu.Lock()
	d.jobs.pushBack(job)
	d.mu.Unlock()
	d.wake.Signal()
}

func (d *loader) run() {
	for {
		d.mu.Lock()
		for d.jobs.len() == 0 && !d.closed {
			d.wake.Wait()
		}
		if d.closed {
			d.mu.Unlock()
			return
		}
		job := d.jobs.popFront()
		d.mu.Unlock()
		job()
	}
}

func (d *loader) close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.wake.Broadcast()
	d.done.Wait()
}
