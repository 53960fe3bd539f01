package amqp

import "encoding/binary"

// The writers append whole frames to dst and return it; none of them keeps
// anything. Strings longer than a shortstr are cut.

// AppendFrameHeader appends the start of a frame with a payload of size bytes.
// The payload and FrameEnd are left to the caller, who may send a large body
// from where it lies.
func AppendFrameHeader(dst []byte, typ uint8, channel uint16, size uint32) []byte {
	return append(dst, typ, byte(channel>>8), byte(channel),
		byte(size>>24), byte(size>>16), byte(size>>8), byte(size))
}

// endFrame ends the frame that starts at dst[at], whose size is not known yet.
func endFrame(dst []byte, at int) []byte {
	binary.BigEndian.PutUint32(dst[at+3:], uint32(len(dst)-at-frameHeaderSize))
	return append(dst, FrameEnd)
}

// AppendMethod appends the frame of m. The methods sent once a message have
// their own functions below, which allocate nothing.
func AppendMethod(dst []byte, channel uint16, m Method) []byte {
	at := len(dst)
	return endFrame(m.Append(AppendFrameHeader(dst, FrameMethod, channel, 0)), at)
}

// AppendDeliver appends a basic.deliver; its content has to follow.
func AppendDeliver(dst []byte, channel uint16, consumerTag string, deliveryTag uint64, redelivered bool,
	exchange, routingKey string) []byte {
	at := len(dst)
	m := BasicDeliver{consumerTag, deliveryTag, redelivered, exchange, routingKey}
	return endFrame(m.Append(AppendFrameHeader(dst, FrameMethod, channel, 0)), at)
}

// AppendGetOk appends a basic.get-ok; its content has to follow. messageCount
// is what is left in the queue.
func AppendGetOk(dst []byte, channel uint16, deliveryTag uint64, redelivered bool,
	exchange, routingKey string, messageCount uint32) []byte {
	at := len(dst)
	m := BasicGetOk{deliveryTag, redelivered, exchange, routingKey, messageCount}
	return endFrame(m.Append(AppendFrameHeader(dst, FrameMethod, channel, 0)), at)
}

// AppendReturn appends a basic.return; its content has to follow.
func AppendReturn(dst []byte, channel uint16, code ReplyCode, text, exchange, routingKey string) []byte {
	at := len(dst)
	m := BasicReturn{code, text, exchange, routingKey}
	return endFrame(m.Append(AppendFrameHeader(dst, FrameMethod, channel, 0)), at)
}

// AppendAck appends a basic.ack.
func AppendAck(dst []byte, channel uint16, deliveryTag uint64, multiple bool) []byte {
	at := len(dst)
	m := BasicAck{deliveryTag, multiple}
	return endFrame(m.Append(AppendFrameHeader(dst, FrameMethod, channel, 0)), at)
}

// AppendNack appends a basic.nack without requeue, as a broker sends it to a
// publisher.
func AppendNack(dst []byte, channel uint16, deliveryTag uint64, multiple bool) []byte {
	at := len(dst)
	m := BasicNack{DeliveryTag: deliveryTag, Multiple: multiple}
	return endFrame(m.Append(AppendFrameHeader(dst, FrameMethod, channel, 0)), at)
}

// AppendHeartbeat appends a heartbeat.
func AppendHeartbeat(dst []byte) []byte {
	return append(AppendFrameHeader(dst, FrameHeartbeat, 0, 0), FrameEnd)
}

// AppendContent appends a content header frame and the body, in as many frames
// as frameMax, the size of a whole frame in bytes, asks for; 0 is no limit.
// header is a content header's payload.
func AppendContent(dst []byte, channel uint16, header, body []byte, frameMax uint32) []byte {
	dst = appendFrame(dst, FrameHeader, channel, header)
	if frameMax > FrameOverhead {
		for most := int(frameMax - FrameOverhead); len(body) > most; body = body[most:] {
			dst = appendFrame(dst, FrameBody, channel, body[:most])
		}
	}
	if len(body) > 0 {
		dst = appendFrame(dst, FrameBody, channel, body)
	}
	return dst
}

func appendFrame(dst []byte, typ uint8, channel uint16, payload []byte) []byte {
	dst = AppendFrameHeader(dst, typ, channel, uint32(len(payload)))
	return append(append(dst, payload...), FrameEnd)
}
