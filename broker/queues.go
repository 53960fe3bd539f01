package broker

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/vhost"
)

// ErrCannotPause is what PauseQueue returns, wrapped, for a queue whose kind
// cannot be paused.
var ErrCannotPause = vhost.ErrCannotPause

// ProtectQueue says whether a queue stays when a client would delete it. It
// refuses an unknown vhost or queue.
func (b Acting) ProtectQueue(vhostName, name string, on bool) error {
	action := "queue.unprotected"
	if on {
		action = "queue.protected"
	}
	return b.markQueue(vhostName, name, on, action, (*vhost.Vhost).Protect)
}

// PauseQueue stops the deliveries of a queue, or lets them go on; messages are
// still taken. It refuses an unknown vhost or queue.
func (b Acting) PauseQueue(vhostName, name string, on bool) error {
	action := "queue.resumed"
	if on {
		action = "queue.paused"
	}
	return b.markQueue(vhostName, name, on, action, (*vhost.Vhost).Pause)
}

func (b Acting) markQueue(vhostName, name string, on bool, action string, mark func(*vhost.Vhost, *Queue, bool) error) error {
	v, err := b.Vhost(vhostName)
	if err != nil {
		return err
	}
	q, err := v.Queue(name, 0)
	if err != nil {
		return err
	}
	if err := mark(v, q, on); err != nil {
		return err
	}
	b.emit(action, func() amqp.Table { return amqp.Table{"name": name, "vhost": vhostName} })
	return nil
}
