package delay

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/store"
)

// Listed is a message that is held, as a list shows it.
type Listed struct {
	ID            uint64
	Due, Since    int64 // Unix milliseconds
	Exchange, Key string
	Bytes         int // of the body
	Transient     bool
}

// Cursor is a place in a list; the zero Cursor is its beginning.
type Cursor struct{ place }

// String is the cursor as ParseCursor reads it.
func (c Cursor) String() string { return fmt.Sprintf("%d-%d", c.At, c.Seq) }

// ParseCursor reads a cursor; "" is the zero one.
func ParseCursor(s string) (c Cursor, err error) {
	if s == "" {
		return c, nil
	}
	var rest string
	if n, _ := fmt.Sscanf(strings.Replace(s, "-", " ", 1)+" .", "%d %d %s", &c.At, &c.Seq, &rest); n != 3 || rest != "." || c.At < 0 {
		return Cursor{}, errors.New("not a place in the list: " + s)
	}
	return c, nil
}

// Query says what to list.
type Query struct {
	After    Cursor
	Limit    int                // messages
	MaxLooks int                // messages that are looked at
	Want     func(*Listed) bool // nil: all
}

// Page is a part of a list, in the order of being due.
type Page struct {
	List   []Listed
	Next   Cursor // to go on behind
	Looked int
	End    bool // there is no more
}

// List lists messages that are held.
func (h *Holder) List(q Query) (p Page, err error) {
	if err := h.settleIndex(); err != nil {
		return p, err
	}
	from := place{q.After.At, q.After.Seq + 1}
	if q.After == (Cursor{}) {
		from = place{}
	}
	p.Next, p.End = q.After, true
	var broken error
	err = h.d.store.ScanFrom(keyIn(indexPrefix, h.id), indexKey(h.id, from), func(key, value []byte) bool {
		if len(p.List) == q.Limit || p.Looked == q.MaxLooks {
			p.End = false
			return false
		}
		var f fresh
		if f, broken = parseIndexRecord(key, value); broken != nil {
			return false
		}
		p.Looked++
		p.Next = Cursor{f.place}
		l := Listed{f.Seq, f.At, f.came, f.exchange, f.key, f.bytes, f.transient}
		if f.lane == messages && h.holds(&f) && (q.Want == nil || q.Want(&l)) {
			p.List = append(p.List, l)
		}
		return true
	})
	return p, errors.Join(err, broken)
}

// holds reports whether what the index says of f is still so, as far as that is
// known without a look at the log.
func (h *Holder) holds(f *fresh) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, leaves := h.leaving[f.Seq]
	return !leaves && (!f.transient || f.Seq >= h.began)
}

// settleIndex brings the index up to what is on disk.
func (h *Holder) settleIndex() error {
	select {
	case <-h.ready:
	case <-h.stop:
		return errStopped
	}
	h.indexing.Lock()
	defer h.indexing.Unlock()
	return h.flush(all, true)
}

// Get finds a message that is held. It is not to be changed.
func (h *Holder) Get(id uint64) (l Listed, m *message.Message, ok bool) {
	err := h.log.Read(messages, id, 1, func(s store.Stored) bool {
		m = &message.Message{}
		if s.Seq != id || message.Decode(m, s.Meta, s.Payload) != nil {
			return false
		}
		l = Listed{id, s.Expiry, s.Time, m.Exchange, m.RoutingKey, len(m.Body), s.Transient}
		ok = h.holds(&fresh{item: item{place: place{s.Expiry, id}}})
		return false
	})
	return l, m, ok && err == nil
}

// Cancel drops messages that are held, and lists them; those that are not there
// are passed over.
func (h *Holder) Cancel(ids []uint64) ([]Listed, error) {
	return h.byID(messages, ids, func(list []leaver) {
		u := h.d.store.Begin()
		h.part(u, list)
		u.Commit()
		h.counters.Cancelled.Add(uint64(len(list)))
	})
}

// FireNow lets go of messages before they are due, and lists them; those that
// are not there are passed over.
func (h *Holder) FireNow(ids []uint64) ([]Listed, error) { return h.byID(messages, ids, h.send) }

// Notes lists the notes on disk that are held.
func (h *Holder) Notes() (list []Due, err error) {
	for from, more := uint64(0), true; more && err == nil; {
		more = false
		err = h.log.Read(notes, from, h.d.limits.bytes, func(s store.Stored) bool {
			list = append(list, Due{ID: s.Seq, At: s.Expiry, Note: s.Meta})
			from, more = s.Seq+1, true
			return true
		})
	}
	return list, err
}

// Withdraw drops notes; those that are not there are passed over. What was not
// on disk is: it is given back by Fire.
func (h *Holder) Withdraw(ids []uint64) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := h.byID(notes, ids, func(list []leaver) {
		u := h.d.store.Begin()
		h.part(u, list)
		u.Commit()
	})
	return err
}

// byID does something to entries of a lane, batch by batch, and lists them.
func (h *Holder) byID(lane uint8, ids []uint64, do func([]leaver)) (done []Listed, err error) {
	select {
	case <-h.ready:
	case <-h.stop:
		return nil, errStopped
	}
	h.reading.Lock()
	defer h.reading.Unlock()
	h.firing.Lock()
	defer h.firing.Unlock()
	for len(ids) > 0 {
		n := min(len(ids), h.d.limits.batch)
		items := make([]item, 0, n)
		for _, id := range ids[:n] {
			items = append(items, item{place: place{anytime, id}, lane: lane})
		}
		ids = ids[n:]
		for len(items) > 0 {
			list, left, err := h.collect(items, false)
			list = h.claimAll(list)
			if err != nil {
				return done, err
			}
			if items = left; len(list) == 0 {
				continue
			}
			h.unread(list)
			for i := range list {
				l := &list[i]
				key := ""
				if l.Message != nil {
					key = l.Message.RoutingKey
				}
				done = append(done, Listed{l.Seq, l.place.At, 0, l.exchange, key, l.bytes, l.transient})
			}
			do(list)
		}
	}
	return done, nil
}
