package vhost

import (
	"errors"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// restful is a kind of queue that writes down when it is paused.
type restful struct {
	queue.Type
	told *[]bool
}

func (k restful) Open(d queue.Declaration, h queue.Host) (queue.Queue, error) {
	q, err := k.Type.Open(d, h)
	return resting{q, k.told}, err
}

type resting struct {
	queue.Queue
	told *[]bool
}

func (r resting) Pause(paused bool) { *r.told = append(*r.told, paused) }

// unrestful hides what else a queue can do.
type unrestful struct{ queue.Type }

func (k unrestful) Open(d queue.Declaration, h queue.Host) (queue.Queue, error) {
	q, err := k.Type.Open(d, h)
	return struct{ queue.Queue }{q}, err
}

// TestPause: a mark is kept, and obeyed at once and when the queue is restored.
func TestPause(t *testing.T) {
	f := newFixture(t)
	var told []bool
	f.options.QueueTypes["classic"] = restful{f.options.QueueTypes["classic"], &told}
	f.queues("q")
	f.keeper.take()
	q, err := f.Queue("q", 0)
	f.must(err)
	f.must(f.Pause(q, true))
	f.must(f.Pause(q, true))
	if got := f.keeper.take(); got != "+queue q" || !q.Marks().Paused {
		t.Errorf("kept %q, marks %+v", got, q.Marks())
	}
	f.must(f.Pause(q, false))
	if want := []bool{true, true, false}; len(told) != 3 || told[0] != want[0] || told[2] != want[2] {
		t.Errorf("the queue was told %v, want %v", told, want)
	}
	told = nil
	f.must(f.RestoreQueue(queue.Declaration{ID: 99, Name: "r", Durable: true}, "classic", Marks{Paused: true}))
	if r, err := f.Queue("r", 0); err != nil || len(told) != 1 || !told[0] || !r.Marks().Paused {
		t.Errorf("restored %v, %v, told %v", r, err, told)
	}
}

func TestMarkRefuses(t *testing.T) {
	f := newFixture(t)
	f.options.QueueTypes["classic"] = unrestful{f.options.QueueTypes["classic"]}
	f.queues("q")
	q, err := f.Queue("q", 0)
	f.must(err)
	if err := f.Pause(q, true); !errors.Is(err, ErrCannotPause) || q.Marks() != (Marks{}) {
		t.Errorf("pause of a queue that cannot: %v, marks %+v", err, q.Marks())
	}
	f.keeper.err = errFull
	if err := f.Protect(q, true); !amqp.StorageFailure.Is(err) || q.Marks() != (Marks{}) {
		t.Errorf("protect on a full disk: %v, marks %+v", err, q.Marks())
	}
	f.keeper.err = nil
	_, err = f.DeleteQueue(q, false, false)
	f.must(err)
	f.keeper.take()
	if err := f.Protect(q, true); !amqp.NoQueue.Is(err) || f.keeper.take() != "" {
		t.Errorf("a queue that is gone was marked: %v", err)
	}
}

// TestProtect: a client does not delete it, the queue itself and the vhost do.
func TestProtect(t *testing.T) {
	f := newFixture(t)
	transient, _, err := f.DeclareQueue(queue.Declaration{Name: "t", Exclusive: true}, 7)
	f.must(err)
	f.queues("q", "unused")
	f.keeper.take()
	q, _ := f.Queue("q", 0)
	unused, _ := f.Queue("unused", 0)
	for _, p := range []*Queue{q, unused, transient} {
		f.must(f.Protect(p, true))
		_, err = f.DeleteQueue(p, false, false)
		f.refused(err, "RESOURCE_LOCKED - Cannot delete protected "+p.String()+".")
	}
	if got := f.keeper.take(); got != "+queue q\n+queue unused" {
		t.Errorf("kept %q", got)
	}
	f.must(f.DeleteOwned(7))
	f.must(f.deleteUnused(unused))
	if n := len(f.Queues()); n != 1 {
		t.Errorf("%d queues are left, want q alone", n)
	}
	f.must(f.Protect(q, false))
	_, err = f.DeleteQueue(q, false, false)
	f.must(err)
}
