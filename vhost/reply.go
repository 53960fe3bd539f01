package vhost

import (
	"strings"

	"github.com/hutchmq/hutchmq/queue"
)

// ReplyQueue is the pseudo-queue of direct reply-to. A channel that consumes
// from it gets a queue of its own, whose name begins with it and is what the
// channel's requests carry as reply-to.
const ReplyQueue = "amq.rabbitmq.reply-to"

// IsReply reports whether name is the pseudo-queue, or a channel's own.
func IsReply(name string) bool {
	rest, ok := strings.CutPrefix(name, ReplyQueue)
	return ok && (rest == "" || rest[0] == '.')
}

// OpenReply makes the queue that a channel gets its replies from. It goes with
// CloseReply, and nobody declares, binds or lists it.
func (v *Vhost) OpenReply() (*Queue, error) {
	d := queue.Declaration{Vhost: v.Name, Name: ReplyQueue + "." + unique()}
	q := &Queue{Declaration: d, Kind: v.options.ReplyType.Name(), vhost: v}
	v.topology.Lock()
	defer v.topology.Unlock()
	if err := q.open(v.options.ReplyType); err != nil {
		return nil, err
	}
	v.addQueue(q)
	return q, nil
}

// CloseReply ends a queue of replies.
func (v *Vhost) CloseReply(q *Queue) error {
	v.topology.Lock()
	defer v.topology.Unlock()
	return v.deleteQueues([]*Queue{q}, Actor{})
}
