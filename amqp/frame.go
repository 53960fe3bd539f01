package amqp

// A frame (spec 4.2.3):
//
//	0      1         3             7                  size+7
//	+------+---------+-------------+  +------------+  +-------+
//	| type | channel |    size     |  |  payload   |  | 0xCE  |
//	| u8   | u16     |    u32      |  | size bytes |  |       |
//	+------+---------+-------------+  +------------+  +-------+
//
// and the payloads:
//
//	method   | class u16 | method u16 | arguments … |
//	header   | class u16 | weight u16 | body size u64 | flags u16 | properties … |
//	body     | a piece of the body |
//	beat     empty
//
// A message on a channel is one method frame (publish, deliver, return, get-ok),
// one header frame, and as many body frames as its body needs: none when empty.
// Between them only frames of other channels may stand.

// The types of frames.
const (
	FrameMethod    = 1
	FrameHeader    = 2
	FrameBody      = 3
	FrameHeartbeat = 8
)

// FrameEnd is the octet every frame ends with.
const FrameEnd = 0xCE

// Sizes of frames, in bytes.
const (
	FrameOverhead   = 8 // of a frame around its payload
	FrameMinSize    = 4096
	DefaultFrameMax = 131072

	frameHeaderSize = 7
)

// Frame is one frame. Its payload belongs to the Reader it came from, until the
// following Next.
type Frame struct {
	Type    uint8
	Channel uint16
	Payload []byte
}

func badFrame(typ uint8, payload []byte, reason string) error {
	which := "all"
	if len(payload) > 16 {
		which, payload = "first 16", payload[:16]
	}
	return BadFrame.New(typ, which, binaryTerm(string(payload)), reason)
}
