package vhost

import (
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
)

// Published counts what one publisher did at one exchange.
type Published struct {
	Exchange *Exchange
	Past     stats.Track // of the counters: queue.Events columns

	counters  queue.Counters
	publisher *Publisher
}

// maxPublished bounds how many exchanges a publisher counts apart.
const maxPublished = 1024

// Traffic is what was counted so far.
func (p *Published) Traffic() queue.Traffic { return p.counters.Traffic() }

// Count counts what the publisher cannot know: what became of n messages. It
// may be called from anywhere.
func (p *Published) Count(e queue.Event, n int) {
	p.counters[e].Add(uint64(n))
	if p.Exchange != nil {
		p.Exchange.answers[e].Add(uint64(n))
	}
	p.publisher.counters[e].Add(uint64(n))
}

// To is the counters of p at x. Only the goroutine that publishes calls it.
func (p *Publisher) To(x *Exchange) *Published {
	if p.at != nil && p.at.Exchange == x {
		return p.at
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at = p.published[x]; p.at != nil {
		return p.at
	}
	p.at = &Published{Exchange: x, publisher: p}
	if len(p.published) >= maxPublished {
		p.dropGone()
	}
	if len(p.published) < maxPublished {
		if p.published == nil {
			p.published = map[*Exchange]*Published{}
		}
		p.published[x] = p.at
	}
	return p.at
}

// Elsewhere is counters at no exchange in particular.
func (p *Publisher) Elsewhere() *Published { return &Published{publisher: p} }

// dropGone no longer counts apart what went to exchanges that are gone. p.mu is
// held.
func (p *Publisher) dropGone() {
	p.v.passages.Lock()
	defer p.v.passages.Unlock()
	for x := range p.published {
		if x.gone {
			delete(p.published, x)
		}
	}
}

// Published lists what p did, by exchange, in no order. It may be called from
// anywhere.
func (p *Publisher) Published() []*Published { return p.AppendPublished(nil) }

// AppendPublished is Published into a slice of the caller's.
func (p *Publisher) AppendPublished(list []*Published) []*Published {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range p.published {
		if d.counters[queue.Published].Load() > 0 {
			list = append(list, d)
		}
	}
	return list
}

// PublishedTo is what p did at x, nil when that is nothing. It may be called
// from anywhere.
func (p *Publisher) PublishedTo(x *Exchange) *Published {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.published[x]
}

// Traffic is all that p did. It may be called from anywhere.
func (p *Publisher) Traffic() queue.Traffic { return p.counters.Traffic() }

// count counts what the flush that is under way hands over.
func (p *Publisher) count() {
	p.countOnce()
	for _, rt := range p.active {
		n := uint64(rt.count)
		rt.count = 0
		p.counted(rt.to, n, n*uint64(len(rt.queues)))
		for _, passage := range rt.passages {
			passage.count.Add(n)
		}
	}
	clear(p.active)
	p.active = p.active[:0]
}

// counted counts n messages that went into queues out times.
func (p *Publisher) counted(to *Published, n, out uint64) {
	x := to.Exchange
	x.in.Add(n)
	to.counters[queue.Published].Add(n)
	p.counters[queue.Published].Add(n)
	if out > 0 {
		x.out.Add(out)
		to.counters[queue.PublishedOut].Add(out)
		p.counters[queue.PublishedOut].Add(out)
	}
}

// uncount forgets what was to be counted.
func (p *Publisher) uncount() {
	for _, rt := range p.active {
		rt.count = 0
	}
	clear(p.active)
	p.active = p.active[:0]
	p.single = single{}
}

// single counts messages that had a route each of their own.
type single struct {
	to     *Published
	n, out uint64
}

// addOnce counts a message of the route once.
func (p *Publisher) addOnce(rt *route) {
	if p.single.to != rt.to {
		p.countOnce()
		p.single.to = rt.to
	}
	p.single.n++
	p.single.out += uint64(len(rt.slots))
	for _, slot := range rt.slots {
		b := &p.bursts[slot]
		if b.from != rt.to.Exchange {
			p.countBurst(b)
			b.from = rt.to.Exchange
		}
		b.once++
	}
}

// countOnce counts what addOnce has gathered.
func (p *Publisher) countOnce() {
	if p.single.to == nil {
		return
	}
	p.counted(p.single.to, p.single.n, p.single.out)
	p.single = single{}
	for i := range p.used {
		p.countBurst(&p.bursts[i])
	}
}

func (p *Publisher) countBurst(b *burst) {
	if b.once > 0 {
		p.v.passages.between(b.from, b.q).count.Add(uint64(b.once))
	}
	b.from, b.once = nil, 0
}
