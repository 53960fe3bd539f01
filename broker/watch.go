package broker

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// maxWatched bounds how many happenings wait for one who watches.
const maxWatched = 4096

// Happening is an event as the event exchange has it, or an entry of the audit
// log.
type Happening struct {
	Name    string // "queue.created"
	At      time.Time
	Headers amqp.Table // shared, so not to be changed; nil with an Entry
	Entry   *Entry     // shared likewise
}

// Watch is what somebody who watches the broker hears.
type Watch struct {
	c       chan Happening
	dropped atomic.Uint64
	all     *watches
}

// watches is who watches. The zero watches is ready. tell takes no lock.
type watches struct {
	now atomic.Pointer[[]*Watch]
	mu  sync.Mutex // held while now changes
}

// Watch begins to watch what happens, until Close. Who does not keep up misses
// some of it.
func (b *Broker) Watch() *Watch {
	w := &Watch{c: make(chan Happening, maxWatched), all: &b.watches}
	w.all.change(func(list []*Watch) []*Watch { return append(list, w) })
	return w
}

// C is what happens. It is never closed: a broker that closes closes Done.
func (w *Watch) C() <-chan Happening { return w.c }

// Dropped is how many happenings were missed so far.
func (w *Watch) Dropped() uint64 { return w.dropped.Load() }

// Close ends w. It may be called again.
func (w *Watch) Close() {
	w.all.change(func(list []*Watch) []*Watch {
		return slices.DeleteFunc(list, func(o *Watch) bool { return o == w })
	})
}

func (ws *watches) change(edit func([]*Watch) []*Watch) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	var list []*Watch
	if now := ws.now.Load(); now != nil {
		list = slices.Clone(*now)
	}
	if list = edit(list); len(list) == 0 {
		ws.now.Store(nil)
		return
	}
	ws.now.Store(&list)
}

// any reports whether somebody watches.
func (ws *watches) any() bool { return ws.now.Load() != nil }

// tell tells everybody, and waits for nobody.
func (ws *watches) tell(h Happening) {
	now := ws.now.Load()
	if now == nil {
		return
	}
	h.Headers = maps.Clone(h.Headers) // who publishes the event adds to its own
	for _, w := range *now {
		select {
		case w.c <- h:
		default:
			w.dropped.Add(1)
		}
	}
}
