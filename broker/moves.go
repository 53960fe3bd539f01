package broker

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/hutchmq/hutchmq/stats"
)

const (
	// maxMoves is how many moves may run at a time, pauses counted.
	maxMoves = 16
	// keptMoves is how many are remembered, those that run counted.
	keptMoves = 100
)

// ErrTooManyMoves is returned by Move when as many run as may.
var ErrTooManyMoves = errors.New("too many moves run already")

// errClosing is why a move cannot begin while the broker ends.
var errClosing = errors.New("the broker is shutting down")

// moves are the moves of a broker: those that run, and the last that have
// ended. Each runs in a goroutine that stop waits for.
type moves struct {
	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup

	moved, redriven, copied, deleted stats.Counter

	mu     sync.Mutex
	last   uint64  // the number given out last
	list   []*Move // the oldest first
	closed bool
}

// MoveCounts is how many moves have begun, and to how many messages they did
// what they were to do, since the node started. Dry runs do not count.
type MoveCounts struct {
	Running                          int // pauses included
	Begun                            uint64
	Moved, Redriven, Copied, Deleted uint64 // messages
}

// MoveCounts counts.
func (b *Broker) MoveCounts() MoveCounts {
	ms := &b.moves
	ms.mu.Lock()
	running, begun := ms.running(), ms.last
	ms.mu.Unlock()
	return MoveCounts{running, begun, ms.moved.Load(), ms.redriven.Load(), ms.copied.Load(), ms.deleted.Load()}
}

// counter is where the messages of a move count.
func (ms *moves) counter(o *MoveOptions) *stats.Counter {
	switch {
	case o.Verb == Copy:
		return &ms.copied
	case o.Verb == Delete:
		return &ms.deleted
	case o.To.Origin != "":
		return &ms.redriven
	}
	return &ms.moved
}

func (ms *moves) init() { ms.ctx, ms.cancel = context.WithCancel(context.Background()) }

// stop ends all moves, each once nothing of it is half done.
func (ms *moves) stop() {
	ms.mu.Lock()
	ms.closed = true
	ms.mu.Unlock()
	ms.cancel()
	ms.done.Wait()
}

// add lists m and gives it its number.
func (ms *moves) add(m *Move) error {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	switch {
	case ms.closed:
		return errClosing
	case ms.running() >= maxMoves:
		return ErrTooManyMoves
	case len(ms.list) >= keptMoves:
		i := slices.IndexFunc(ms.list, func(m *Move) bool { return m.Status().State.ended() })
		ms.list = slices.Delete(ms.list, i, i+1)
	}
	ms.last++
	m.ID = ms.last
	ms.list = append(ms.list, m)
	ms.done.Add(1)
	return nil
}

// running counts the moves that have not ended. ms.mu is held.
func (ms *moves) running() (n int) {
	for _, m := range ms.list {
		if !m.Status().State.ended() {
			n++
		}
	}
	return n
}

// Moves lists the moves that run, and the last that have ended; the oldest
// first.
func (b *Broker) Moves() []*Move {
	b.moves.mu.Lock()
	defer b.moves.mu.Unlock()
	return slices.Clone(b.moves.list)
}

// MoveOf finds a move by its number, nil if it is not known any more.
func (b *Broker) MoveOf(id uint64) *Move {
	for _, m := range b.Moves() {
		if m.ID == id {
			return m
		}
	}
	return nil
}
