package classic

import (
	"errors"
	"fmt"
	"math/rand"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
)

// TestModel does random things to a queue with nearly everything on a slow
// disk, and to a model of it: sorted lists. Whatever is delivered must be what
// comes next in the model, and all counts must agree at every step.
func TestModel(t *testing.T) {
	for _, seed := range seeds(120) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newModel(t, seed).run(250) })
		})
	}
}

// model is the queue as it should be.
type model struct {
	*testing.T
	r        *rand.Rand
	disk     *laggard
	kind     *Type
	q        *Queue
	host     queuetest.Host
	receipts queuetest.Receipts
	sent     uint64 // receipts asked for
	ready    []thing
	unacked  []held
	cs       []*taker
	got      []held // delivered and not yet compared
}

// thing is a message in the model; order is its place among equals.
type thing struct {
	order      int
	priority   int
	size       int64
	persistent bool
	failed     uint32
	seen       seen
}

// seen tells whether a thing comes with the redelivered flag.
type seen int

const (
	unseen seen = iota
	perhaps
	surely
)

type held struct {
	to *taker // nil for basic.get
	d  queue.Delivery
}

// taker is a consumer that tells the model what it got, in order.
type taker struct {
	m      *model
	noAck  bool
	credit int
}

func (c *taker) Deliver(ds []queue.Delivery) int {
	n := min(c.credit, len(ds))
	c.credit -= n
	for _, d := range ds[:n] {
		c.m.got = append(c.m.got, held{c, d})
	}
	return n
}

func (c *taker) Cancelled() {}

func newModel(t *testing.T, seed int64) *model {
	m := &model{T: t, r: rand.New(rand.NewSource(seed)), disk: newLaggard(seed)}
	m.kind = New(m.disk)
	m.kind.limits = tiny
	if m.r.Intn(4) == 0 {
		m.kind.limits = starved
	}
	d := queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: m.r.Intn(3) > 0, Arguments: amqp.Table{}}
	if m.r.Intn(2) == 0 {
		d.Arguments["x-max-priority"] = int32(m.r.Intn(4))
	}
	m.open(d)
	t.Cleanup(func() {
		m.q.Close(true)
		closeAll(t, m.kind, m.disk)
	})
	return m
}

func (m *model) open(d queue.Declaration) {
	m.Helper()
	q, err := m.kind.Open(d, &m.host)
	if err != nil {
		m.Fatal(err)
	}
	m.q = q.(*Queue)
}

// restart closes the queue and takes up what is stored of it: of the
// persistent messages all that was not acknowledged, at its place.
func (m *model) restart() {
	if !m.q.Durable {
		return
	}
	time.Sleep(time.Second) // all is stored
	m.settleDown()
	m.disk.dirty = m.r.Intn(2) == 0
	m.q.Close(false)
	ready, unacked := m.ready, m.unacked
	m.ready, m.unacked, m.cs = nil, nil, nil
	for _, x := range ready {
		m.recover(x, x.seen == surely)
	}
	for _, h := range unacked {
		m.recover(m.thing(h.d.Message), true)
	}
	m.open(m.q.Declaration)
}

func (m *model) recover(x thing, delivered bool) {
	x.failed, x.seen = 0, perhaps
	if delivered || m.disk.dirty {
		x.seen = surely
	}
	if x.persistent {
		m.add(x)
	}
}

func (m *model) run(steps int) {
	order := 0
	for range steps {
		m.settleDown()
		switch n := m.r.Intn(100); {
		case n < 35:
			order = m.publish(order)
		case n < 50:
			m.get()
		case n < 70:
			m.settle()
		case n < 76:
			m.consume()
		case n < 80:
			m.cancel()
		case n < 86:
			m.grant()
		case n < 87:
			m.purge()
		case n < 89:
			m.restart()
		case n < 90:
			m.disk.fail(errors.New("the disk is gone for a moment"))
		default:
			time.Sleep(time.Duration(m.r.Intn(100)) * time.Microsecond)
		}
	}
	m.drain()
}

