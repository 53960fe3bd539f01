package classic

import (
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/dedup"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
	"github.com/hutchmq/hutchmq/store"
)

// Type is the classic queue type, or another kind that runs on its engine.
type Type struct {
	name     string
	errName  string // as RabbitMQ prints the type in errors
	kind     queue.Kinds
	store    store.Store
	loader   *loader
	limits   limits
	resident *atomic.Int64 // bytes of messages in memory, of all queues of the budget
	started  time.Time
	hasher   *dedup.Hasher                 // of keys, which no restart outlives
	options  atomic.Pointer[queue.Options] // those of the queue opened last
	ending   sync.WaitGroup                // drains of queues

	scratches             chan *scratch // that no queue has
	browsing              sync.WaitGroup
	deadLettered, dropped deaths
	diskReads, diskWrites stats.Counter // messages
}

// New makes the type; its queues keep their messages in st.
func New(st store.Store) *Type {
	t := &Type{
		name: "classic", errName: "rabbit_classic_queue", kind: queue.Classic,
		store: st, loader: newLoader(), limits: defaultLimits, started: time.Now(),
		scratches: make(chan *scratch, maxScratches), hasher: dedup.NewHasher(),
	}
	return t.Within(NewBudget(defaultLimits.budget))
}

// clock is the time in Unix milliseconds; it never goes back, so that what has
// expired stays so. A method reads it once, with the lock held: what is
// enqueued with a TTL of 0 may still be delivered by the same call.
func (t *Type) clock() int64 {
	return t.started.UnixMilli() + time.Since(t.started).Milliseconds()
}

// NewQuorum makes the type "quorum" of a node that stands alone: a durable
// queue on the same engine.
func NewQuorum(st store.Store) *Type {
	t := New(st)
	t.name, t.errName, t.kind = "quorum", "rabbit_quorum_queue", queue.Quorum
	return t
}

// share is o in memory, mostly that of the queue that was opened before: many
// queues are declared alike.
func (t *Type) share(o queue.Options) *queue.Options {
	if p := t.options.Load(); p != nil && reflect.DeepEqual(*p, o) {
		return p
	}
	t.options.Store(&o)
	return &o
}

// Name implements queue.Type.
func (t *Type) Name() string { return t.name }

// Close ends reading ahead and browsing, and waits for queues that were ending.
// All queues must be closed.
func (t *Type) Close() {
	t.ending.Wait()
	t.loader.close()
	t.browsing.Wait()
}

// Check implements queue.Type.
func (t *Type) Check(d queue.Declaration) error {
	if t.kind == queue.Quorum {
		switch {
		case !d.Durable:
			return amqp.InvalidProperty.New("non-durable", d)
		case d.Exclusive:
			return amqp.InvalidProperty.New("exclusive-owner", d)
		case d.AutoDelete:
			return amqp.InvalidProperty.New("auto-delete", d)
		}
	}
	_, err := queue.Parse(d, t.kind, t.errName)
	return err
}

// Open implements queue.Type.
func (t *Type) Open(d queue.Declaration, h queue.Host) (queue.Queue, error) {
	o, err := queue.Parse(d, t.kind, t.errName)
	if err != nil {
		return nil, err
	}
	q := &Queue{Declaration: d, options: t.share(o), kind: t, host: h, next: 1}
	q.timeout.Store(o.ConsumerTimeout)
	q.lease.Store(o.LeaseMs)
	q.consumers.Single = o.SingleActive
	q.lanes = make([]lane, int(o.MaxPriority)+1)
	for i := range q.lanes {
		q.lanes[i].number = uint8(i)
	}
	if o.Deduplicate {
		q.keys = new(keys)
	}
	if d.Durable {
		if err := q.recover(); err != nil {
			return nil, err
		}
	}
	q.mu.Lock()
	q.used()
	q.reselect(q.emptyAt())
	q.wake(q.kind.clock(), q.soonest())
	q.readAhead()
	q.mu.Unlock()
	return q, nil
}

// recover takes up what the log holds.
func (q *Queue) recover() (err error) {
	if q.log, err = q.kind.store.Log(q.ID, true, q); err != nil {
		return err
	}
	q.marked = q.log.Marked()
	q.next = q.marked + 1
	for _, s := range q.log.Lanes() {
		l := &q.lanes[min(int(s.Lane), len(q.lanes)-1)]
		l.gap = gap{first: s.First, last: s.Last, count: s.Count, persistent: s.Count, bytes: s.Bytes, persistentBytes: s.Bytes}
		l.index.late, l.recovered, l.bound = s.Expires, s.Last, q.bound()
		l.peak = l.bound
		q.expiring = q.expiring || s.Expires > 0
		q.ready += s.Count
		q.readyBytes += s.Bytes
		q.persistent += s.Count
		q.persistentBytes += s.Bytes
		q.next = max(q.next, s.Last+1)
	}
	q.stored = q.next - 1
	// A message that was handed out before the end of the last run is
	// redelivered. After a crash nobody knows which those were, so that all
	// are called so: the flag says "may have been delivered before".
	if !q.kind.store.Clean() {
		q.marked = q.next - 1
	}
	q.delivered = q.marked // it stays so after the next restart
	if q.keys != nil {
		return q.recoverKeys()
	}
	return nil
}

// bound is the latest moment at which a recovered message may expire: what
// comes after expires later, if all have the TTL the queue was declared with.
func (q *Queue) bound() int64 {
	if ttlMs, ok := amqp.Int(q.Arguments["x-message-ttl"]); ok && !q.Amended {
		return q.kind.clock() + ttlMs
	}
	return forever
}

// soonest is when something recovered may expire, 0 if nothing does.
func (q *Queue) soonest() (next int64) {
	for i := range q.lanes {
		next = sooner(next, q.lanes[i].index.late)
	}
	return next
}

// emptyAt is when what is limited may have used up everything, Unix
// milliseconds: a queue that had messages before may have handed them out just
// before it ended.
func (q *Queue) emptyAt() int64 {
	if q.next == 1 {
		return 0
	}
	return q.kind.clock()
}
