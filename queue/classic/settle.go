package classic

import (
	"cmp"
	"slices"

	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// Settle implements queue.Queue.
func (q *Queue) Settle(c queue.Consumer, ds []queue.Delivery, how queue.Outcome) {
	q.SettleIn(nil, c, ds, how)
}

// SettleIn implements queue.Transactional. A nil unit is none.
func (q *Queue) SettleIn(u queue.Unit, c queue.Consumer, ds []queue.Delivery, how queue.Outcome) {
	q.mu.Lock()
	if q.browsers != nil {
		ds = originals(ds)
	}
	var own store.Unit
	if how == queue.Requeue || how == queue.Return {
		own = q.unitFor(u)
	}
	if own != nil {
		u = own
		defer own.Commit()
	}
	then := after{unit: u}
	picked := false
	for i := range ds {
		q.unacked--
		q.unackedBytes -= int64(ds[i].Size)
		if ds[i].Persistent {
			q.unackedPersistent--
			q.unackedPersistentBytes -= int64(ds[i].Size)
		}
		picked = picked || ds[i].Picked
	}
	switch {
	case q.closed:
	case how == queue.Requeue, how == queue.Return:
		q.requeue(ds, how, &then)
	case how == queue.Discard:
		for i := range ds {
			q.die(entryOf(&ds[i]), queue.Rejected, &then)
		}
		if picked {
			q.forgetPicked(ds, q.options.DeadExchange != nil)
		}
	default:
		q.traffic[queue.Acked] += uint64(len(ds))
		for i := range ds {
			q.forget(ds[i].ID)
			if ds[i].Logged {
				q.settled(ds[i].ID)
			}
		}
		if picked {
			q.forgetPicked(ds, false)
		}
	}
	if q.selection != nil {
		q.land(ds)
	}
	q.forgetSettled(u)
	q.passOn(u)
	if b := q.browsers.of(c); b != nil {
		b.resume()
	} else if c != nil {
		q.consumers.Resume(c)
	}
	q.advance(q.kind.clock(), &then)
	q.noteEnd()
	q.mu.Unlock()
	q.finish(&then)
}

// counts reports whether the queue keeps how often deliveries failed.
func (q *Queue) counts() bool {
	return q.options.DeliveryLimit >= 0 || q.kind.kind == queue.Quorum || q.options.Retry.On()
}

// requeue puts ds back to their original places, but for those that have
// failed too often, and those that wait first. What is returned has not failed.
func (q *Queue) requeue(ds []queue.Delivery, how queue.Outcome, then *after) {
	es := make([]entry, 0, len(ds))
	var late, picked []entry
	wait := q.options.Retry.Holds(how)
	for i := range ds {
		e := entryOf(&ds[i])
		if q.ending != nil {
			q.die(e, q.ending.why, then)
			continue
		}
		if ds[i].Picked {
			if !q.comesBack(&e) {
				continue
			}
			if !q.unpick(&e, then) {
				picked = append(picked, e)
			}
			continue
		}
		e.redelivered = true
		if how == queue.Requeue {
			e.count++
		}
		if q.options.DeliveryLimit >= 0 && int64(e.count) > q.options.DeliveryLimit {
			q.die(e, queue.DeliveryLimit, then)
			continue
		}
		if wait {
			late = append(late, e)
			continue
		}
		es = append(es, e)
		q.count(&e, 1)
		q.hold(&e, 1)
	}
	q.noteCounts(es)
	q.noteCounts(late)
	q.putOff(late)
	q.restoreAll(append(es, picked...)) // who looked at a message leaves its count as it is
}

// restoreAll puts es back to their places in the heads of their lanes.
func (q *Queue) restoreAll(es []entry) {
	all := es
	slices.SortFunc(es, func(a, b entry) int {
		if c := cmp.Compare(a.lane, b.lane); c != 0 {
			return c
		}
		return cmp.Compare(a.seq, b.seq)
	})
	for len(es) > 0 {
		n := es[0].lane
		end := slices.IndexFunc(es, func(e entry) bool { return e.lane != n })
		if end < 0 {
			end = len(es)
		}
		q.restore(&q.lanes[n], es[:end])
		es = es[end:]
	}
	if q.values != nil {
		q.claimBack(all)
	}
}

// restore puts es, sorted, back to their places in the head of l.
func (q *Queue) restore(l *lane, es []entry) {
	l.restore(es)
	for i := range es {
		if es[i].expiry > 0 {
			q.index(l, &es[i])
		}
	}
	if q.selection != nil {
		q.repark(l, es)
	}
}

// noteCounts has the log keep the counts of es.
func (q *Queue) noteCounts(es []entry) {
	if !q.counts() {
		return
	}
	var list []store.Count
	for i := range es {
		if es[i].logged && es[i].count > 0 {
			list = append(list, store.Count{Seq: es[i].seq, N: es[i].count})
		}
	}
	if len(list) > 0 {
		q.log.Count(list)
	}
}

func entryOf(d *queue.Delivery) entry {
	return entry{
		m: d.Message, seq: d.ID, expiry: d.Expiry, count: d.Count, size: d.Size, lane: d.Lane,
		redelivered: d.Redelivered, logged: d.Logged, persistent: d.Persistent,
	}
}

// Purge implements queue.Queue.
func (q *Queue) Purge() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return 0
	}
	n := q.ready + q.dropRetries()
	for i := range q.lanes {
		q.clear(&q.lanes[i])
	}
	if q.selection != nil {
		q.selection.clear()
	}
	q.forgetSettled(nil)
	q.ready, q.readyBytes, q.persistent, q.persistentBytes, q.expiring = 0, 0, 0, 0, false
	if v := q.values; v != nil {
		clear(v.newest)
		clear(v.lapsed)
	}
	q.changed(q.kind.clock())
	q.rest()
	return n
}

// clear drops what is ready in l.
func (q *Queue) clear(l *lane) {
	for _, w := range []*line{&l.head, &l.tail} {
		for i := range w.len() {
			e := w.at(i)
			q.hold(e, -1)
			q.forget(e.seq)
			if e.logged {
				q.settled(e.seq)
			}
		}
		w.reset()
	}
	if l.gap.count > 0 {
		q.clearGap(l)
	}
	l.gap, l.index, l.scan, l.picked = gap{}, index{}, nil, nil
}
