package perf

import (
	"encoding/binary"
	"errors"

	"github.com/hutchmq/hutchmq/amqp"
)

// inlet is one channel of a consumer, consuming from one queue.
type inlet struct {
	content
	book        *book
	number      uint16
	last        []uint32 // by lane, the number after the highest that came
	tag         uint64
	redelivered bool
	unacked     int
}

func isDeliver(payload []byte) bool {
	return len(payload) >= 4 && amqp.MethodID(binary.BigEndian.Uint32(payload)) == amqp.BasicDeliverID
}

var errDelivery = errors.New("a malformed basic.deliver")

// deliver takes the payload of a basic.deliver. It reads no more of it than is
// needed, and copies nothing.
func (x *inlet) deliver(payload []byte) error {
	if len(payload) < 5 || len(payload) < 5+int(payload[4])+9 {
		return errDelivery
	}
	p := payload[5+int(payload[4]):] // behind the consumer tag
	x.tag, x.redelivered = binary.BigEndian.Uint64(p), p[8]&1 != 0
	x.begin()
	return nil
}

// entry is what the ledger has to know of a message that is whole.
func (x *inlet) entry(s stamp) entry {
	behind := int32(s.seq+1-x.last[s.lane]) <= 0
	if !behind && !x.redelivered {
		x.last[s.lane] = s.seq + 1
	}
	return entry{x.book, s.seq, s.lane, x.redelivered, behind}
}
