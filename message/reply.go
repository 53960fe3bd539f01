package message

import "github.com/hutchmq/hutchmq/amqp"

// WithReplyTo is header with another reply-to. The header must have passed
// ParseContentHeader.
func WithReplyTo(header []byte, to string) []byte {
	var h amqp.ContentHeader
	p, err := amqp.ParseProperties(header)
	if err != nil || amqp.ParseContentHeader(header, &h) != nil { // not of a header that was checked
		return header
	}
	p.ReplyTo = to
	return amqp.AppendContentHeader(nil, h.Class, h.BodySize, &p)
}
