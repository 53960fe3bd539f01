package server

import "github.com/hutchmq/hutchmq/amqp"

// qos carries out basic.qos: per consumer for those that come later, or for
// the channel as a whole. py-amqp, which Celery stands on, reads the server's
// product: unless that is RabbitMQ it goes by the letter of the specification,
// where a prefetch that is not global is the channel's (basic.qos.global).
func (ch *channel) qos(m *amqp.BasicQos) error {
	if m.PrefetchSize != 0 {
		return amqp.PrefetchSize.New(m.PrefetchSize)
	}
	ch.reply(false, &amqp.BasicQosOk{})
	byTheLetter := ch.c.client.product == "py-amqp" && ch.c.server.options.Load().Product != "RabbitMQ"
	if !m.Global && !byTheLetter {
		ch.c.out.mu.Lock()
		ch.prefetch = m.PrefetchCount
		ch.c.out.mu.Unlock()
		return nil
	}
	ch.c.out.mu.Lock()
	ch.limit = int(m.PrefetchCount)
	ch.c.out.mu.Unlock()
	ch.resume()
	return nil
}

// credit reports whether k may have another delivery. outbox.mu is held.
func (k *consumer) credit() bool {
	ch := k.ch
	return !k.held && !k.gone && !ch.released && !ch.c.out.stopped && !ch.c.out.full() &&
		(k.noAck || (k.limit == 0 || k.unacked < k.limit) && (ch.limit == 0 || k.shared() < ch.limit) &&
			ch.unacked.len() < ch.c.server.options.Load().UnackedPerChannel && ch.unacked.bytes < mostBytes)
}

// shared is how much of the channel's prefetch is used, as far as k is
// concerned: consumers of quorum queues have it each for themselves, as in
// RabbitMQ 4.3.
func (k *consumer) shared() int {
	if k.apart {
		return k.unacked
	}
	return k.ch.inFlight
}

// spend counts a delivery to k against the prefetch. outbox.mu is held.
func (k *consumer) spend() {
	k.unacked++
	if !k.apart {
		k.ch.inFlight++
	}
}

// freeCredit no longer counts u against the prefetch. outbox.mu is held.
func (u *unacked) freeCredit() {
	if u.k == nil {
		return
	}
	u.k.unacked--
	if !u.k.apart {
		u.k.ch.inFlight--
	}
}

// wait notes whom to resume, and when: once the peer has read, or has
// acknowledged. outbox.mu is held.
func (k *consumer) wait() {
	if k.waiting || k.gone {
		return
	}
	k.waiting = true
	switch {
	case k.held: // consume sees to it
	case k.ch.c.out.full():
		k.ch.c.out.stalled = append(k.ch.c.out.stalled, k)
	default:
		k.ch.blocked = append(k.ch.blocked, k)
	}
}

// resume tells the queue that k may be offered messages again; the writer
// calls it once the peer has read.
func (k *consumer) resume() {
	k.ch.c.out.mu.Lock()
	k.waiting = false
	gone := k.ch.released
	k.ch.c.out.mu.Unlock()
	if !gone {
		k.q.Resume(k)
	}
}

// resume gives the consumers of ch that wait for credit another chance, those
// that have some now.
func (ch *channel) resume() {
	o := &ch.c.out
	o.mu.Lock()
	if len(ch.blocked) == 0 {
		o.mu.Unlock()
		return
	}
	var due []*consumer
	rest := ch.blocked[:0]
	for _, k := range ch.blocked {
		if k.credit() {
			k.waiting = false
			due = append(due, k)
		} else {
			rest = append(rest, k)
		}
	}
	clear(ch.blocked[len(rest):])
	ch.blocked = rest
	o.mu.Unlock()
	for _, k := range due {
		k.q.Resume(k)
	}
}
