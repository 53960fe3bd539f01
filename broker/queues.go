package broker

import "github.com/hutchmq/hutchmq/vhost"

// ErrCannotPause is what PauseQueue returns, wrapped, for a queue whose kind
// cannot be paused.
var ErrCannotPause = vhost.ErrCannotPause

// ProtectQueue says whether a queue stays when a client would delete it. It
// refuses an unknown vhost or queue.
func (b *Broker) ProtectQueue(vhostName, name string, on bool) error {
	return b.markQueue(vhostName, name, on, (*vhost.Vhost).Protect)
}

// PauseQueue stops the deliveries of a queue, or lets them go on; messages are
// still taken. It refuses an unknown vhost or queue.
func (b *Broker) PauseQueue(vhostName, name string, on bool) error {
	return b.markQueue(vhostName, name, on, (*vhost.Vhost).Pause)
}

func (b *Broker) markQueue(vhostName, name string, on bool, mark func(*vhost.Vhost, *Queue, bool) error) error {
	v, err := b.Vhost(vhostName)
	if err != nil {
		return err
	}
	q, err := v.Queue(name, 0)
	if err != nil {
		return err
	}
	return mark(v, q, on)
}
