package classic

import (
	"fmt"
	"log/slog"
	"math/rand"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/store"
)

// TestKeys does random things to a queue that takes no message twice, with
// nearly everything on a slow disk: a message goes in if and only if none of
// its key is there, ready or unacknowledged.
func TestKeys(t *testing.T) {
	for _, seed := range seeds(60) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newKeyed(t, seed)
				for range 300 {
					k.step()
				}
				k.finish()
			})
		})
	}
}

// keyed is a queue and the keys that should be in it.
type keyed struct {
	*testing.T
	r        *rand.Rand
	disk     *laggard
	kind     *Type
	d        queue.Declaration
	q        *Queue
	host     queuetest.Host
	receipts queuetest.Receipts
	sent     uint64
	out      []queue.Delivery
}

func newKeyed(t *testing.T, seed int64) *keyed {
	k := &keyed{T: t, r: rand.New(rand.NewSource(seed)), disk: newLaggard(seed)}
	k.kind = New(k.disk)
	k.kind.limits = tiny
	k.d = queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: k.r.Intn(4) > 0, Arguments: amqp.Table{"x-message-deduplication": true}}
	if k.r.Intn(2) == 0 {
		k.d.Arguments["x-max-priority"] = int32(k.r.Intn(4))
	}
	if k.r.Intn(2) == 0 {
		k.d.Arguments["x-dead-letter-exchange"] = ""
	}
	if k.r.Intn(3) == 0 {
		k.d.Arguments["x-delayed-retry-type"], k.d.Arguments["x-delayed-retry-min"] = "all", int32(1+k.r.Intn(30))
	}
	k.open()
	t.Cleanup(func() {
		k.q.Close(true)
		closeAll(t, k.kind, k.disk)
	})
	return k
}

func (k *keyed) open() {
	q, err := k.kind.Open(k.d, &k.host)
	if err != nil {
		k.Fatal(err)
	}
	k.q = q.(*Queue)
}

func (k *keyed) message(key int) *message.Message {
	p := &amqp.Properties{Headers: amqp.Table{"x-deduplication-header": int32(key)}}
	if key%2 == 0 { // and others have a text
		p.Headers["x-deduplication-header"] = fmt.Sprint("key ", key)
	}
	m := &message.Message{
		Header: amqp.AppendContentHeader(nil, amqp.BasicPublishID.Class(), 50, p), Body: make([]byte, 50+k.r.Intn(200)),
		Persistent: k.r.Intn(3) > 0, Priority: uint8(k.r.Intn(4)), Expiration: -1,
	}
	if k.r.Intn(8) == 0 {
		m.Expiration = int64(1 + k.r.Intn(20))
	}
	return m
}

func (k *keyed) step() {
	switch n := k.r.Intn(40); {
	case n < 20:
		k.publish()
	case n < 26:
		k.get()
	case n < 34:
		k.settle()
	case n < 35:
		k.q.Purge()
	case n < 38:
		time.Sleep(time.Duration(k.r.Intn(15)) * time.Millisecond)
	case k.d.Durable:
		k.restart()
	}
	synctest.Wait()
	k.look()
}

// look compares the keys that the queue knows with how many messages it has.
func (k *keyed) look() {
	k.Helper()
	s := k.q.Stat()
	k.q.mu.Lock()
	n, waiting := k.q.keys.table.Len(), k.q.retries.len()
	k.q.mu.Unlock()
	if n != s.Ready+s.Unacked+waiting {
		k.Fatalf("%d keys of %d ready, %d waiting and %d unacknowledged messages", n, s.Ready, waiting, s.Unacked)
	}
}

func (k *keyed) publish() {
	m := k.message(k.r.Intn(60))
	was, before := k.contents()[keyText(m)], k.q.Picture().Traffic
	k.sent++
	k.q.Publish([]queue.Publication{{Message: m, Receipt: queue.Receipt{To: &k.receipts, Seq: k.sent}}})
	after := k.q.Picture().Traffic
	in, again := after[queue.Published]-before[queue.Published], after[queue.Deduplicated]-before[queue.Deduplicated]
	if in+again != 1 || (again == 1) != was {
		k.Fatalf("key %s: %d in, %d repeated; it was there: %v", keyText(m), in, again, was)
	}
}

func keyText(m *message.Message) string {
	v, _ := amqp.Lookup(amqp.HeadersTable(m.Header), "x-deduplication-header")
	return fmt.Sprintf("%c %x", v.Type, v.Bytes)
}

