package delay

import (
	"errors"
	"slices"
	"sort"
	"time"

	"github.com/hutchmq/hutchmq/store"
)

// keepIndex is the goroutine that writes what came into the index and reads
// what is due soon from it.
func (h *Holder) keepIndex() {
	defer h.done.Done()
	if !h.catchUp() {
		return
	}
	close(h.ready)
	t := time.NewTimer(0)
	defer t.Stop()
	for said := false; ; {
		select {
		case <-t.C:
		case <-h.index:
		case <-h.stop:
			return
		}
		err := h.careForIndex()
		if err != nil && !said {
			h.say("cannot write down when delayed messages are due", err)
		}
		if said = err != nil; said {
			t.Reset(h.d.limits.patience)
		} else {
			t.Reset(h.d.limits.ripe)
		}
	}
}

func (h *Holder) careForIndex() error {
	h.indexing.Lock()
	defer h.indexing.Unlock()
	if err := h.flush(ripe, true); err != nil {
		return err
	}
	return h.load()
}

// which says what of the fresh is to go into the index.
type which uint8

const (
	ripe which = iota // what has been here for a while
	all               // what is on disk
)

// flush writes some of the fresh into the index, and with gone takes out what
// is. h.indexing is held.
func (h *Holder) flush(w which, gone bool) error {
	for {
		in, out := h.cut(w, gone)
		if len(in)+len(out) == 0 {
			return nil
		}
		through := h.indexed
		if n := len(in); n > 0 {
			through = in[n-1].Seq
		}
		if err := h.write(in, out, through); err != nil {
			h.mu.Lock()
			h.fresh, h.gone = slices.Concat(in, h.fresh), slices.Concat(out, h.gone)
			h.mu.Unlock()
			return err
		}
		h.mu.Lock()
		for i := range out {
			delete(h.leaving, out[i].Seq)
		}
		h.mu.Unlock()
	}
}

// cut takes what is to go into the index next, and out of it.
func (h *Holder) cut(w which, goes bool) (in []fresh, out []gone) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := &h.d.limits
	any := w == all || len(h.fresh) >= l.crowd
	since := h.d.clock().Add(-l.ripe).UnixMilli()
	n := 0
	for n < min(len(h.fresh), l.pieces) && h.fresh[n].Seq <= h.stored && (any || h.fresh[n].came <= since) {
		n++
	}
	in, h.fresh = h.fresh[:n:n], h.fresh[n:]
	if len(h.fresh) == 0 {
		h.fresh = nil
	}
	if !goes {
		return in, nil
	}
	m := min(len(h.gone), l.pieces)
	out, h.gone = h.gone[:m:m], h.gone[m:]
	return in, out
}

// write changes the index, which then has all up to a number. h.indexing is
// held.
func (h *Holder) write(in []fresh, out []gone, through uint64) error {
	var b store.Batch
	changed := map[string]Count{}
	count := func(exchange string, n, bytes int) {
		c, ok := changed[exchange]
		if !ok {
			c = h.stock[exchange]
		}
		c.add(n, bytes)
		changed[exchange] = c
	}
	for i := range in {
		if f := &in[i]; !f.gone {
			b.Set(indexKey(h.id, f.place), appendIndexRecord(nil, f))
			if f.lane == messages && !f.transient {
				count(f.exchange, 1, f.bytes)
			}
		}
	}
	var unknown []fresh
	for i := range out {
		g := &out[i]
		if g.stale {
			f, there, err := h.recall(g.place)
			if err != nil {
				return err
			}
			if !there {
				continue
			}
			unknown = append(unknown, f)
			g.exchange, g.bytes, g.transient, g.lane = f.exchange, f.bytes, f.transient, f.lane
		}
		b.Delete(indexKey(h.id, g.place))
		if g.lane == messages && !g.transient {
			count(g.exchange, -1, g.bytes)
		}
	}
	for exchange, c := range changed {
		key := append(keyIn(countPrefix, h.id), exchange...)
		if c.Messages > 0 {
			b.Set(key, countRecord(c))
		} else {
			b.Delete(key)
		}
	}
	b.Set([]byte(vhostPrefix+h.Vhost), vhostRecord(h.id, through))
	if err := h.d.store.Commit(&b); err != nil {
		return err
	}
	h.indexed = through
	for exchange, c := range changed {
		if h.stock[exchange] = c; c.Messages <= 0 {
			delete(h.stock, exchange)
		}
	}
	h.discount(unknown)
	return nil
}

// recall reads what the index says is at p.
func (h *Holder) recall(p place) (f fresh, there bool, err error) {
	key := indexKey(h.id, p)
	b, err := h.d.store.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return f, false, nil
	}
	if err == nil {
		f, err = parseIndexRecord(key, b)
	}
	return f, err == nil, err
}

// discount no longer counts what the index named and was gone since before the
// start. What was counted since was counted out when it went.
func (h *Holder) discount(list []fresh) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range list {
		if f := &list[i]; f.Seq < h.began && !f.transient {
			h.count(f, -1)
		}
	}
}

// load brings what is due next into memory, when there is little of it.
// h.indexing is held.
func (h *Holder) load() error {
	for {
		h.mu.Lock()
		from, enough := h.horizon, h.horizon == end || len(h.near) > h.d.limits.near/4
		h.mu.Unlock()
		if enough {
			return nil
		}
		if err := h.flush(all, false); err != nil {
			return err
		}
		found, dead, err := h.scan(from, h.d.limits.near/2)
		if err != nil {
			return err
		}
		h.approach(from, found, dead)
	}
}

// scan lists what the index has from a place on, n at most, and what it should
// not have any more.
func (h *Holder) scan(from place, n int) (found []item, dead []gone, err error) {
	var broken error
	err = h.d.store.ScanFrom(keyIn(indexPrefix, h.id), indexKey(h.id, from), func(key, value []byte) bool {
		var f fresh
		if f, broken = parseIndexRecord(key, value); broken != nil {
			return false
		}
		if f.transient && f.Seq < h.began {
			dead = append(dead, gone{item: f.item, stale: true})
		}
		found = append(found, f.item)
		return len(found) < n
	})
	return found, dead, errors.Join(err, broken)
}

// approach puts into near what was found from a place on, and moves the
// horizon behind it. What came meanwhile is not in the index.
func (h *Holder) approach(from place, found []item, dead []gone) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gone = append(h.gone, dead...)
	if h.horizon != from {
		return // much came that is due sooner
	}
	h.horizon = end
	if n := len(found); n == h.d.limits.near/2 {
		h.horizon = place{found[n-1].At, found[n-1].Seq + 1}
	}
	for _, it := range found {
		h.near.push(it)
	}
	for i := range h.fresh {
		if f := &h.fresh[i]; !f.gone && !f.before(from) && f.before(h.horizon) {
			h.near.push(f.item)
		}
	}
	wake(h.readers)
}

// parted notes that list is gone for good. h.mu is held.
func (h *Holder) parted(list []gone) {
	for _, g := range list {
		if f := h.findFresh(g.Seq); f != nil {
			f.gone = true
			delete(h.leaving, g.Seq)
			continue
		}
		h.gone = append(h.gone, g)
	}
	if len(h.gone) >= h.d.limits.pieces {
		wake(h.index)
	}
}

func (h *Holder) findFresh(seq uint64) *fresh {
	i := sort.Search(len(h.fresh), func(i int) bool { return h.fresh[i].Seq >= seq })
	if i == len(h.fresh) || h.fresh[i].Seq != seq {
		return nil
	}
	return &h.fresh[i]
}
