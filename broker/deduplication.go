package broker

import (
	"cmp"
	"time"

	"github.com/hutchmq/hutchmq/dedup"
	"github.com/hutchmq/hutchmq/vhost"
)

// Repeats counts messages that were not enqueued because they came before, by
// what knew it.
type Repeats struct{ Exchange, Queue, Producer uint64 }

// RepeatsIn is what a vhost was spared since it is there, or the node started.
func RepeatsIn(v *vhost.Vhost) Repeats { return repeatsOf(v.Repeats()) }

// Repeats is what the node was spared since it started.
func (b *Broker) Repeats() Repeats { return repeatsOf(b.vopts.Repeats) }

func repeatsOf(r *vhost.Repeats) Repeats {
	return Repeats{r.Exchange.Load(), r.Queue.Load(), r.Producer.Load()}
}

// Remembered is how much the node remembers to tell what came before.
type Remembered struct {
	ExchangeKeys, QueueKeys, Producers int
}

// Remembered adds up what all vhosts remember.
func (b *Broker) Remembered() (r Remembered) {
	for _, v := range b.Vhosts() {
		n, _ := v.Producers().Counts()
		r.Producers += n
		for _, x := range v.Exchanges() {
			if c := x.Cache(); c != nil {
				r.ExchangeKeys += c.Size().Keys
			}
		}
		for _, q := range v.Queues() {
			if q.Deduplicates() {
				r.QueueKeys += q.Picture().Keys
			}
		}
	}
	return r
}

// boundProducers puts what the limits say of producers into effect.
func (b *Broker) boundProducers(l NodeLimits) {
	b.vopts.Dedup.SetProducers(dedup.ProducerBounds{
		Max:    cmp.Or(l.Producers, dedup.DefaultProducers.Max),
		IdleMs: cmp.Or(int64(l.ProducerIdle/time.Millisecond), dedup.DefaultProducers.IdleMs),
	})
}
