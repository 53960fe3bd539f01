package classic

import "github.com/hutchmq/hutchmq/queue"

// maxBatch is how many messages one consumer is offered at a time.
const maxBatch = 256

// pump hands ready messages to consumers that want them. It stops when nobody
// does, or the next message is on disk. What it finds expired goes to then.
func (q *Queue) pump(now int64, then *after) {
	if q.selection != nil {
		q.choose(now, then)
		return
	}
	for q.ready > 0 && !q.paused {
		m, alone := q.consumers.Next()
		if m == nil {
			return
		}
		l := q.front()
		if l == nil {
			return
		}
		n := 1
		if alone {
			n = min(l.head.len(), maxBatch)
			if q.options.MinShare > 0 {
				n = min(n, q.inTurn())
			}
		}
		q.offer(m, l, n, now, then)
	}
}

// front is the lane whose turn it is, with its first message in memory; nil
// when there is none, or it has to be read first.
func (q *Queue) front() *lane {
	for i := len(q.lanes) - 1; i >= 0; i-- {
		l := &q.lanes[i]
		if !l.waiting() {
			continue
		}
		if q.options.MinShare > 0 {
			l = q.fairly(l)
		}
		if l.head.len() == 0 || l.hollow() {
			return nil
		}
		return l
	}
	return nil
}

// offer gives m up to n messages of l, as far as they have not expired and m
// takes them.
func (q *Queue) offer(m *queue.Member, l *lane, n int, now int64, then *after) {
	w := q.scratch()
	w.batch = w.batch[:0]
	for i := range n {
		e := l.head.at(i)
		if e.gone {
			continue
		}
		if e.expiry > 0 && e.expiry < now || e.m == nil {
			break
		}
		w.batch = append(w.batch, q.delivery(e))
	}
	taken := 0
	if len(w.batch) > 0 {
		taken = m.Deliver(w.batch)
	}
	for range taken {
		e := l.pop()
		q.take(&e, m.NoAck)
	}
	switch {
	case len(w.batch) == 0:
		q.remove(&l.head, 0, queue.Expired, then)
	case taken < len(w.batch):
		q.consumers.Block(m)
	}
	if taken > 0 {
		q.consumers.Served(m)
		if q.options.MinShare > 0 {
			q.served(taken)
		}
		q.traffic[delivered(m.NoAck)] += uint64(taken)
		then.sending.Add(m)
	}
	clear(w.batch)
	q.forgetSettled(nil)
}

func delivered(noAck bool) queue.Event {
	if noAck {
		return queue.DeliveredNoAck
	}
	return queue.Delivered
}

func got(noAck bool) queue.Event {
	if noAck {
		return queue.GotNoAck
	}
	return queue.Got
}

// take moves e from ready to unacked, or out of the queue.
func (q *Queue) take(e *entry, noAck bool) {
	q.count(e, -1)
	q.hold(e, -1)
	q.delivered = max(q.delivered, e.seq)
	if e.redelivered {
		q.traffic[queue.Redelivered]++
	}
	q.taken += int64(e.size)
	if !noAck {
		q.lend(e)
		return
	}
	q.forget(e.seq)
	if e.logged {
		q.settled(e.seq)
	}
}

// lend counts e as unacked.
func (q *Queue) lend(e *entry) {
	q.unacked++
	q.unackedBytes += int64(e.size)
	if e.persistent {
		q.unackedPersistent++
		q.unackedPersistentBytes += int64(e.size)
	}
}

// forgetSettled tells the log what take and others collected in acks, as a
// part of u.
func (q *Queue) forgetSettled(u queue.Unit) {
	w := q.work
	if w == nil || len(w.acks) == 0 {
		return
	}
	if s := inStore(u); s != nil {
		q.log.SettleIn(s, w.acks)
	} else {
		q.log.Settle(w.acks)
	}
	w.acks = w.acks[:0]
}

func (q *Queue) delivery(e *entry) queue.Delivery {
	return queue.Delivery{
		Message: e.m, ID: e.seq, Expiry: e.expiry, Count: e.count, Size: e.size, Redelivered: e.redelivered,
		Counted: q.counts(), Stored: e.logged && e.seq <= q.stored, Lane: e.lane, Logged: e.logged, Persistent: e.persistent,
	}
}

// first takes the message whose turn it is; ok is false when there is none, or
// it has to be read first.
func (q *Queue) first(noAck bool, then *after) (d queue.Delivery, ok bool) {
	if q.selection != nil {
		return q.chosen(noAck, q.kind.clock(), then)
	}
	l := q.front()
	if l == nil {
		return d, false
	}
	e := l.pop()
	d = q.delivery(&e)
	q.take(&e, noAck)
	if q.options.MinShare > 0 {
		q.served(1)
	}
	return d, true
}

// Get implements queue.Queue.
func (q *Queue) Get(noAck bool) (queue.Delivery, int, bool) {
	var then after
	q.mu.Lock()
	q.used()
	for !q.shut && !q.paused {
		q.expire(q.kind.clock(), &then)
		d, ok := q.first(noAck, &then)
		if !ok {
			if q.ready == 0 || !q.loadNow() {
				break
			}
			continue
		}
		q.forgetSettled(nil)
		left := q.ready
		if q.selection != nil { // what is next now may be for somebody else
			q.alarm(q.kind.clock(), q.kind.clock()+1)
		}
		q.readAhead()
		q.traffic[got(noAck)]++
		q.changed(q.kind.clock())
		q.rest()
		q.mu.Unlock()
		q.finish(&then)
		return d, left, true
	}
	q.traffic[queue.GotNothing]++
	q.changed(q.kind.clock())
	q.mu.Unlock()
	q.finish(&then)
	return queue.Delivery{}, 0, false
}
