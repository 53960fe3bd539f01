package vhost

import (
	"log/slog"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// deadLetters holds the dead-lettering under way, so that a vhost that closes
// can wait for it to end and let no more begin. None begins before the vhost
// is restored: where a letter goes may not be there yet.
type deadLetters struct {
	underWay sync.RWMutex
	mu       sync.Mutex
	restored chan struct{} // nil when nothing is being restored
}

func (d *deadLetters) begin() bool {
	d.mu.Lock()
	restored := d.restored
	d.mu.Unlock()
	if restored != nil {
		<-restored
	}
	return d.underWay.TryRLock()
}

func (d *deadLetters) end() { d.underWay.RUnlock() }

func (d *deadLetters) stop() {
	d.underWay.Lock()
	d.release()
}

func (d *deadLetters) hold() {
	d.mu.Lock()
	if d.restored == nil {
		d.restored = make(chan struct{})
	}
	d.mu.Unlock()
}

func (d *deadLetters) release() {
	d.mu.Lock()
	if d.restored != nil {
		close(d.restored)
		d.restored = nil
	}
	d.mu.Unlock()
}

// Restored tells that all that was kept of v is back. Until then its queues do
// not dead-letter.
func (v *Vhost) Restored() { v.letters.release() }

// maxDeaths bounds how many queues a message may die in, since each adds to
// its header.
const maxDeaths = 256

// host is what a queue sees of its vhost.
type host struct{ q *Queue }

// Gone implements queue.Host.
func (h host) Gone() {
	if err := h.q.vhost.deleteUnused(h.q); err != nil {
		slog.With("category", "queue").Warn("cannot delete an unused queue", "queue", h.q.Name, "vhost", h.q.Vhost, "error", err)
	}
}

// DeadLetter implements queue.Host: m goes to the exchange with its history
// brought up to date, under its own keys or under key. It goes nowhere when
// the exchange does not exist or m has died too often, nor into a queue that
// has dead-lettered it before with nobody rejecting it in between (RabbitMQ:
// "automatic" cycles).
func (h host) DeadLetter(u queue.Unit, m *message.Message, exchangeName string, key *string, why queue.Reason) bool {
	v := h.q.vhost
	if !v.letters.begin() {
		return false
	}
	defer v.letters.end()
	x, err := v.Exchange(exchangeName)
	if err != nil || deaths(m) >= maxDeaths {
		return true
	}
	dead, err := message.DeadLetter(m, message.Death{
		Queue: h.q.Name, Reason: string(why), Time: time.Now(),
	}, exchangeName, key)
	var copies []string
	if err == nil {
		copies, err = message.CopyKeys(nil, dead.Header)
	}
	if err != nil {
		slog.With("category", "queue").Error("cannot dead-letter a message", "queue", h.q.Name, "vhost", v.Name, "error", err)
		return true
	}
	checked := repeats{v: v}
	w := walk{repeats: &checked}
	w.run(x, dead, copies)
	x.in.Add(1)
	if checked.err != nil { // its key is no good, but this is no way to lose it
		checked.undo()
		w.repeats = nil
		w.run(x, dead, copies)
	}
	checked.settle(nil, w.queues, dead, queue.Receipt{})
	refused := false
	for _, q := range w.queues {
		if message.Cycle(dead.Header, q.Name) {
			continue
		}
		x.out.Add(1)
		v.passages.between(x, q).count.Add(1)
		burst := []queue.Publication{{Message: dead}}
		q.publishIn(u, burst)
		refused = refused || burst[0].Message == nil
	}
	switch {
	case refused:
		checked.drop()
	case checked.any():
		checked.put(inStore(u))
	}
	return true
}

// deaths is how many entries the x-death header of m has.
func deaths(m *message.Message) (n int) {
	list, ok := amqp.Lookup(amqp.HeadersTable(m.Header), "x-death")
	if !ok || list.Type != 'A' {
		return 0
	}
	amqp.EachItem(list.Bytes, func(amqp.RawValue) bool {
		n++
		return true
	})
	return n
}
