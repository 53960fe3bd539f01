package delay

import (
	"cmp"
	"slices"
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// keepFiring is the goroutine that lets go of what is due.
func (h *Holder) keepFiring() {
	defer h.done.Done()
	select {
	case <-h.ready:
	case <-h.stop:
		return
	}
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-h.kick:
		case <-h.stop:
			return
		}
		t.Reset(h.fireAll())
	}
}

// fireAll lets go of all that is due, and tells when to look again.
func (h *Holder) fireAll() time.Duration {
	for {
		n, wait := h.fireSome()
		if n == 0 {
			return wait
		}
		h.d.store.WaitRoom()
		select {
		case <-h.stop:
			return 0
		default:
		}
	}
}

// fireSome lets go of a batch, and tells how many came off the heap.
func (h *Holder) fireSome() (n int, wait time.Duration) {
	h.firing.Lock()
	defer h.firing.Unlock()
	items, wait := h.due()
	if len(items) == 0 {
		return 0, wait
	}
	list, left, err := h.collect(items, true)
	h.giveBack(left)
	if err != nil {
		h.say("cannot read delayed messages", err)
		return 0, h.d.limits.patience
	}
	h.send(list)
	return len(items), 0
}

// due takes what is due off the heap, or tells how long to wait. What is not
// on disk yet stays: it cannot be read.
func (h *Holder) due() (items []item, wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failed != nil {
		return nil, h.d.limits.patience
	}
	now := h.d.clock().UnixMilli()
	var early []item
	for len(h.near) > 0 && h.near.first().At <= now && len(items) < h.d.limits.batch {
		if it := h.near.pop(); it.Seq > h.stored {
			early = append(early, it)
		} else {
			items = append(items, it)
		}
	}
	wait = h.d.limits.recheck
	if len(h.near) > 0 {
		wait = min(wait, time.Duration(max(h.near.first().At-now, 1))*time.Millisecond)
	}
	for _, it := range early {
		h.near.push(it)
	}
	if h.horizon != end && len(h.near) <= h.d.limits.near/4 {
		wake(h.index)
	}
	return items, wait
}

func (h *Holder) giveBack(items []item) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, it := range items {
		h.near.push(it)
	}
}

// leaver is something that leaves, and what is noted of it.
type leaver struct {
	Due
	gone
}

// collect reads items and claims them: nobody else has them leave. left is what
// was too much to read at once, or all after an error. With sure, what is not
// in the log is gone for good.
func (h *Holder) collect(items []item, sure bool) (list []leaver, left []item, err error) {
	slices.SortFunc(items, func(a, b item) int { return cmp.Or(cmp.Compare(a.lane, b.lane), cmp.Compare(a.Seq, b.Seq)) })
	there := make([]bool, len(items))
	n, err := h.read(items, func(i int, s store.Stored) {
		if items[i].At != anytime && items[i].At != s.Expiry {
			return
		}
		there[i] = true
		list = append(list, h.leaverOf(items[i].lane, &s))
	})
	if err != nil {
		return nil, items, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if sure {
		for i, it := range items[:n] {
			if _, leaves := h.leaving[it.Seq]; !there[i] && !leaves {
				h.parted([]gone{{item: it, stale: true}})
			}
		}
	}
	list = slices.DeleteFunc(list, func(l leaver) bool { return !h.claim(&l) })
	slices.SortFunc(list, func(a, b leaver) int { return a.compare(b.place) })
	return list, items[n:], nil
}

// anytime is when something is due that is asked for by its number only.
const anytime = -1

// claim takes l out of what is held; false when it is somebody else's. h.mu is
// held.
func (h *Holder) claim(l *leaver) bool {
	if _, leaves := h.leaving[l.Seq]; leaves || h.closed {
		return false
	}
	h.leaving[l.Seq] = struct{}{}
	if l.lane == messages {
		h.countBy(l.exchange, -1, l.bytes)
	}
	return true
}

func (h *Holder) leaverOf(lane uint8, s *store.Stored) leaver {
	l := leaver{Due: Due{ID: s.Seq, At: s.Expiry}}
	l.gone = gone{item: item{place: place{s.Expiry, s.Seq}, lane: lane}, bytes: len(s.Payload), transient: s.Transient}
	if lane == notes {
		l.Note = s.Meta
		return l
	}
	m := &message.Message{}
	if err := message.Decode(m, s.Meta, s.Payload); err != nil {
		h.say("cannot read a delayed message", err)
		return l
	}
	m.Header = message.Undelayed(m.Header)
	l.Message, l.exchange = m, m.Exchange
	return l
}

// What is read at once: entries that lie close together.
const (
	closeBy   = 32 // numbers from one to the next
	readAhead = 256 << 10
)

// read yields what the log has of items, which are in its order, and tells how
// many it got to.
func (h *Holder) read(items []item, yield func(i int, s store.Stored)) (n int, err error) {
	budget := h.d.limits.bytes
	for n < len(items) && budget > 0 {
		first, at := n, n
		after := func(i int) bool { // it is read along with the one before
			return i < len(items) && items[i].lane == items[first].lane && items[i].Seq-items[i-1].Seq <= closeBy
		}
		most := 1
		if after(n + 1) {
			most = min(readAhead, budget)
		}
		err := h.log.Read(items[first].lane, items[first].Seq, most, func(s store.Stored) bool {
			for at < len(items) && items[at].lane == items[first].lane && items[at].Seq < s.Seq {
				at++
			}
			if at < len(items) && items[at].lane == items[first].lane && items[at].Seq == s.Seq {
				yield(at, s)
				at++
			}
			budget -= len(s.Meta) + len(s.Payload)
			return after(at)
		})
		if err != nil {
			return n, err
		}
		n = max(at, first+1)
	}
	return n, nil
}

// send fires list in one unit, in which it also leaves the log.
func (h *Holder) send(list []leaver) {
	if len(list) == 0 {
		return
	}
	due := make([]Due, 0, len(list))
	fired := 0
	for i := range list {
		if list[i].Message != nil || list[i].lane == notes {
			due = append(due, list[i].Due)
		}
		if list[i].lane == messages {
			fired++
		}
	}
	u := h.d.store.Begin()
	dropped := h.to.Fire(u, due)
	h.part(u, list)
	u.Commit()
	h.counters.Fired.Add(uint64(fired))
	h.counters.Dropped.Add(uint64(dropped))
}

// part takes list out of the log as a part of u, with a sign by which it is
// known that u is on disk.
func (h *Holder) part(u queue.Unit, list []leaver) {
	seqs := make([]uint64, 0, len(list))
	p := parting{list: make([]gone, 0, len(list))}
	for i := range list {
		seqs = append(seqs, list[i].Seq)
		p.list = append(p.list, list[i].gone)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	p.sign = h.next
	h.next++
	h.partings.push(p)
	h.log.SettleIn(u, seqs)
	h.log.PutIn(u, []store.Entry{{Seq: p.sign, Lane: signs, Time: h.d.clock().UnixMilli(), Item: note(nil)}})
}
