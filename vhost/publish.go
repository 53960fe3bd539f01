package vhost

import (
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/delay"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// maxRoutes bounds how many (exchange, routing key) pairs a publisher
// remembers. Once they are so many, others are routed each time they come; when
// that was done maxMissed times, other keys are in use now, and it begins anew.
const (
	maxRoutes = 4096
	maxMissed = 8 * maxRoutes
)

// Publisher routes the messages of one publisher and hands them to queues in
// bursts: what is published goes into a queue at the next Flush, so that a
// queue's lock is taken once a burst. It is used by one goroutine at a time.
type Publisher struct {
	v       *Vhost
	version uint64 // of the topology that routes were computed for
	routes  map[routeKey]*route
	missed  int // how often a route was not among them, since they are full
	last    *route
	lastKey routeKey
	latest  *route // of the message published last
	traced  bool   // the vhost was when that was
	once    route  // for messages whose route depends on their headers
	walk    walk
	walks   uint           // how many
	wishes  message.Wishes // scratch: of the message at hand
	bursts  []burst
	used    int              // bursts in use
	index   map[*Queue]int32 // of bursts, once there are many
	gen     uint64           // grows with every Flush
	behind  queue.Paced      // a queue that asked for patience; nil if none did

	prompt bool          // it delays nothing
	due    int64         // of the message at hand, Unix milliseconds
	held   []delay.Held  // since the last Flush
	later  route         // of what is held: to no queue yet
	slow   *delay.Holder // that took something in the last Flush; nil if none did

	repeats repeats
	places  []place // scratch: of the message at hand

	active []*route // of known ones: those that something took since the last Flush
	single single
	at     *Published // of the last exchange

	counters  queue.Counters
	mu        sync.Mutex
	published map[*Exchange]*Published // guarded by mu
}

type routeKey struct {
	x   *Exchange
	key string
}

// route is where messages of one exchange and key go.
type route struct {
	to       *Published
	queues   []*Queue
	slots    []int32 // the bursts of queues, when gen is the publisher's
	gen      uint64
	count    uint32     // messages since the last Flush
	passages []*Passage // to each of queues; none of once
	held     int        // of once: answers for what came before
}

// burst collects what goes into one queue.
type burst struct {
	q    *Queue
	list []queue.Publication
	from *Exchange // of those that had a route of their own,
	once int       // and how many they are
}

// Publisher makes a publisher into v.
func (v *Vhost) Publisher() *Publisher {
	p := &Publisher{v: v, routes: map[routeKey]*route{}, gen: 1}
	p.repeats.v, p.walk.repeats = v, &p.repeats
	return p
}

// Publish routes m, published to x, and reports how many queues it reaches.
// Each of them gives r one Confirm. What came before counts as if it reached a
// queue, for each exchange or producer that knew it; a message that is to be
// delayed reaches what holds it. m must not change any more.
func (p *Publisher) Publish(x *Exchange, m *message.Message, r queue.Receipt) (int, error) {
	rt, err := p.place(x, m, r)
	switch {
	case err != nil:
		return 0, err
	case rt == &p.later:
		p.addOnce(rt)
		return 1, nil
	case rt == &p.once:
		p.addOnce(rt)
	default:
		rt.count++
	}
	return len(rt.slots) + rt.held, nil
}

// Unchecked has p publish what came before all the same, from now on: what is
// brought back by hand is to arrive. Only queues that take no message twice
// still do not.
func (p *Publisher) Unchecked() { p.walk.repeats = nil }

// Copy is Publish of a message of our own making, which is not counted.
func (p *Publisher) Copy(x *Exchange, m *message.Message) error {
	_, err := p.place(x, m, queue.Receipt{})
	return err
}

// place puts m into the bursts of the queues it reaches.
func (p *Publisher) place(x *Exchange, m *message.Message, r queue.Receipt) (*route, error) {
	rt, m, err := p.route(x, m)
	if err != nil {
		p.repeats.undo()
		return nil, err
	}
	if p.latest = rt; rt == &p.later {
		if err := p.hold(x, m, r); err != nil {
			p.repeats.undo()
			return nil, err
		}
		if p.repeats.open() {
			p.repeats.settle(nil, nil, m, r)
		}
		return rt, nil
	}
	if rt.gen != p.gen {
		p.assign(rt)
	}
	for _, slot := range rt.slots {
		b := &p.bursts[slot]
		b.list = append(b.list, queue.Publication{Message: m, Receipt: r})
	}
	if p.repeats.open() {
		p.settleRepeats(rt, m, r)
	}
	return rt, nil
}

// settleRepeats ends the check of m, which has its place.
func (p *Publisher) settleRepeats(rt *route, m *message.Message, r queue.Receipt) {
	p.places = p.places[:0]
	for _, slot := range rt.slots {
		p.places = append(p.places, place{slot, int32(len(p.bursts[slot].list) - 1)})
	}
	if p.repeats.again {
		rt.to.counters[queue.Deduplicated].Add(1)
		p.counters[queue.Deduplicated].Add(1)
	}
	if held := p.repeats.settle(p.places, rt.queues, m, r); held > 0 {
		rt.held = held
	}
}

// Put has m go straight into q with the next Flush, past all exchanges.
func (p *Publisher) Put(q *Queue, m *message.Message, r queue.Receipt) {
	b := &p.bursts[p.slot(q)]
	b.list = append(b.list, queue.Publication{Message: m, Receipt: r})
}

// Traced reports whether the message published last is to be traced.
func (p *Publisher) Traced() bool { return p.traced }

// Reached is the queues of the message published last, which must have been
// published without an error. It is valid until the next Publish.
func (p *Publisher) Reached() []*Queue { return p.latest.queues }

// route finds where m goes. The message comes back changed when a BCC header
// had to be taken out of it.
func (p *Publisher) route(x *Exchange, m *message.Message) (*route, *message.Message, error) {
	if v := p.v.version.Load(); v != p.version {
		clear(p.routes)
		p.last, p.version, p.traced = nil, v, p.v.Tracing()
	}
	w := &p.wishes
	if err := w.Read(m.Header); err != nil {
		return nil, m, err
	}
	if w.Producer.ID != nil && !p.prompt && p.walk.repeats != nil && !p.repeats.producer(x, &w.Producer) {
		p.walk.begin(x) // and no further
		return p.onceOnly(x), m, p.repeats.err
	}
	if w.Delayed && p.postponed() {
		return &p.later, m, nil
	}
	if len(w.Copies) == 0 {
		return p.known(x, m), m, p.repeats.err
	}
	p.find(x, m, w.Copies)
	if w.BCC {
		m = withoutBCC(m)
	}
	return p.onceOnly(x), m, p.repeats.err
}

// onceOnly is the route just walked, for one message.
func (p *Publisher) onceOnly(x *Exchange) *route {
	p.once.to = p.To(x)
	p.once.queues = append(p.once.queues[:0], p.walk.queues...)
	p.once.gen, p.once.held = 0, 0
	return &p.once
}

// withoutBCC is m as its receivers may see it.
func withoutBCC(m *message.Message) *message.Message {
	header := message.WithoutBCC(m.Header)
	if &header[0] == &m.Header[0] {
		return m
	}
	open := *m
	open.Header = header
	return &open
}

// known is the route of x and m's key, computed at most once for as long as
// the topology stays the same.
func (p *Publisher) known(x *Exchange, m *message.Message) *route {
	k := routeKey{x, m.RoutingKey}
	if p.last != nil && p.lastKey == k {
		return p.last
	}
	rt := p.routes[k]
	if rt == nil {
		p.find(x, m, nil)
		if p.walk.volatile || p.crowded() {
			return p.onceOnly(x)
		}
		rt = p.newRoute(x)
		p.routes[k] = rt
	}
	p.last, p.lastKey = rt, k
	return rt
}

// crowded reports whether there is no room to remember another route.
func (p *Publisher) crowded() bool {
	if len(p.routes) < maxRoutes {
		return false
	}
	if p.missed++; p.missed < maxMissed {
		return true
	}
	clear(p.routes)
	p.missed = 0
	return false
}

// newRoute is the route just walked from x.
func (p *Publisher) newRoute(x *Exchange) *route {
	rt := &route{to: p.To(x), queues: append([]*Queue(nil), p.walk.queues...)}
	for _, q := range rt.queues {
		rt.passages = append(rt.passages, p.v.passages.between(x, q))
	}
	return rt
}

// timedWalks is how many routes are found for one that is timed.
const timedWalks = 64

// find walks the route of m.
func (p *Publisher) find(x *Exchange, m *message.Message, copies []string) {
	h := p.v.options.Routing
	if p.walks++; p.walks%timedWalks != 1 || h == nil {
		p.walk.run(x, m, copies)
		return
	}
	began := time.Now()
	p.walk.run(x, m, copies)
	h.Since(began)
}

// assign finds a burst for each queue of rt.
func (p *Publisher) assign(rt *route) {
	rt.slots = rt.slots[:0]
	for _, q := range rt.queues {
		rt.slots = append(rt.slots, p.slot(q))
	}
	rt.gen = p.gen
	if rt != &p.once {
		p.active = append(p.active, rt)
	}
}

// manyBursts is when a burst is looked up by its queue, not searched.
const manyBursts = 16

// slot is the burst of q.
func (p *Publisher) slot(q *Queue) int32 {
	if p.used < manyBursts {
		for i := range p.used {
			if p.bursts[i].q == q {
				return int32(i)
			}
		}
	} else if i, ok := p.indexed()[q]; ok {
		return i
	}
	if p.used == len(p.bursts) {
		p.bursts = append(p.bursts, burst{})
	}
	i := int32(p.used)
	p.bursts[i].q = q
	p.used++
	if p.used > manyBursts {
		p.index[q] = i
	}
	return i
}

func (p *Publisher) indexed() map[*Queue]int32 {
	if p.index == nil {
		p.index = map[*Queue]int32{}
	}
	if len(p.index) == 0 {
		for i := range p.used {
			p.index[p.bursts[i].q] = int32(i)
		}
	}
	return p.index
}

// Flush hands everything published so far to the queues.
func (p *Publisher) Flush() { p.FlushIn(nil) }

// FlushIn is Flush with everything in one unit, if u is not nil.
func (p *Publisher) FlushIn(u queue.Unit) {
	p.count()
	if p.repeats.any() {
		p.flushChecked(u)
		return
	}
	p.holdAll(u)
	p.empty(func(b *burst) { p.hand(u, b) })
}

// hand gives b to its queue.
func (p *Publisher) hand(u queue.Unit, b *burst) {
	b.q.publishIn(u, b.list)
	if b.q.paced != nil && b.q.paced.Behind() {
		p.behind = b.q.paced
	}
}

// flushChecked is FlushIn when something was checked for having come before: it
// is remembered together with the messages.
func (p *Publisher) flushChecked(u queue.Unit) {
	own := u == nil
	if own {
		u = p.v.Begin()
	}
	p.holdAll(u)
	n := 0
	p.empty(func(b *burst) {
		p.hand(u, b)
		p.repeats.noteRefused(n, b.list)
		n++
	})
	p.repeats.put(u)
	if own {
		u.Commit()
	}
	p.repeats.answer()
}

// Pace waits a moment if a queue that was published to is behind. No lock is
// held.
func (p *Publisher) Pace() {
	if q := p.behind; q != nil {
		p.behind = nil
		q.Pace()
	}
	if h := p.slow; h != nil {
		p.slow = nil
		h.WaitRoom()
	}
}

// Drop forgets everything published since the last Flush.
func (p *Publisher) Drop() {
	p.uncount()
	p.forgetHeld()
	p.repeats.drop()
	p.empty(func(*burst) {})
}

// empty has take see each burst, and begins anew.
func (p *Publisher) empty(take func(*burst)) {
	for i := range p.used {
		b := &p.bursts[i]
		take(b)
		clear(b.list)
		b.q, b.list, b.from, b.once = nil, b.list[:0], nil, 0
	}
	p.used = 0
	p.gen++
	clear(p.index)
}

// walk follows a message through the exchanges it passes.
type walk struct {
	set      exchange.Set // what was reached; an exchange in it is visited once
	part     exchange.Set
	queues   []*Queue
	volatile bool     // an exchange was passed whose choice is good for one message
	repeats  *repeats // nil: whether m came before is not asked
}

// run finds the queues that m, published to x, reaches. Cycles end because
// the set takes an exchange once.
func (w *walk) run(x *Exchange, m *message.Message, copies []string) {
	w.begin(x)
	w.follow(0, m, copies)
}

// beyond finds the queues that m, which passed x before, reaches by way of to,
// which was bound to x since.
func (w *walk) beyond(x *Exchange, to exchange.Destination, m *message.Message, copies []string) {
	w.begin(x)
	w.set.Add(to)
	w.follow(1, m, copies)
}

func (w *walk) begin(x *Exchange) {
	w.set.Reset()
	w.queues, w.volatile = w.queues[:0], false
	w.set.Add(x)
}

// follow passes what the set holds from a place on, and what is added to it
// meanwhile.
func (w *walk) follow(from int, m *message.Message, copies []string) {
	for i := from; i < w.set.Len(); i++ {
		switch d := w.set.List()[i].(type) {
		case *Queue:
			w.queues = append(w.queues, d)
		case *Exchange:
			w.pass(d, m, copies)
		}
	}
}

// pass routes m through one exchange; what reaches nothing goes to its
// alternate exchange.
func (w *walk) pass(x *Exchange, m *message.Message, copies []string) {
	w.volatile = w.volatile || x.volatile
	if x.cache != nil && w.repeats != nil && !w.repeats.key(x, m) {
		return
	}
	alternate := x.alternateExchange()
	if alternate == "" {
		x.route(m, copies, &w.set)
		return
	}
	w.part.Reset()
	x.route(m, copies, &w.part)
	for _, d := range w.part.List() {
		w.set.Add(d)
	}
	if w.part.Len() > 0 {
		return
	}
	if a, err := x.vhost.Exchange(alternate); err == nil {
		w.set.Add(a)
	}
}

func (x *Exchange) route(m *message.Message, copies []string, into *exchange.Set) {
	routeBy(x.router, x.single, m, copies, into)
}

func routeBy(r exchange.Router, single bool, m *message.Message, copies []string, into *exchange.Set) {
	r.Route(m, m.RoutingKey, into)
	if single {
		return
	}
	for _, key := range copies {
		r.Route(m, key, into)
	}
}

// byName is the router of the default exchange: the key names the queue.
type byName struct{ v *Vhost }

func (n byName) Check(exchange.Binding) error { return nil }
func (n byName) Bind(exchange.Binding) bool   { return false }
func (n byName) Unbind(exchange.Binding) bool { return false }

func (n byName) Route(_ *message.Message, key string, into *exchange.Set) {
	n.v.mu.RLock()
	q := n.v.queue[key]
	n.v.mu.RUnlock()
	if q != nil {
		into.Add(q)
	}
}