// contents are the keys of all messages in the queue, which has none twice: as
// they are at one moment, though reading them takes some time.
func (k *keyed) contents() map[string]bool {
	for {
		changes := k.q.Changes()
		there, twice := k.read()
		if k.q.Changes() != changes {
			continue
		}
		if twice != "" {
			k.Fatalf("key %s is there twice", twice)
		}
		return there
	}
}

// read reads them, and tells of one that it saw twice.
func (k *keyed) read() (there map[string]bool, twice string) {
	there = map[string]bool{}
	note := func(m *message.Message) {
		if m == nil { // it left while it was read
			return
		}
		if text := keyText(m); there[text] {
			twice = text
		} else {
			there[text] = true
		}
	}
	view, err := k.q.Browse(queue.Browse{Limit: 1 << 20, MaxLooks: 1 << 20, MaxBytes: 1 << 30})
	if err != nil {
		k.Fatal(err)
	}
	for _, s := range view.List {
		note(s.Message)
	}
	for _, d := range k.out {
		note(d.Message)
	}
	var waiting []retry
	if k.q.retries != nil {
		waiting = slices.Clone(k.q.retries.heap)
	}
	for i := range waiting {
		e := &waiting[i].entry
		if e.m == nil {
			e.m = k.q.reread(e)
		}
		note(e.m)
	}
	return there, twice
}

func (k *keyed) get() {
	for range k.r.Intn(4) {
		noAck := k.r.Intn(3) == 0
		d, _, ok := k.q.Get(noAck)
		if ok && !noAck {
			k.out = append(k.out, d)
		}
	}
}

func (k *keyed) settle() {
	k.r.Shuffle(len(k.out), func(i, j int) { k.out[i], k.out[j] = k.out[j], k.out[i] })
	n := k.r.Intn(len(k.out) + 1)
	k.q.Settle(nil, k.out[:n], queue.Outcome(k.r.Intn(4)))
	k.out = k.out[n:]
}

func (k *keyed) restart() {
	time.Sleep(time.Second)
	k.q.Close(false)
	k.out = nil
	k.open()
}

// finish empties the queue. Every message has been answered once.
func (k *keyed) finish() {
	time.Sleep(time.Second)
	k.q.Settle(nil, k.out, queue.Ack)
	k.q.Purge()
	synctest.Wait()
	k.look()
	if err := k.receipts.Check(k.sent); err != nil {
		k.Fatal(err)
	}
}

// BenchmarkRecoverKeys opens a queue with a backlog of a million messages whose
// keys it has to read.
func BenchmarkRecoverKeys(b *testing.B) {
	for _, size := range []int{100, 1000} {
		b.Run(fmt.Sprint(size, " bytes"), func(b *testing.B) { benchmarkRecoverKeys(b, 1_000_000, size) })
	}
}

func benchmarkRecoverKeys(b *testing.B, many, size int) {
	dir := b.TempDir()
	d := queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: true, Arguments: amqp.Table{"x-message-deduplication": true}}
	with := func(do func(q *Queue)) {
		st, err := store.Open(dir, store.Options{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			b.Fatal(err)
		}
		kind := New(st)
		b.StartTimer()
		q, err := kind.Open(d, &queuetest.Host{})
		b.StopTimer()
		if err != nil {
			b.Fatal(err)
		}
		do(q.(*Queue))
		q.Close(false)
		kind.Close()
		st.Close()
	}
	b.StopTimer()
	with(func(q *Queue) {
		body := make([]byte, size)
		for i := 0; i < many; i += 1000 {
			burst := make([]queue.Publication, 1000)
			for j := range burst {
				p := &amqp.Properties{Headers: amqp.Table{"x-deduplication-header": fmt.Sprint("order ", i+j)}}
				burst[j].Message = &message.Message{Header: amqp.AppendContentHeader(nil, amqp.BasicPublishID.Class(), uint64(size), p), Body: body, Persistent: true, Expiration: -1}
			}
			q.kind.store.WaitRoom()
			q.Publish(burst)
		}
	})
	for range b.N {
		with(func(q *Queue) {
			if n := q.keys.table.Len(); n != many {
				b.Fatalf("%d keys of %d messages", n, many)
			}
			b.ReportMetric(float64(q.keys.table.Bytes())/float64(many), "B/key")
		})
	}
}
