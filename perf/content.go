package perf

import "encoding/binary"

// content puts together as much of a message's body as its stamp needs, out of
// the frames behind a delivery or a return.
type content struct {
	open  bool   // a header is awaited, or bodies are
	left  uint64 // bytes of body still to come
	stamp [stampSize]byte
	got   int // bytes of stamp
}

// begin awaits the content of a new message.
func (c *content) begin() { *c = content{open: true} }

// header takes the payload of a header frame. It is done when no body follows.
func (c *content) header(payload []byte) (done bool) {
	if !c.open || len(payload) < 12 {
		return false
	}
	c.left = binary.BigEndian.Uint64(payload[4:])
	c.open = c.left > 0
	return !c.open
}

// body takes the payload of a body frame. It is done with the last.
func (c *content) body(payload []byte) (done bool) {
	if !c.open {
		return false
	}
	c.got += copy(c.stamp[c.got:], payload)
	c.left -= min(c.left, uint64(len(payload)))
	c.open = c.left > 0
	return !c.open
}
