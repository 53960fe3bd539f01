package broker

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
	"github.com/hutchmq/hutchmq/vhost"
)

// sampler samples histories once a second, from the end of New to Close. What
// nothing happens to costs it a look at a counter: it holds no lock for longer
// than it takes to copy a list. Its fields are its goroutine's.
type sampler struct {
	b       *Broker
	archive archive
	vhosts  map[*vhost.Vhost]*sampled
	ticks   int

	// Scratch.
	row         []uint64
	sessions    []*Session
	connections []*Connection
	queues      []*vhost.Queue
	delivered   []*Delivered
	published   []*vhost.Published
	passages    []*vhost.Passage

	stop context.CancelFunc
	done sync.WaitGroup
}

// sampled is a vhost with what is in it, listed anew when its topology changes.
type sampled struct {
	version   uint64
	listed    int // the tick
	tick      int
	queues    []watched
	exchanges []*vhost.Exchange
	sums      sums
}

// watched is a queue and what was seen of it last: all that is looked at while
// nothing happens to it, in one place.
type watched struct {
	queue.Watched
	q       *vhost.Queue
	seen    vhost.Seen
	resting bool // or without a history
}

// seen is what the sampler saw last of a session.
type seen struct {
	events uint64
	at     atomic.Int64 // when that changed, Unix milliseconds; anybody reads it
}

const (
	// restAfter is how many samples without anything new let a history rest.
	restAfter = 10
	// maxArchived is how many things beside vhosts and the node have a history
	// of a day.
	maxArchived = 400
	// manyQueues of a vhost are listed anew at most every relist ticks, and one
	// of idleTurns of those that rest is looked at closely each tick: somebody
	// may have asked about it.
	manyQueues = 5000
	relist     = 5
	idleTurns  = 8
	// lookAtFiles is how many ticks pass before descriptors are counted again.
	lookAtFiles = 5
)

func (s *sampler) start(b *Broker) {
	s.b, s.vhosts, s.archive.most = b, map[*vhost.Vhost]*sampled{}, maxArchived
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.tick(time.Now())
	s.done.Go(func() { s.run(ctx) })
}

func (s *sampler) close() {
	if s.stop != nil {
		s.stop()
	}
	s.done.Wait()
}

func (s *sampler) run(ctx context.Context) {
	t := time.NewTicker(sampleEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			s.tick(now)
		}
	}
}

// tick samples everything.
func (s *sampler) tick(now time.Time) {
	if s.ticks++; s.ticks%lookAtFiles == 1 {
		s.b.files.look()
	}
	s.archive.tidy(now)
	for _, v := range s.b.Vhosts() {
		s.list(v)
	}
	for v, l := range s.vhosts {
		if l.tick != s.ticks {
			delete(s.vhosts, v)
		}
	}
	for _, l := range s.vhosts {
		s.sampleVhost(l, now)
	}
	s.b.heldNow(s.vhosts)
	s.sampleClients(now)
	s.sampleTotals(now)
}

// list has what is in v on the list.
func (s *sampler) list(v *vhost.Vhost) {
	l := s.vhosts[v]
	if l == nil {
		l = &sampled{}
		s.vhosts[v] = l
	}
	l.tick, l.sums = s.ticks, sums{}
	version := v.Version()
	early := len(l.queues) > manyQueues && s.ticks-l.listed < relist
	if l.listed > 0 && (l.version == version || early) {
		return
	}
	l.listed, l.version = s.ticks, version
	clear(l.exchanges)
	l.exchanges = v.AppendExchanges(l.exchanges[:0])
	clear(l.queues)
	l.queues = l.queues[:0]
	s.queues = v.AppendQueues(s.queues[:0])
	for _, q := range s.queues {
		if w, ok := q.Queue.(queue.Watched); ok {
			l.queues = append(l.queues, watched{Watched: w, q: q, seen: q.Seen})
		}
	}
	clear(s.queues)
}

func (s *sampler) sampleVhost(l *sampled, now time.Time) {
	for i := range l.queues {
		w := &l.queues[i]
		if w.Changes() != w.seen.Changes || !w.resting || i%idleTurns == s.ticks%idleTurns {
			s.sampleQueue(w, now)
		}
		l.sums.ready += w.seen.Ready
		l.sums.unacked += w.seen.Unacked
		l.sums.bytes += w.seen.Bytes
	}
	for _, x := range l.exchanges {
		s.row = appendExchange(s.row[:0], x)
		n := s.row[ExchangeIn] + s.row[ExchangeOut]
		s.sample(&x.Past, now, n != x.Seen)
		x.Seen = n
	}
}

