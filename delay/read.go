package delay

import (
	"cmp"
	"slices"
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/store"
)

// keepReading is the goroutine that reads what is due soon.
func (h *Holder) keepReading() {
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
		case <-h.readers:
		case <-h.stop:
			return
		}
		t.Reset(h.readAll())
	}
}

// readAll reads all that is to be read now, and tells when to look again.
func (h *Holder) readAll() time.Duration {
	for {
		n, wait, err := h.readSoon()
		if err != nil {
			h.say("cannot read delayed messages", err)
			return h.d.limits.patience
		}
		if n == 0 {
			return wait
		}
		wake(h.kick)
		select {
		case <-h.stop:
			return 0
		default:
		}
	}
}

// readSoon reads what is due soon, and tells how much that was. What is due a
// little later is read with it: entries are read in the order of the log, and
// the more at once the less of the log for each.
func (h *Holder) readSoon() (n int, wait time.Duration, err error) {
	h.reading.Lock()
	defer h.reading.Unlock()
	items, wait := h.takeSoon(h.d.clock())
	if len(items) == 0 {
		return 0, wait, nil
	}
	list, left, err := h.collect(items, true)
	slices.SortFunc(list, byPlace)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, it := range left {
		h.near.push(it)
	}
	for i := range list {
		h.soonBytes += list[i].bytes
	}
	h.soon = merge(h.soon, list)
	return len(items) - len(left), 0, err
}

// takeSoon takes off the heap what is to be read now, or tells how long to wait.
// What is not on disk yet stays: it cannot be read.
func (h *Holder) takeSoon(now time.Time) (items []item, wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := &h.d.limits
	if h.failed != nil {
		return nil, l.patience
	}
	until, most := place{now.Add(l.ahead).UnixMilli(), 0}, l.sweep
	if n := len(h.soon); n >= 2*l.sweep || n > 0 && h.soonBytes > l.bytes {
		until, most = h.soon[n-1].place, l.batch // only what goes before
	}
	if len(h.near) > 0 && h.near.first().At > now.Add(l.lead).UnixMilli() {
		return nil, min(l.recheck, untilMs(now.UnixMilli(), h.near.first().At-l.lead.Milliseconds()))
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
	return items, l.recheck
}

func byPlace(a, b leaver) int { return a.compare(b.place) }

// merge makes one of two lists in the order of being due.
func merge(a, b []leaver) []leaver {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0 || a[len(a)-1].before(b[0].place):
		return append(a, b...)
	}
	all := append(append(make([]leaver, 0, len(a)+len(b)), a...), b...)
	slices.SortFunc(all, byPlace)
	return all
}

// unread forgets what was read of list, which leaves otherwise. h.reading is
// held.
func (h *Holder) unread(list []leaver) {
	left := make(map[uint64]bool, len(list))
	for i := range list {
		left[list[i].Seq] = true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.soon = slices.DeleteFunc(h.soon, func(l leaver) bool {
		if left[l.Seq] {
			h.soonBytes -= l.bytes
		}
		return left[l.Seq]
	})
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
