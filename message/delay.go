package message

import (
	"math"

	"github.com/hutchmq/hutchmq/amqp"
)

// Due is when a message with these wishes, which came at nowMs, is to be
// routed. Both are Unix milliseconds.
func (w *Wishes) Due(nowMs int64) int64 {
	if w.DeliverAt > 0 {
		return w.DeliverAt
	}
	return nowMs + w.DelayMs
}

// Undelayed is header with x-delay negated, as a message has it that was held:
// it is not held again wherever it is published next. A header that asks for no
// delay comes back as it is.
func Undelayed(header []byte) []byte {
	v, ok := amqp.Lookup(amqp.HeadersTable(header), delayHeader)
	if !ok {
		return header
	}
	n, err := number(delayHeader, v)
	if err != nil || n <= 0 {
		return header
	}
	dst := make([]byte, 0, len(header)+len(delayHeader)+9)
	if n <= math.MaxInt32 {
		return amqp.SetHeader32(dst, header, delayHeader, int32(-n))
	}
	return amqp.SetHeader(dst, header, delayHeader, -n)
}
