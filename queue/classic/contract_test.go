package classic

import (
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/store"
)

// tiny limits have nearly everything on disk.
var tiny = limits{budget: 1 << 20, durable: 1000, transient: 2000, scarce: 500, lowWater: 500, chunk: 700, peek: 1, deadlines: 100, looks: 4096, parked: 100_000}

// starved is tiny with a memory that other queues have filled.
var starved = limits{budget: -1, scarce: 1, chunk: 1, peek: 1, deadlines: 100, looks: 4096, parked: 100_000}

func TestContract(t *testing.T) {
	for _, c := range []struct {
		name    string
		limits  limits
		durable bool
		make    func(store.Store) *Type
	}{
		{"classic", defaultLimits, false, New},
		{"classic tiny", tiny, false, New},
		{"classic starved", starved, false, New},
		{"quorum", defaultLimits, true, NewQuorum},
		{"quorum tiny", tiny, true, NewQuorum},
	} {
		t.Run(c.name, func(t *testing.T) {
			queuetest.Contract(t, queuetest.Kind{Durable: c.durable, New: func(t testing.TB) queue.Type {
				st := store.NewMemory()
				kind := c.make(st)
				kind.limits = c.limits
				t.Cleanup(func() { closeAll(t, kind, st) })
				return kind
			}})
		})
	}
}

// closeAll ends a type whose queues are closed; none of them may count as
// being in memory.
func closeAll(t testing.TB, kind *Type, st store.Store) {
	kind.Close()
	if n := kind.resident.Load(); n != 0 {
		t.Errorf("%d bytes are still counted as resident", n)
	}
	if err := st.Close(); err != nil {
		t.Error(err)
	}
}

// TestCheck: a quorum queue is durable and shared (E33), and each kind knows
// its own arguments (E32).
func TestCheck(t *testing.T) {
	st := store.NewMemory()
	kinds := map[string]*Type{"classic": New(st), "quorum": NewQuorum(st)}
	t.Cleanup(func() {
		kinds["classic"].Close()
		closeAll(t, kinds["quorum"], st)
	})
	durable := queue.Declaration{Vhost: "/", Name: "q", Durable: true}
	for _, c := range []struct {
		kind   string
		change func(d *queue.Declaration)
		want   string
	}{
		{"classic", func(d *queue.Declaration) { d.Durable, d.Exclusive, d.AutoDelete = false, true, true }, ""},
		{"quorum", func(*queue.Declaration) {}, ""},
		{"quorum", func(d *queue.Declaration) { d.Durable = false }, "invalid property 'non-durable' for queue 'q' in vhost '/'"},
		{"quorum", func(d *queue.Declaration) { d.Exclusive = true }, "invalid property 'exclusive-owner' for queue 'q' in vhost '/'"},
		{"quorum", func(d *queue.Declaration) { d.AutoDelete = true }, "invalid property 'auto-delete' for queue 'q' in vhost '/'"},
		{"quorum", func(d *queue.Declaration) { d.Arguments = amqp.Table{"x-max-priority": int32(1)} },
			"invalid arg 'x-max-priority' for queue 'q' in vhost '/' of queue type rabbit_quorum_queue"},
	} {
		d := durable
		c.change(&d)
		err := kinds[c.kind].Check(d)
		if e, _ := err.(*amqp.Error); (err != nil || c.want != "") && (e == nil || e.Reason != c.want) {
			t.Errorf("%s, %+v: %v, want %q", c.kind, d, err, c.want)
		}
	}
}
