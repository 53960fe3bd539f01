package broker

import (
	"context"
	"slices"
	"sync"
	"time"
)

// slips are the receipts of a batch of messages, by number. They are a
// queue.Confirmer.
type slips struct {
	mu      sync.Mutex
	list    []slip
	waiting int           // confirms to come
	judged  bool          // who refuses from now on is a disk
	failed  bool          // one did
	stored  chan struct{} // closed once nothing is waited for
}

// slip is the receipt of one message.
type slip struct {
	reached []*Queue // the queues that it goes to
	why     string   // it does not come through; "" is well so far
}

// begin prepares for n messages.
func (ss *slips) begin(n int) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.list, ss.waiting, ss.judged, ss.failed, ss.stored = make([]slip, n), 0, false, false, make(chan struct{})
}

// set notes that number i is on its way.
func (ss *slips) set(i int, s slip) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.list[i] = s
	ss.waiting += len(s.reached)
}

// Confirm implements queue.Confirmer. A queue that is full refuses at once.
func (ss *slips) Confirm(seqs []uint64, stored bool) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, seq := range seqs {
		switch {
		case stored:
		case ss.judged:
			ss.failed = true
		default:
			ss.list[seq].why = refused
		}
	}
	ss.waiting -= len(seqs)
	ss.tell()
}

// judge tells how all came through, once they were handed over.
func (ss *slips) judge() []slip {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.judged = true
	ss.tell()
	return slices.Clone(ss.list)
}

func (ss *slips) tell() {
	if ss.judged && ss.waiting == 0 {
		ss.waiting = -1
		close(ss.stored)
	}
}

// wait returns when all that came through is stored.
func (ss *slips) wait(ctx context.Context) error {
	late := time.NewTimer(moverPatience)
	defer late.Stop()
	select {
	case <-ss.stored:
	case <-late.C:
		return errDisk
	case <-ctx.Done():
		return ctx.Err()
	}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.failed {
		return errDisk
	}
	return nil
}