// sampleQueue looks at q if something has happened to it.
func (s *sampler) sampleQueue(w *watched, now time.Time) {
	q, changes := w.q, w.Changes()
	changed := changes != w.seen.Changes
	w.resting = w.seen.Known && !changed && !s.awake(q.Past.History(), now)
	if w.resting {
		return
	}
	p := w.Picture()
	if q.Past.History() == nil && changed {
		was := queue.Picture{Stat: queue.Stat{Ready: int(w.seen.Ready), Unacked: int(w.seen.Unacked)}}
		s.row = appendQueue(s.row[:0], &was)
		s.begin(&q.Past, now)
	}
	s.row = appendQueue(s.row[:0], &p)
	s.sample(&q.Past, now, changed)
	w.seen = vhost.Seen{Known: true, Changes: changes, Ready: uint64(p.Ready), Unacked: uint64(p.Unacked), Bytes: uint64(p.ReadyBytes + p.UnackedBytes)}
	q.Seen = w.seen
	s.passages = q.AppendIncoming(s.passages[:0])
	for _, p := range s.passages {
		s.row = append(s.row[:0], p.Count())
		s.sampleCount(&p.Past, now)
	}
	clear(s.passages)
}

// awake reports whether h has to be sampled though nothing has happened.
func (s *sampler) awake(h *stats.History, now time.Time) bool {
	return h != nil && (!h.Resting() || lately(h, now))
}

// begin starts a history with s.row, as of a second ago.
func (s *sampler) begin(t *stats.Track, now time.Time) {
	t.Begin(len(s.row)).Sample(now.Add(-sampleEvery), s.row)
}

// sample samples s.row, which is new or not. What never was new, and nobody
// asked about, gets no history.
func (s *sampler) sample(t *stats.Track, now time.Time, changed bool) {
	h := t.History()
	switch {
	case h == nil && !changed, !changed && !s.awake(h, now):
		return
	case h == nil:
		h = t.Begin(len(s.row))
		h.Sample(now.Add(-sampleEvery), make([]uint64, len(s.row)))
	}
	h.Sample(now, s.row)
	switch {
	case h.Kept():
	case changed || lately(h, now):
		s.archive.offer(h, now)
	case h.Still() >= restAfter:
		h.Rest()
	}
}

// sampleCount is sample for counters that grow from zero, and of which nobody
// knows whether they did.
func (s *sampler) sampleCount(t *stats.Track, now time.Time) {
	h := t.History()
	if h == nil {
		n := uint64(0)
		for _, c := range s.row {
			n += c
		}
		s.sample(t, now, n > 0)
		return
	}
	s.sample(t, now, h.Differs(s.row))
}

// sampleClients samples sessions and connections.
func (s *sampler) sampleClients(now time.Time) {
	s.sessions = s.b.appendSessions(s.sessions[:0])
	for _, one := range s.sessions {
		s.sampleSession(one, now)
	}
	clear(s.sessions)
	s.connections = s.b.appendConnections(s.connections[:0])
	for _, c := range s.connections {
		s.row = c.appendRow(s.row[:0])
		s.sampleCount(&c.Past, now)
	}
	clear(s.connections)
}

func (s *sampler) sampleSession(one *Session, now time.Time) {
	t := one.Traffic()
	events := uint64(0)
	for _, n := range t {
		events += n
	}
	changed := events != one.seen.events
	if changed {
		one.seen.events = events
		one.seen.at.Store(now.UnixMilli())
	} else if !s.awake(one.Past.History(), now) {
		return
	}
	s.row = append(s.row[:0], t[:]...)
	s.sample(&one.Past, now, changed)
	s.published = one.publisher.AppendPublished(s.published[:0])
	for _, p := range s.published {
		t := p.Traffic()
		s.row = append(s.row[:0], t[:]...)
		s.sampleCount(&p.Past, now)
	}
	clear(s.published)
	s.delivered = one.appendDelivered(s.delivered[:0])
	for _, d := range s.delivered {
		t := d.Traffic()
		s.row = append(s.row[:0], t[:]...)
		s.sampleCount(&d.Past, now)
	}
	clear(s.delivered)
}

// sampleTotals samples the vhosts and the node, which always have a history.
func (s *sampler) sampleTotals(now time.Time) {
	node := sums{}
	s.b.addLoads(&node, s.vhosts)
	for v, l := range s.vhosts {
		s.row = l.sums.append(s.row[:0])
		s.keep(&v.Past, now)
		node.ready += l.sums.ready
		node.unacked += l.sums.unacked
	}
	s.row = s.b.appendNode(node.append(s.row[:0]))
	s.keep(&s.b.past, now)
}

func (s *sampler) keep(t *stats.Track, now time.Time) {
	h := t.Begin(len(s.row))
	h.Keep(true)
	h.Sample(now, s.row)
}

// Past is the history of the node.
func (b *Broker) Past() *stats.Track { return &b.past }

// IdleSince is when the session was last seen to do something, or was opened.
func (s *Session) IdleSince() time.Time {
	if at := s.seen.at.Load(); at > 0 {
		return time.UnixMilli(at)
	}
	return s.opened
}
