package vhost

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// CheckExchange is what DeclareExchange would answer, without doing it: whether
// one is there, and what is wrong with d.
func (v *Vhost) CheckExchange(d ExchangeDeclaration) (there bool, err error) {
	if x, _ := v.Exchange(d.Name); x != nil {
		return true, x.equivalent(&d)
	}
	if reserved(d.Name) {
		return false, amqp.ReservedName.New("exchange", d.Name)
	}
	if _, err = v.router(d.Kind, d.Arguments); err == nil {
		_, err = cacheOptionsOf(&d)
	}
	return false, err
}

// CheckQueue is what DeclareQueue would answer, without doing it: whether one is
// there, and what is wrong with d.
func (v *Vhost) CheckQueue(d queue.Declaration) (there bool, err error) {
	d.Vhost = v.Name
	if q, _ := v.Queue(d.Name, 0); q != nil {
		return true, q.equivalent(&d, 0)
	}
	return false, v.CheckNewQueue(d)
}

// CheckNewQueue is CheckQueue as if no queue of that name were there.
func (v *Vhost) CheckNewQueue(d queue.Declaration) error {
	d.Vhost = v.Name
	if reserved(d.Name) {
		return amqp.ReservedName.New("queue", d.Name)
	}
	_, err := v.queueType(&d)
	return err
}
