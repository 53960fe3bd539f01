package delay

import (
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// receipt waits for the log to have stored seq.
type receipt struct {
	seq uint64
	queue.Receipt
}

// Hold takes a burst, as a part of u if that is not nil. Each receipt that
// wants one gets one Confirm, when the message is on disk: what is confirmed is
// listed from then on, a transient message too. The slice is the caller's again.
func (h *Holder) Hold(u queue.Unit, burst []Held) {
	var refused []queue.Receipt
	h.mu.Lock()
	if h.closed || h.failed != nil {
		failed, forgotten := h.failed != nil, h.forgotten
		h.mu.Unlock()
		for i := range burst {
			refused = append(refused, burst[i].Receipt)
		}
		if failed || forgotten { // one that will be back has handled nothing
			confirm(refused, !failed)
		}
		return
	}
	es := make([]store.Entry, 0, len(burst))
	now := h.d.clock().UnixMilli()
	earlier := false
	for i := range burst {
		b := &burst[i]
		f := fresh{
			item: item{place: place{b.Due, h.next}, lane: messages}, came: now, bytes: len(b.Message.Body),
			exchange: b.Message.Exchange, key: b.Message.RoutingKey, transient: !b.Message.Persistent,
		}
		es = append(es, store.Entry{Seq: h.next, Lane: messages, Transient: f.transient, Time: now, Expiry: b.Due, Item: b.Message})
		earlier = h.take(f) || earlier
		if b.Receipt.To != nil {
			h.receipts.push(receipt{f.Seq, b.Receipt})
		}
	}
	h.put(u, es)
	h.mu.Unlock()
	h.counters.Delayed.Add(uint64(len(burst)))
	if earlier {
		wake(h.readers)
	}
}

// Plan holds a note until at (Unix milliseconds), as a part of u if that is not
// nil, and gives its number. Fire gives it back, to whoever knows what it says.
func (h *Holder) Plan(u queue.Unit, at int64, text []byte) (id uint64) {
	h.mu.Lock()
	if h.closed || h.failed != nil {
		h.mu.Unlock()
		return 0
	}
	id = h.next
	now := h.d.clock().UnixMilli()
	e := store.Entry{Seq: h.next, Lane: notes, Time: now, Expiry: at, Item: note(text)}
	earlier := h.take(fresh{item: item{place: place{at, h.next}, lane: notes}, came: now})
	h.put(u, []store.Entry{e})
	h.mu.Unlock()
	if earlier {
		wake(h.readers)
	}
	return id
}

// put hands entries to the log.
func (h *Holder) put(u queue.Unit, es []store.Entry) {
	if u != nil {
		h.log.PutIn(u, es)
	} else {
		h.log.Put(es)
	}
}

// take notes what has just come under the number h.next, and tells whether it
// is the next to be due.
func (h *Holder) take(f fresh) (first bool) {
	h.next++
	h.fresh = append(h.fresh, f)
	h.count(&f, 1)
	if f.place.before(h.horizon) {
		h.near.push(f.item)
		first = h.near.first().Seq == f.Seq
		h.trim()
	}
	if len(h.fresh) == h.d.limits.crowd {
		wake(h.index)
	}
	return first
}

// trim moves the horizon closer when too much is in near. What lies behind it
// is in the index, or will be.
func (h *Holder) trim() {
	if len(h.near) > h.d.limits.near {
		h.horizon = h.near.halve()
	}
}

// Stored implements store.Owner.
func (h *Holder) Stored(through uint64, err error) {
	var told []queue.Receipt
	h.mu.Lock()
	if err != nil {
		h.failed = err
	} else {
		h.stored = max(h.stored, through)
	}
	for h.receipts.len() > 0 && h.receipts.first().seq <= through {
		told = append(told, h.receipts.pop().Receipt)
	}
	var signs []uint64
	for err == nil && h.partings.len() > 0 && h.partings.first().sign <= through {
		p := h.partings.pop()
		h.parted(p.list)
		signs = append(signs, p.sign)
	}
	due := len(h.near) > 0 && h.near.first().Seq <= through
	h.mu.Unlock()
	if len(signs) > 0 {
		h.log.Settle(signs)
	}
	if due {
		wake(h.readers)
	}
	confirm(told, err == nil)
}

// confirm tells each confirmer of rs once for each run of its receipts.
func confirm(rs []queue.Receipt, stored bool) {
	seqs := make([]uint64, 0, len(rs))
	for i := range rs {
		if rs[i].To == nil {
			continue
		}
		seqs = append(seqs, rs[i].Seq)
		if i+1 == len(rs) || rs[i+1].To != rs[i].To {
			rs[i].To.Confirm(seqs, stored)
			seqs = seqs[:0]
		}
	}
}
