package server

import (
	"time"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/queue"
)

// targets numbers the exchanges that a channel in confirm mode publishes to, so
// that their confirms can be told apart. Number 0 is those beyond maxTargets.
// Only the reading goroutine adds to it.
type targets struct {
	last    *broker.Published
	number  uint16 // of last
	numbers map[*broker.Published]uint16
}

const maxTargets = 1024

// numberOf is the number of the exchange that to counts at.
func (ch *channel) numberOf(to *broker.Published) uint16 {
	t := &ch.targets
	if t.last == to {
		return t.number
	}
	n, ok := t.numbers[to]
	if !ok && len(t.numbers) < maxTargets {
		n = ch.addTarget(to)
	}
	t.last, t.number = to, n
	return n
}

func (ch *channel) addTarget(to *broker.Published) uint16 {
	t, k := &ch.targets, &ch.confirms
	if t.numbers == nil {
		t.numbers = map[*broker.Published]uint16{}
	}
	ch.c.out.mu.Lock()
	defer ch.c.out.mu.Unlock()
	if len(k.targets) == 0 {
		k.targets = append(k.targets, ch.session.Elsewhere())
	}
	k.targets = append(k.targets, to)
	n := uint16(len(k.targets) - 1)
	t.numbers[to] = n
	return n
}

// tallied counts confirms run by run, as mostly they are of one exchange.
type tallied struct {
	to uint16
	n  int
}

// tally counts a confirm of a publish to the exchange of that number.
func (k *confirms) tally(to uint16) {
	if k.tallied.to != to {
		k.endTally()
		k.tallied.to = to
	}
	k.tallied.n++
}

func (k *confirms) endTally() {
	if k.tallied.n > 0 && int(k.tallied.to) < len(k.targets) {
		k.targets[k.tallied.to].Count(queue.Confirmed, k.tallied.n)
	}
	k.tallied.n = 0
}

// probe measures how long one publish takes to be confirmed, of one burst in
// probedBursts.
type probe struct {
	seq    uint64 // 0: none
	began  time.Time
	bursts uint
}

const probedBursts = 8

// start measures seq, unless another is measured, or it is not time.
func (p *probe) start(seq uint64) {
	if p.bursts++; p.seq == 0 && p.bursts%probedBursts == 1 {
		p.seq, p.began = seq, time.Now()
	}
}

// end tells how long it took, once what is measured lies before base.
func (p *probe) end(base uint64, tell func(time.Duration)) {
	if p.seq != 0 && p.seq < base {
		tell(time.Since(p.began))
		p.seq = 0
	}
}