// settleDown waits until nothing moves but by time.
func (m *model) settleDown() {
	synctest.Wait()
	m.compare()
}

func (m *model) publish(order int) int {
	burst := make([]queue.Publication, 1+m.r.Intn(30))
	for i := range burst {
		order++
		body := strconv.Itoa(order) + " " + string(make([]byte, m.r.Intn(50)))
		msg := &message.Message{
			Body: []byte(body), Persistent: m.r.Intn(2) == 0, Priority: uint8(m.r.Intn(6)), Expiration: -1,
		}
		m.sent++
		burst[i] = queue.Publication{Message: msg, Receipt: queue.Receipt{To: &m.receipts, Seq: m.sent}}
		m.add(m.thing(msg))
	}
	m.q.Publish(burst)
	return order
}

// thing is what msg is to the model.
func (m *model) thing(msg *message.Message) thing {
	var order int
	fmt.Sscan(string(msg.Body), &order)
	return thing{order: order, priority: int(m.q.lane(msg).number), size: int64(len(msg.Body)), persistent: msg.Persistent}
}

// add puts x where it belongs.
func (m *model) add(x thing) {
	i := slices.IndexFunc(m.ready, func(y thing) bool {
		return y.priority < x.priority || y.priority == x.priority && y.order > x.order
	})
	if i < 0 {
		i = len(m.ready)
	}
	m.ready = slices.Insert(m.ready, i, x)
}

func (m *model) get() {
	noAck, quiet := m.r.Intn(2) == 0, m.disk.quiet()
	d, left, ok := m.q.Get(noAck)
	synctest.Wait()
	others := len(m.got)
	if ok {
		// What was delivered while get read came before it, but for what came
		// right behind.
		at := slices.IndexFunc(m.got, func(h held) bool { return m.before(d, h.d) })
		if at < 0 {
			at = others
		}
		m.got = slices.Insert(m.got, at, held{&taker{noAck: noAck}, d})
	}
	m.compare()
	switch {
	case !ok && len(m.ready) > 0 && quiet:
		m.Fatalf("got nothing of %d", len(m.ready))
	case ok && others == 0 && left != len(m.ready):
		m.Fatalf("get says %d are left of %d", left, len(m.ready))
	}
}

// before reports whether a comes out of the queue before b.
func (m *model) before(a, b queue.Delivery) bool {
	return a.Lane > b.Lane || a.Lane == b.Lane && a.ID < b.ID
}

// quiet reports whether no Read is to fail.
func (s *laggard) quiet() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err == nil
}

func (m *model) settle() {
	if len(m.unacked) == 0 {
		return
	}
	m.r.Shuffle(len(m.unacked), func(i, j int) { m.unacked[i], m.unacked[j] = m.unacked[j], m.unacked[i] })
	n := 1 + m.r.Intn(len(m.unacked))
	how := queue.Outcome(m.r.Intn(3))
	ds := make([]queue.Delivery, n)
	for i, h := range m.unacked[:n] {
		ds[i] = h.d
		if how == queue.Requeue {
			x := m.thing(h.d.Message)
			x.failed, x.seen = h.d.Count+1, surely
			m.add(x)
		}
		if h.d.Stored && m.r.Intn(2) == 0 {
			ds[i].Message = nil // its holder kept only the ticket
		}
	}
	m.unacked = m.unacked[n:]
	m.q.Settle(nil, ds, how)
}

func (m *model) consume() {
	c := &taker{m: m, noAck: m.r.Intn(3) == 0, credit: m.r.Intn(40)}
	if err := m.q.Consume(c, queue.ConsumeOptions{NoAck: c.noAck, Priority: m.r.Intn(2)}); err != nil {
		m.Fatal(err)
	}
	m.cs = append(m.cs, c)
}

func (m *model) cancel() {
	if len(m.cs) > 0 {
		i := m.r.Intn(len(m.cs))
		m.q.Cancel(m.cs[i])
		m.cs = slices.Delete(m.cs, i, i+1)
	}
}

