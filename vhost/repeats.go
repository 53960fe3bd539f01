package vhost

import (
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/dedup"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// repeats is what somebody who publishes has found out about what came before,
// since the last flush. A message is checked when it is routed, so that its
// publisher knows how many answers there will be; what is remembered of it goes
// to disk with it, once its queues have not refused it; and who repeated
// something is answered after that.
//
// Most messages have nothing to do with it: of them it knows nothing.
type repeats struct {
	v       *Vhost
	keys    []keyClaim
	numbers []numberClaim
	holds   []hold
	places  []place // of the messages that have a claim
	refused []place

	// Of the message at hand:
	fresh  int  // how many of keys
	number bool // the last of numbers
	held   int  // how many of holds
	again  bool // it came before
	err    error

	producers *dedup.Producers
	cs        []*dedup.NumberClaim // scratch
	lasting   []bool
}

// claim is what a claim has to do with its message.
type claim struct {
	from, to int // of places
	lasting  bool
}

type keyClaim struct {
	claim
	x *Exchange
	*dedup.KeyClaim
}

type numberClaim struct {
	claim
	*dedup.NumberClaim
}

// place is that of a message in the bursts of a publisher.
type place struct{ burst, at int32 }

// hold is an answer that is given later: as its original is, or a refusal.
type hold struct {
	dedup.Original
	refused bool
	queue.Receipt
}

// any reports whether there is anything to do for a flush.
func (r *repeats) any() bool { return len(r.keys)+len(r.numbers)+len(r.holds) > 0 }

// open reports whether the message at hand has anything to do with it.
func (r *repeats) open() bool { return r.fresh+r.held > 0 || r.number }

// key checks the key of m at x, and reports whether m may pass.
func (r *repeats) key(x *Exchange, m *message.Message) (pass bool) {
	var room [8]byte
	k, err := message.ReadDedupKey(m.Header, &room)
	if err == nil && k.Class == 0 {
		return true
	}
	ttlMs := int64(-1)
	if err == nil {
		ttlMs, err = message.CacheTTLMs(m.Header)
	}
	if err != nil {
		r.err = err
		return false
	}
	c, o := x.cache.Claim(x.cache.Sum(k.Class, k.Text), ttlMs)
	if c != nil {
		r.keys = append(r.keys, keyClaim{x: x, KeyClaim: c})
		r.fresh++
		return true
	}
	r.hold(hold{Original: o}, x)
	r.v.repeats.Exchange.Add(1)
	r.v.options.Repeats.Exchange.Add(1)
	return false
}

// producer checks the number of a message to x, and reports whether it may pass.
func (r *repeats) producer(x *Exchange, p *message.Producer) (pass bool) {
	if r.producers == nil {
		if r.producers = r.v.Producers(); r.producers == nil {
			return true
		}
	}
	c, o, epoch, what := r.producers.Claim(p.ID, p.Epoch, p.Seq)
	switch what {
	case dedup.Fresh:
		r.numbers = append(r.numbers, numberClaim{NumberClaim: c})
		r.number = true
		return true
	case dedup.Again:
		r.hold(hold{Original: o}, x)
		r.v.repeats.Producer.Add(1)
		r.v.options.Repeats.Producer.Add(1)
	case dedup.Refused:
		r.hold(hold{refused: true}, nil)
	case dedup.Fenced:
		r.err = amqp.FencedProducer.New(p.ID, p.Epoch, epoch)
	}
	return false
}

// hold has the message at hand answered as h says; x, if any, found it repeated.
func (r *repeats) hold(h hold, x *Exchange) {
	r.holds = append(r.holds, h)
	r.held++
	if x != nil {
		x.answers[queue.Deduplicated].Add(1)
		r.again = true
	}
}

// settle notes where the message at hand went, and whom to answer for what it
// repeats. It returns how many answers those are. A message that reached nothing
// leaves no key: it may come again when there is somebody to get it.
func (r *repeats) settle(places []place, queues []*Queue, m *message.Message, answer queue.Receipt) (answers int) {
	c := claim{from: len(r.places), to: len(r.places) + len(places), lasting: lasting(queues, m)}
	r.places = append(r.places, places...)
	fresh := r.keys[len(r.keys)-r.fresh:]
	for i := range fresh {
		fresh[i].claim = c
	}
	if len(queues) == 0 && r.fresh > 0 {
		r.dropKeys(len(r.keys) - r.fresh)
	}
	if r.number {
		r.numbers[len(r.numbers)-1].claim = c
	}
	for i := range r.holds[len(r.holds)-r.held:] {
		r.holds[len(r.holds)-r.held+i].Receipt = answer
	}
	answers = r.held
	r.fresh, r.held, r.number, r.again = 0, 0, false, false
	return answers
}

// lasting reports whether m outlives the process in one of queues, or would.
func lasting(queues []*Queue, m *message.Message) bool {
	return m.Persistent || slices.ContainsFunc(queues, func(q *Queue) bool { return q.Kind == quorumKind })
}

// undo gives up what the message at hand has claimed: it goes nowhere.
func (r *repeats) undo() {
	r.dropKeys(len(r.keys) - r.fresh)
	if r.number {
		r.dropNumbers(len(r.numbers) - 1)
	}
	r.holds = r.holds[:len(r.holds)-r.held]
	r.fresh, r.held, r.number, r.again, r.err = 0, 0, false, false, nil
}

// dropKeys gives up the claims from i on, as dropNumbers does.
func (r *repeats) dropKeys(i int) {
	for _, k := range r.keys[i:] {
		k.x.cache.Drop(k.KeyClaim)
	}
	clear(r.keys[i:])
	r.keys = r.keys[:i]
}

func (r *repeats) dropNumbers(i int) {
	r.cs = r.cs[:0]
	for _, n := range r.numbers[i:] {
		r.cs = append(r.cs, n.NumberClaim)
	}
	if len(r.cs) > 0 {
		r.producers.Drop(r.cs)
	}
	clear(r.numbers[i:])
	r.numbers = r.numbers[:i]
}

// drop gives up everything.
func (r *repeats) drop() {
	r.dropKeys(0)
	r.dropNumbers(0)
	clear(r.holds)
	r.holds, r.places = r.holds[:0], r.places[:0]
}

// noteRefused notes what a queue refused of a burst.
func (r *repeats) noteRefused(burst int, list []queue.Publication) {
	for i := range list {
		if list[i].Message == nil {
			r.refused = append(r.refused, place{int32(burst), int32(i)})
		}
	}
}

// wasRefused reports whether a queue refused the message of a claim: then it
// must be able to come again.
func (r *repeats) wasRefused(c *claim) bool {
	return len(r.refused) > 0 && slices.ContainsFunc(r.places[c.from:c.to], func(p place) bool {
		return slices.Contains(r.refused, p)
	})
}

// put remembers what was claimed, as a part of u.
func (r *repeats) put(u queue.Unit) {
	for i := range r.keys {
		k := &r.keys[i]
		if r.wasRefused(&k.claim) {
			k.x.cache.Drop(k.KeyClaim)
			continue
		}
		k.x.cache.Put(u, k.KeyClaim, k.lasting)
	}
	clear(r.keys)
	r.putNumbers(u)
	r.keys, r.places, r.refused = r.keys[:0], r.places[:0], r.refused[:0]
}

// putNumbers gives up the numbers of what was refused before it remembers the
// others: what is stored of a producer tells which of them are missing.
func (r *repeats) putNumbers(u queue.Unit) {
	if len(r.numbers) == 0 {
		return
	}
	r.cs = r.cs[:0]
	for i := range r.numbers {
		if r.wasRefused(&r.numbers[i].claim) {
			r.cs = append(r.cs, r.numbers[i].NumberClaim)
		}
	}
	r.producers.Drop(r.cs)
	r.cs, r.lasting = r.cs[:0], r.lasting[:0]
	for i := range r.numbers {
		if n := &r.numbers[i]; !r.wasRefused(&n.claim) {
			r.cs, r.lasting = append(r.cs, n.NumberClaim), append(r.lasting, n.lasting)
		}
	}
	r.producers.Put(u, r.cs, func(i int) bool { return r.lasting[i] })
	clear(r.numbers)
	clear(r.cs)
	r.numbers = r.numbers[:0]
}

// answer has those answered who repeated something.
func (r *repeats) answer() {
	for i := range r.holds {
		switch h := &r.holds[i]; {
		case h.To == nil:
		case h.refused:
			h.To.Confirm([]uint64{h.Seq}, false)
		default:
			h.Await(h.Receipt)
		}
	}
	clear(r.holds)
	r.holds = r.holds[:0]
}

// inStore is u as the store knows it.
func inStore(u queue.Unit) queue.Unit {
	if w, ok := u.(queue.Wrapped); ok {
		return w.Within()
	}
	return u
}
