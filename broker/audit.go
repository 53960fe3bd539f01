package broker

import (
	"cmp"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/store"
)

// Bounds of the audit log: of what is kept, and of what waits to be written.
const (
	maxEntries       = 10_000
	maxEntryAge      = 90 * 24 * time.Hour
	maxEntryBytes    = 4 << 10 // of what is said
	maxEntriesQueued = 4096
	maxEntryBatch    = 256
	entryDelay       = 200 * time.Millisecond
)

// audit keeps the record of changes in the store. One goroutine writes, from
// start to stop, soon after the fact: what changed in the last moment before a
// crash may not be on record.
type audit struct {
	store   store.Store
	log     *slog.Logger
	watches *watches
	waiting chan *Entry
	flush   chan chan struct{}
	lost    atomic.Uint64
	quit    chan struct{}
	once    sync.Once
	done    sync.WaitGroup

	// The goroutine's.
	kept    []uint64 // ids, the oldest first
	last    uint64
	refused refusals
	floods  floods
	failed  bool // told
}

func (a *audit) start(s store.Store, log *slog.Logger, w *watches) error {
	a.store, a.log, a.watches = s, log, w
	a.waiting, a.flush, a.quit = make(chan *Entry, maxEntriesQueued), make(chan chan struct{}), make(chan struct{})
	err := s.Scan([]byte(entryPrefix), func(key, _ []byte) bool {
		if id, ok := entryID(key); ok {
			a.kept = append(a.kept, id)
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("audit log: %w", err)
	}
	for i, j := 0, len(a.kept)-1; i < j; i, j = i+1, j-1 {
		a.kept[i], a.kept[j] = a.kept[j], a.kept[i]
	}
	if len(a.kept) > 0 {
		a.last = a.kept[len(a.kept)-1]
	}
	a.done.Go(a.run)
	return nil
}

func (a *audit) stop() {
	if a.quit == nil {
		return
	}
	a.once.Do(func() { close(a.quit) })
	a.done.Wait()
}

// note has a change written, or one that was refused. It waits for nothing.
func (a *audit) note(by Actor, action string, said amqp.Table, why error) {
	e := &Entry{
		AtMs: time.Now().UnixMilli(), User: cmp.Or(by.User, internalUser), Via: by.Via, From: by.From,
		Action: action, Result: ResultOK,
	}
	if why != nil {
		e.Result = clip(reasonOf(why))
	}
	e.say(said)
	select {
	case a.waiting <- e:
	default:
		a.lost.Add(1)
	}
}

func (a *audit) run() {
	for {
		select {
		case first := <-a.waiting:
			a.gather(first)
		case told := <-a.flush:
			a.drain()
			close(told)
		case <-a.quit:
			a.drain()
			return
		}
	}
}

// gather waits a little for more, and writes all of it.
func (a *audit) gather(first *Entry) {
	list := []*Entry{first}
	t := time.NewTimer(entryDelay)
	defer t.Stop()
	for len(list) < maxEntryBatch {
		select {
		case e := <-a.waiting:
			list = append(list, e)
			continue
		case <-t.C:
		case told := <-a.flush:
			defer close(told)
		case <-a.quit:
		}
		break
	}
	a.write(list)
	if len(list) < maxEntryBatch {
		a.drain()
	}
}

// drain writes what waits.
func (a *audit) drain() {
	var list []*Entry
	for len(a.waiting) > 0 && len(list) < maxEntriesQueued {
		list = append(list, <-a.waiting)
	}
	a.write(list)
}

func (a *audit) write(list []*Entry) {
	if n := a.lost.Swap(0); n > 0 {
		list = append(list, &Entry{
			AtMs: time.Now().UnixMilli(), User: internalUser, Action: "audit.lost",
			Said: definitions.Object{"entries": n}, Result: ResultOK,
		})
	}
	var b store.Batch
	var written []*Entry
	for _, e := range list {
		if a.refused.again(e) || a.floods.over(e) {
			continue
		}
		e.ID = max(a.last+1, uint64(max(e.AtMs, 0))*1000)
		text, err := e.encode()
		if err != nil {
			a.complain(err)
			continue
		}
		a.last = e.ID
		a.kept = append(a.kept, e.ID)
		b.Set(entryKey(e.ID), text)
		written = append(written, e)
	}
	if len(written) == 0 {
		return
	}
	a.prune(&b, time.Now())
	if err := a.store.Commit(&b); err != nil {
		a.complain(err)
	}
	for _, e := range written {
		a.watches.tell(Happening{Name: "audit", At: time.UnixMilli(e.AtMs), Entry: e})
	}
}

// prune deletes what is too old or too much.
func (a *audit) prune(b *store.Batch, now time.Time) {
	oldest := uint64(now.Add(-maxEntryAge).UnixMicro())
	n := max(0, len(a.kept)-maxEntries)
	for n < len(a.kept) && a.kept[n] < oldest {
		n++
	}
	for _, id := range a.kept[:n] {
		b.Delete(entryKey(id))
	}
	a.kept = a.kept[n:]
}

func (a *audit) complain(err error) {
	if !a.failed {
		a.failed = true
		a.log.Error("the audit log has gaps", "error", err)
	}
}
