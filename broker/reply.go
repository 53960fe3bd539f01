package broker

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/vhost"
)

// IsReplyQueue reports whether name is the pseudo-queue of direct reply-to.
func IsReplyQueue(name string) bool { return name == vhost.ReplyQueue }

// IsReply reports whether name is the pseudo-queue, or a channel's own.
func IsReply(name string) bool { return vhost.IsReply(name) }

// ConsumeReplies has c get the replies to what the session asks from now on.
func (s *Session) ConsumeReplies(c queue.Consumer, o queue.ConsumeOptions) (*vhost.Queue, error) {
	if !o.NoAck {
		return nil, amqp.ReplyConsumerAck.New()
	}
	if s.replies != nil {
		return nil, amqp.ReplyConsumerSet.New()
	}
	q, err := s.v.OpenReply()
	if err != nil {
		return nil, err
	}
	s.replies = q
	if err := q.Consume(c, o); err != nil {
		return q, err
	}
	s.consumes(q, o)
	return q, nil
}

// EndReplies undoes ConsumeReplies, if q is what it gave.
func (s *Session) EndReplies(q *vhost.Queue) {
	if s.replies == nil || s.replies != q {
		return
	}
	if err := s.v.CloseReply(s.replies); err != nil {
		s.c.b.log.Error("cannot end direct replies", "error", err)
	}
	s.replies = nil
}

// ReplyTo is where replies to the session's requests go, instead of the
// pseudo-queue that the client named.
func (s *Session) ReplyTo() (string, error) {
	if s.replies == nil {
		return "", amqp.NoReplyConsumer.New()
	}
	return s.replies.Name, nil
}
