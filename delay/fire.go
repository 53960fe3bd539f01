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

// fireSome lets go of a batch, and tells how many were due.
func (h *Holder) fireSome() (n int, wait time.Duration) {
	h.firing.Lock()
	defer h.firing.Unlock()
	if err := h.readSoon(); err != nil {
		h.say("cannot read delayed messages", err)
		return 0, h.d.limits.patience
	}
	list, wait := h.due()
	h.send(h.claimAll(list))
	return len(list), wait
}

// readSoon reads what is due soon. What is due with a short notice is read with
// it: entries are read in the order of the log, and the more at once the less of
// the log for each.
func (h *Holder) readSoon() error {
	items := h.takeSoon(h.d.clock())
	for len(items) > 0 {
		list, left, err := h.collect(items, true)
		if err != nil {
			h.giveBack(items)
			return err
		}
		for i := range list {
			h.soonBytes += list[i].bytes
		}
		h.soon = append(h.soon, list...)
		slices.SortFunc(h.soon, func(a, b leaver) int { return a.compare(b.place) })
		if items = left; h.soonBytes > h.d.limits.bytes {
			h.giveBack(items)
			break
		}
	}
	return nil
}

// takeSoon takes off the heap what is to be read now. What is not on disk yet
// stays: it cannot be read.
func (h *Holder) takeSoon(now time.Time) (items []item) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := &h.d.limits
	if h.failed != nil || len(h.near) == 0 || h.near.first().At > now.Add(l.lead).UnixMilli() {
		return nil
	}
	until := place{now.Add(l.ahead).UnixMilli(), 0}
	most := l.sweep
	if n := len(h.soon); n >= l.batch || h.soonBytes > l.bytes {
		until, most = place{now.Add(l.lead).UnixMilli(), 0}, l.batch
		if last := h.soon[n-1].place; last.before(until) {
			until = last
		}
	}
	var early []item
	for len(h.near) > 0 && h.near.first().before(until) && len(items) < most {
		if it := h.near.pop(); it.Seq > h.stored {
			early = append(early, it)
		} else {
			items = append(items, it)
		}
	}
	for _, it := range early {
		h.near.push(it)
	}
	if h.horizon != end && len(h.near) <= l.near/4 {
		wake(h.index)
	}
	return items
}

// due takes a batch of what is read and due, and tells when to look again.
func (h *Holder) due() (list []leaver, wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := &h.d.limits
	if h.failed != nil {
		return nil, l.patience
	}
	now := h.d.clock().UnixMilli()
	n := 0
	for n < len(h.soon) && n < l.batch && h.soon[n].place.At <= now {
		h.soonBytes -= h.soon[n].bytes
		n++
	}
	list, h.soon = h.soon[:n:n], h.soon[n:]
	wait = l.recheck
	if len(h.soon) > 0 {
		wait = min(wait, untilMs(now, h.soon[0].place.At))
	} else {
		h.soon = nil
	}
	if len(h.near) > 0 && h.near.first().Seq <= h.stored {
		wait = min(wait, untilMs(now, h.near.first().At-l.lead.Milliseconds()))
	}
	return list, wait
}

// untilMs is the time between two moments in milliseconds, and a little at
// least.
func untilMs(now, then int64) time.Duration {
	return time.Duration(max(then-now, 1)) * time.Millisecond
}

// unread forgets what was read of list, which leaves otherwise.
func (h *Holder) unread(list []leaver) {
	h.soon = slices.DeleteFunc(h.soon, func(l leaver) bool {
		gone := slices.ContainsFunc(list, func(g leaver) bool { return g.Seq == l.Seq })
		if gone {
			h.soonBytes -= l.bytes
		}
		return gone
	})
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

// collect reads items. left is what was too much to read at once, or all after
// an error. With sure, what is not in the log is gone for good.
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
	return list, items[n:], nil
}

// claimAll claims list: nobody else has it leave. What somebody else has is left
// out.
func (h *Holder) claimAll(list []leaver) []leaver {
	h.mu.Lock()
	defer h.mu.Unlock()
	list = slices.DeleteFunc(list, func(l leaver) bool { return !h.claim(&l) })
	slices.SortFunc(list, func(a, b leaver) int { return a.compare(b.place) })
	return list
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
	meta, payload := apart(s)
	if lane == notes {
		l.Note = meta
		return l
	}
	m := &message.Message{}
	if err := message.Decode(m, meta, payload); err != nil {
		h.say("cannot read a delayed message", err)
		return l
	}
	m.Header = message.Undelayed(m.Header)
	l.Message, l.exchange = m, m.Exchange
	return l
}

// maxApart is the largest entry, in bytes, that is copied out of what it was
// read with, to let that go: it is several times as much.
const maxApart = 4 << 10

// apart is an entry in memory of its own, if it is small.
func apart(s *store.Stored) (meta, payload []byte) {
	n := len(s.Meta)
	if n+len(s.Payload) > maxApart {
		return s.Meta, s.Payload
	}
	b := append(append(make([]byte, 0, n+len(s.Payload)), s.Meta...), s.Payload...)
	return b[:n:n], b[n:]
}

// What is read at once: entries that lie close together. Others are read one by
// one: whoever goes forward passes what lies between once.
const (
	closeBy   = 4 // numbers from one to the next
	readAhead = 32 << 10
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
