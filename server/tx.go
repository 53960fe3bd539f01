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
	bytes     int // of published
	settled   []txSettled
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
	if _, err := message.CopyKeys(nil, p.m.Header); err != nil {
		return err // now, and not in the middle of the commit
	}
	t.published = append(t.published, txPublish{p.x, p.m, p.mandatory})
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
		ch.tx = &transaction{ch: ch}
	}
	ch.reply(false, &amqp.TxSelectOk{})
	return nil
}

// txRollback carries out tx.rollback: publishes are dropped, acknowledgements
// forgotten. The deliveries stay with the client, under their old tags.
func (ch *channel) txRollback() error {
	if ch.tx == nil {
		return amqp.NotTransactional.New()
	}
	ch.tx.published, ch.tx.bytes = nil, 0
	ch.tx.restore()
	ch.reply(false, &amqp.TxRollbackOk{})
	return nil
}

// txCommit carries out tx.commit. commit-ok goes out once the disk has what
// has to be on it.
func (ch *channel) txCommit() error {
	t := ch.tx
	if t == nil {
		return amqp.NotTransactional.New()
	}
	w := &commitWaiter{ch: ch}
	w.left.Store(1) // for this function
	for _, p := range t.published {
		n, err := ch.session.Publish(p.x, p.m, queue.Receipt{To: w})
		if err != nil {
			return err
		}
		w.left.Add(int64(n))
		if n == 0 && p.mandatory {
			ch.giveBack(p.m)
		}
	}
	ch.session.Flush()
	t.settleAll()
	t.published, t.bytes = nil, 0
	w.Confirm(make([]uint64, 1), true)
	return nil
}

// settleAll tells the queues what was held back.
func (t *transaction) settleAll() {
	ch, o := t.ch, &t.ch.c.out
	for _, how := range []queue.Outcome{queue.Ack, queue.Requeue, queue.Discard} {
		o.mu.Lock()
		for _, s := range t.settled {
			if s.how != how {
				continue
			}
			ch.settled = append(ch.settled, settled{s.q, s.d})
			if s.k != nil {
				s.k.unacked--
				ch.inFlight--
			}
		}
		o.mu.Unlock()
		ch.settleAs(how)
	}
	t.settled = nil
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
		e := amqp.StorageFailure.New("transaction not committed")
		e.Method = amqp.TxCommitID
		w.ch.c.out.close(e)
		return
	}
	w.ch.reply(false, &amqp.TxCommitOk{})
}
