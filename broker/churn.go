package broker

import (
	"github.com/hutchmq/hutchmq/stats"
	"github.com/hutchmq/hutchmq/vhost"
)

// churn counts what comes and goes.
type churn struct {
	ConnectionsOpened, ConnectionsClosed         stats.Counter
	ChannelsOpened, ChannelsClosed               stats.Counter
	QueuesDeclared, QueuesCreated, QueuesDeleted stats.Counter
}

// Churn is how much came and went since the node started.
type Churn struct {
	ConnectionsOpened, ConnectionsClosed         uint64
	ChannelsOpened, ChannelsClosed               uint64
	QueuesDeclared, QueuesCreated, QueuesDeleted uint64 // declared: again included
}

// Churn counts.
func (b *Broker) Churn() Churn {
	c := &b.churn
	return Churn{
		c.ConnectionsOpened.Load(), c.ConnectionsClosed.Load(), c.ChannelsOpened.Load(), c.ChannelsClosed.Load(),
		c.QueuesDeclared.Load(), c.QueuesCreated.Load(), c.QueuesDeleted.Load(),
	}
}

// noteChange counts a change of topology, and tells of it.
func (b *Broker) noteChange(n vhost.Notice) {
	switch {
	case n.Queue == nil:
	case n.Forget:
		b.churn.QueuesDeleted.Add(1)
	default:
		b.churn.QueuesCreated.Add(1)
	}
	b.emitChange(n)
}
