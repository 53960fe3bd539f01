package server

import (
	"sync/atomic"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// transaction holds back what a channel in tx mode publishes and acknowledges
// until it commits.
type transaction struct {
	ch        *channel
	published []txPublish
	count     atomic.Int64 // of published, for others to read
	bytes     int          // of published
	settled   []txSettled
	wishes    message.Wishes // scratch
}

type txPublish struct {
	x         *broker.Exchange
	m         *message.Message
	mandatory bool
}

type txSettled struct {
	unacked
	how queue.Outcome
}

// What one transaction may hold back.
const (
	maxTx      = 1 << 20 // publishes, and as many acknowledgements
	maxTxBytes = maxBodySize
)

func (t *transaction) publish(p *publish) error {
	if t.bytes += p.m.Footprint(); len(t.published) >= maxTx || t.bytes > maxTxBytes {
		return amqp.TooMany.New("transaction", maxTx)
	}
	if err := t.wishes.Read(p.m.Header); err != nil {
		return err // now, and not in the middle of the commit
	}
	t.published = append(t.published, txPublish{p.x, p.m, p.mandatory})
	t.count.Add(1)
	return nil
}

// settle takes the deliveries out of the window at once, so that an unknown
// tag fails now; the queues hear of it at the commit.
func (t *transaction) settle(tag uint64, multiple bool, how queue.Outcome) error {
	o := &t.ch.c.out
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(t.settled) >= maxTx {
		return amqp.TooMany.New("transaction", maxTx)
	}
	ok := t.ch.unacked.take(tag, multiple, func(u *unacked) {
		t.settled = append(t.settled, txSettled{*u, how})
	})
	if !ok {
		return amqp.UnknownDeliveryTag.New(tag)
	}
	return nil
}

// txSelect carries out tx.select.
func (ch *channel) txSelect() error {
	if ch.confirms.on {
		return amqp.ConfirmToTx.New()
	}
	if ch.tx == nil {
		ch.c.out.mu.Lock()
		ch.tx = &transaction{ch: ch}
		ch.c.out.mu.Unlock()
	}
	ch.reply(false, &amqp.TxSelectOk{})
	return nil
}

// forget drops the publishes.
func (t *transaction) forget() {
	t.published, t.bytes = nil, 0
	t.count.Store(0)
}

// txRollback carries out tx.rollback: publishes are dropped, acknowledgements
// forgotten. The deliveries stay with the client, under their old tags.
func (ch *channel) txRollback() error {
	if ch.tx == nil {
		return amqp.NotTransactional.New()
	}
	ch.tx.forget()
	ch.tx.restore()
	ch.reply(false, &amqp.TxRollbackOk{})
	return nil
}

// txCommit carries out tx.commit. Everything is routed first, so that a
// transaction with a publish that cannot be is not done in part. Then publishes
// and acknowledgements go to the queues as one unit of the store, of which a
// crash leaves all or nothing; what is rejected or given back follows. commit-ok
// goes out once the disk has every publish that has to be on it, and with them
// the acknowledgements. It does not wait for a transaction of acknowledgements
// alone (nor does RabbitMQ): a crash may deliver those messages again.
func (ch *channel) txCommit() error {
	t := ch.tx
	if t == nil {
		return amqp.NotTransactional.New()
	}
	w := &commitWaiter{ch: ch}
	w.left.Store(1) // for this function
	unrouted, err := t.route(w)
	if err != nil {
		ch.session.Drop()
		return err
	}
	for _, m := range unrouted {
		ch.giveBack(m)
	}
	ch.c.server.broker.WaitRoom() // and not within the unit
	u := ch.session.Begin()
	ch.session.FlushIn(u)
	t.settleIn(u, queue.Ack)
	u.Commit()
	t.settleIn(nil, queue.Requeue)
	t.settleIn(nil, queue.Discard) // which may dead-letter, in a unit of its own
	t.forget()
	ch.c.out.mu.Lock()
	t.settled = nil
	ch.c.out.mu.Unlock()
	w.Confirm(make([]uint64, 1), true)
	return nil
}

// route finds where everything goes, which w is told of, and gives the
// mandatory messages that go nowhere.
func (t *transaction) route(w *commitWaiter) (unrouted []*message.Message, err error) {
	s := t.ch.session
	for _, p := range t.published {
		x, err := s.Target([]byte(p.x.Name)) // it may be gone, or the right to it
		if err != nil {
			return nil, err
		}
		n, err := t.ch.place(x, p.m, queue.Receipt{To: w})
		if err != nil {
			return nil, err
		}
		w.left.Add(int64(n))
		if n == 0 {
			s.CountUnrouted(x, p.mandatory)
		}
		if n == 0 && p.mandatory {
			unrouted = append(unrouted, p.m)
		}
	}
	return unrouted, nil
}

// settleIn tells the queues what was settled that way, as a part of u.
func (t *transaction) settleIn(u queue.Unit, how queue.Outcome) {
	ch, o := t.ch, &t.ch.c.out
	o.mu.Lock()
	for _, s := range t.settled {
		if s.how == how {
			ch.settled = append(ch.settled, settled{s.q, s.d, s.since})
			s.freeCredit()
		}
	}
	o.mu.Unlock()
	ch.settleIn(u, how)
}

// restore puts back into the window what was settled and not committed.
func (t *transaction) restore() {
	o := &t.ch.c.out
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(t.settled) == 0 {
		return
	}
	us := make([]unacked, 0, len(t.settled)+t.ch.unacked.len())
	for _, s := range t.settled {
		us = append(us, s.unacked)
	}
	t.ch.unacked.restore(us)
	t.settled = nil
	if now := t.ch.c.server.clockMs(); !t.ch.released {
		t.ch.sweepAt(now, now) // their time may be over
	}
}

// commitWaiter counts the answers of the queues to a commit.
type commitWaiter struct {
	ch     *channel
	left   atomic.Int64
	failed atomic.Bool
}

// Confirm implements queue.Confirmer.
func (w *commitWaiter) Confirm(seqs []uint64, stored bool) {
	if !stored {
		w.failed.Store(true)
	}
	if w.left.Add(-int64(len(seqs))) > 0 {
		return
	}
	if w.failed.Load() {
		w.fail()
		return
	}
	o := &w.ch.c.out
	o.mu.Lock()
	if !w.ch.released {
		o.put(w.ch.id, &amqp.TxCommitOk{})
	}
	o.mu.Unlock()
	o.signal()
}

// fail answers a commit that a queue did not take whole: the disk is at fault,
// or a queue that is full and refuses.
func (w *commitWaiter) fail() {
	c := w.ch.c
	e := amqp.TxFailed.New()
	if c.server.broker.Failed() != nil {
		e = amqp.StorageFailure.New("transaction not committed")
	}
	e.Method = amqp.TxCommitID
	c.ask(func() { w.ch.closeWith(e) })
}
