package delay

import (
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/store"
)

// Logs lists the logs by vhost, so that they are not taken for those of queues
// that are gone.
func (d *Delays) Logs() (logs map[string]uint64, err error) {
	logs = map[string]uint64{}
	var broken error
	err = d.store.Scan([]byte(vhostPrefix), func(key, value []byte) bool {
		var log uint64
		if log, _, broken = parseVhostRecord(value); broken != nil {
			return false
		}
		logs[string(key[len(vhostPrefix):])] = log
		return true
	})
	if err == nil {
		err = broken
	}
	return logs, err
}

// Open makes the Holder of a vhost, or takes up what it held before. to is
// called from now on.
func (d *Delays) Open(vhost string, to Target) (*Holder, error) {
	id, indexed, found, err := d.get(vhost)
	if err == nil && !found {
		id, err = d.begin(vhost)
	}
	if err != nil {
		return nil, err
	}
	h := &Holder{
		d: d, Vhost: vhost, to: to, id: id, indexed: indexed, horizon: end,
		stock: map[string]Count{}, held: map[string]*Count{}, leaving: map[uint64]struct{}{},
		readers: make(chan struct{}, 1), kick: make(chan struct{}, 1), index: make(chan struct{}, 1), ready: make(chan struct{}), stop: make(chan struct{}),
	}
	h.next = 1
	if h.log, err = d.store.Log(id, true, h); err != nil {
		return nil, err
	}
	if found {
		if err = h.recover(); err != nil {
			h.log.Close()
			return nil, err
		}
	}
	h.began = h.next
	h.done.Add(3)
	go h.keepIndex()
	go h.keepReading()
	go h.keepFiring()
	return h, nil
}

// begin gives a vhost its log.
func (d *Delays) begin(vhost string) (id uint64, err error) {
	if id, err = d.nextID(true); err != nil {
		return 0, err
	}
	var b store.Batch
	b.Set([]byte(vhostPrefix+vhost), vhostRecord(id, 0))
	return id, d.store.Commit(&b)
}

// recover works out what was held. What the index has is not read.
func (h *Holder) recover() error {
	last := h.indexed
	for _, l := range h.log.Lanes() {
		last = max(last, l.Last)
		switch l.Lane {
		case messages:
			h.found = l
		case notes:
			h.noted = l
		case signs:
			h.log.SettleRange(signs, 0, l.Last)
		}
	}
	h.stored, h.next = last, last+1+h.d.limits.seqsAhead
	h.horizon = place{} // the index may have something
	var broken error
	prefix := keyIn(countPrefix, h.id)
	err := h.d.store.Scan(prefix, func(key, value []byte) bool {
		var c Count
		if c, broken = parseCountRecord(value); broken != nil {
			return false
		}
		exchange := string(key[len(prefix):])
		h.stock[exchange], h.held[exchange] = c, &Count{c.Messages, c.Bytes}
		return true
	})
	if err == nil {
		err = broken
	}
	return err
}

// catchUp puts into the index what came shortly before the end. It tells false
// when the Holder is closed before.
func (h *Holder) catchUp() bool {
	h.indexing.Lock()
	defer h.indexing.Unlock()
	for from := h.indexed; ; {
		err := h.catchUpLane(h.noted, from, true)
		if err == nil {
			err = h.catchUpLane(h.found, h.indexed, false)
		}
		if err == nil {
			return true
		}
		h.say("cannot read delayed messages", err)
		select {
		case <-h.stop:
			return false
		case <-time.After(h.d.limits.patience):
		}
	}
}

// catchUpLane reads a lane from behind a number on. That the index has it is
// noted unless other lanes are still to be read.
func (h *Holder) catchUpLane(l store.Lane, after uint64, more bool) error {
	for after < l.Last {
		select {
		case <-h.stop:
			return errStopped
		default:
		}
		in, err := h.readFresh(l, after)
		if err != nil || len(in) == 0 {
			return err
		}
		through := h.indexed
		if after = in[len(in)-1].Seq; !more {
			through = after
		}
		if err := h.write(in, nil, through); err != nil {
			return err
		}
		h.mu.Lock()
		for i := range in {
			h.count(&in[i], 1)
		}
		h.mu.Unlock()
	}
	return nil
}

// readFresh reads some of a lane from behind a number on.
func (h *Holder) readFresh(l store.Lane, after uint64) (in []fresh, err error) {
	err = h.log.Read(l.Lane, after+1, h.d.limits.bytes, func(s store.Stored) bool {
		if s.Seq > l.Last {
			return false
		}
		f := fresh{item: item{place: place{s.Expiry, s.Seq}, lane: l.Lane}, came: s.Time, bytes: len(s.Payload)}
		var m message.Message
		if l.Lane == messages && message.Decode(&m, s.Meta, s.Payload) == nil {
			f.exchange, f.key = string([]byte(m.Exchange)), string([]byte(m.RoutingKey))
		}
		in = append(in, f)
		return len(in) < h.d.limits.pieces
	})
	return in, err
}