func (m *model) grant() {
	if len(m.cs) > 0 {
		c := m.cs[m.r.Intn(len(m.cs))]
		c.credit += m.r.Intn(60)
		m.q.Resume(c)
	}
}

func (m *model) purge() {
	if n := m.q.Purge(); n != len(m.ready) {
		m.Fatalf("purged %d of %d", n, len(m.ready))
	}
	m.ready = nil
}

// compare takes the deliveries since the last time out of the model.
func (m *model) compare() {
	m.Helper()
	for _, h := range m.got {
		m.next(h)
	}
	m.got = nil
	m.count()
}

// next checks that h is what comes next.
func (m *model) next(h held) {
	m.Helper()
	if len(m.ready) == 0 {
		m.Fatalf("delivered %.10q, and nothing is ready", h.d.Message.Body)
	}
	want := m.ready[0]
	got := m.thing(h.d.Message)
	got.failed, got.seen = h.d.Count, want.seen
	if got != want || want.seen != perhaps && h.d.Redelivered != (want.seen == surely) {
		m.Fatalf("delivered %+v, redelivered %v; want %+v", got, h.d.Redelivered, want)
	}
	m.ready = m.ready[1:]
	if !h.to.noAck {
		m.unacked = append(m.unacked, h)
	}
}

// count compares Stat.
func (m *model) count() {
	m.Helper()
	want := queue.Stat{Ready: len(m.ready), Unacked: len(m.unacked), Consumers: len(m.cs)}
	for _, x := range m.ready {
		want.ReadyBytes += x.size
		if x.persistent {
			want.Persistent++
		}
	}
	for _, h := range m.unacked {
		want.UnackedBytes += int64(len(h.d.Message.Body))
	}
	got := m.q.Stat()
	if resident := m.kind.resident.Load(); resident != got.ResidentBytes {
		m.Fatalf("%d bytes resident, and %d in all", got.ResidentBytes, resident)
	}
	got.Resident, got.ResidentBytes = 0, 0
	if got != want {
		m.Fatalf("counts %+v\nwant %+v", got, want)
	}
	m.persistence()
}

// persistence compares what Picture says of persistent messages.
func (m *model) persistence() {
	m.Helper()
	got, want := m.q.Picture(), queue.Picture{}
	for _, x := range m.ready {
		if x.persistent {
			want.PersistentBytes += x.size
		}
	}
	for _, h := range m.unacked {
		if h.d.Persistent {
			want.UnackedPersistent++
			want.UnackedPersistentBytes += int64(h.d.Size)
		}
	}
	if got.PersistentBytes != want.PersistentBytes || got.UnackedPersistent != want.UnackedPersistent ||
		got.UnackedPersistentBytes != want.UnackedPersistentBytes || got.ResidentBodyBytes < 0 || got.ResidentBodyBytes > got.ReadyBytes {
		m.Fatalf("picture %+v\nwant %+v", got, want)
	}
}

// drain gets everything out: nothing is lost, nothing there twice.
func (m *model) drain() {
	m.settleDown()
	for len(m.cs) > 0 {
		m.cancel()
	}
	m.cs = append(m.cs, &taker{m: m, credit: 1 << 30})
	if err := m.q.Consume(m.cs[0], queue.ConsumeOptions{}); err != nil {
		m.Fatal(err)
	}
	for len(m.unacked) > 0 || len(m.ready) > 0 {
		before := len(m.ready)
		time.Sleep(2 * retryAfter)
		m.settleDown()
		if len(m.unacked) > 0 {
			m.settle()
		} else if len(m.ready) == before {
			m.Fatalf("%d are ready and are not delivered", before)
		}
	}
	time.Sleep(time.Second)
	m.settleDown()
	if s := m.q.Stat(); s.ResidentBytes != 0 || s.Resident != 0 {
		m.Errorf("an empty queue holds %+v", s)
	}
	if err := m.receipts.Check(m.sent); err != nil {
		m.Error(err)
	}
}
