package server

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
)

// confirms keeps count of what a channel in confirm mode has published and not
// yet been told about. outbox.mu guards it, but for on and last, which are the
// reading goroutine's.
type confirms struct {
	on   bool
	last uint64 // number of the last publish; the first is 1

	base   uint64         // number of states[0]
	states []confirmState // of base and what follows
	loose  []uint64       // confirmed behind one that is not
	queued bool           // the channel is in outbox.confirming

	targets []*broker.Published // by number
	tallied tallied
	probe   probe
}

type confirmState struct {
	left   int32 // queues that have not answered
	nacked bool
	sent   bool
	to     uint16 // the number of its exchange
}

func (k *confirms) next() uint64 {
	k.last++
	return k.last
}

// expect adds a publish to an exchange, by its number, that left queues will
// answer for.
func (k *confirms) expect(left int32, to uint16) {
	if left == 0 {
		k.loose = append(k.loose, k.base+uint64(len(k.states)))
	}
	k.states = append(k.states, confirmState{left: left, to: to})
}

// confirm takes an answer for each of seqs.
func (k *confirms) confirm(seqs []uint64, stored bool) {
	for _, seq := range seqs {
		if seq < k.base || seq-k.base >= uint64(len(k.states)) {
			continue
		}
		s := &k.states[seq-k.base]
		s.left--
		s.nacked = s.nacked || !stored
		if s.left == 0 && seq != k.base {
			k.loose = append(k.loose, seq)
		}
	}
}

// waiting reports whether something is still to be confirmed.
func (k *confirms) waiting() bool { return len(k.states) > 0 }

// appendTo encodes what can be told: everything up to the first unanswered
// publish in as few frames as can be, and then one by one what is answered
// beyond it.
func (k *confirms) appendTo(dst []byte, channel uint16) []byte {
	k.queued = false
	acks, last := 0, uint64(0)
	done := 0
	for done < len(k.states) && k.states[done].left == 0 {
		s, seq := k.states[done], k.base+uint64(done)
		done++
		switch {
		case s.sent:
		case s.nacked:
			dst = appendAcks(dst, channel, last, acks)
			acks = 0
			dst = amqp.AppendNack(dst, channel, seq, false)
		default:
			acks, last = acks+1, seq
			k.tally(s.to)
		}
	}
	dst = appendAcks(dst, channel, last, acks)
	k.shift(done)
	for _, seq := range k.loose {
		if seq < k.base {
			continue
		}
		s := &k.states[seq-k.base]
		if s.sent {
			continue
		}
		s.sent = true
		if s.nacked {
			dst = amqp.AppendNack(dst, channel, seq, false)
		} else {
			dst = amqp.AppendAck(dst, channel, seq, false)
			k.tally(s.to)
		}
	}
	k.endTally()
	k.loose = k.loose[:0]
	return dst
}

func appendAcks(dst []byte, channel uint16, last uint64, n int) []byte {
	if n == 0 {
		return dst
	}
	return amqp.AppendAck(dst, channel, last, n > 1)
}

// shift forgets the first n states.
func (k *confirms) shift(n int) {
	k.base += uint64(n)
	if n == len(k.states) {
		k.states = k.states[:0]
		return
	}
	// Appending moves the rest to the front of a new array now and then, so
	// that the memory before base is not kept for ever.
	k.states = k.states[n:]
}

// confirmSelect carries out confirm.select.
func (ch *channel) confirmSelect(m *amqp.ConfirmSelect) error {
	if ch.tx != nil {
		return amqp.TxToConfirm.New()
	}
	if !ch.confirms.on {
		ch.c.out.mu.Lock()
		ch.confirms.on = true
		ch.confirms.base = 1
		ch.c.out.mu.Unlock()
	}
	ch.reply(m.NoWait, &amqp.ConfirmSelectOk{})
	return nil
}

// maxUnconfirmed is how many publishes of a channel may wait to be confirmed,
// by a queue or by being written to a peer that does not read.
const maxUnconfirmed = 1 << 18

// expect notes how many queues each of a burst of publishes went to; the
// queues have not seen them yet. It blocks while far too many wait.
func (ch *channel) expect(routed []routed) {
	ch.session.CountConfirmsWanted(len(routed))
	o := &ch.c.out
	o.mu.Lock()
	for len(ch.confirms.states) > maxUnconfirmed && o.runs() {
		ch.c.waits.Store(true)
		o.room.Wait()
	}
	ch.c.waits.Store(false)
	k := &ch.confirms
	k.probe.start(k.base + uint64(len(k.states)))
	unrouted := false
	for _, r := range routed {
		k.expect(r.queues, r.to)
		unrouted = unrouted || r.queues == 0
	}
	if unrouted {
		ch.tell()
	}
	o.mu.Unlock()
	if unrouted {
		o.signal()
	}
}

// Confirm implements queue.Confirmer.
func (ch *channel) Confirm(seqs []uint64, stored bool) {
	o := &ch.c.out
	o.mu.Lock()
	ch.confirms.confirm(seqs, stored)
	ch.tell()
	few := len(ch.confirms.states) <= littleItems
	o.mu.Unlock()
	if few && ch.c.server.lull() {
		o.send()
		return
	}
	o.signal()
}

// tell has the writer encode the confirms of ch. outbox.mu is held.
func (ch *channel) tell() {
	if !ch.confirms.queued && !ch.released && !ch.c.out.stopped {
		ch.confirms.queued = true
		ch.c.out.confirming = append(ch.c.out.confirming, ch)
	}
}
