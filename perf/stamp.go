package perf

import (
	"encoding/binary"
	"time"
)

// A body that is long enough begins with a stamp; one of 8 bytes or more, with
// the first half of it.
//
//	0        2        4          8                 16
//	+--------+--------+----------+------------------+
//	|  lane  |  run   | sequence | published at, ns |  …
//	|  u16   |  u16   |   u32    |       u64        |
//	+--------+--------+----------+------------------+
//
// A lane is what one channel publishes under one routing key, and is numbered
// for itself. The run tells our messages from those another left behind. The
// time is on the clock of this process.
const (
	numberedSize = 8  // bytes of body that tell order and loss
	stampSize    = 16 // and latency
)

type stamp struct {
	lane, run uint16
	seq       uint32 // from 0, modulo 2^32
	at        int64  // 0 when the body is too short for it
}

// put writes as much of s as body has room for.
func (s stamp) put(body []byte) {
	if len(body) < numberedSize {
		return
	}
	be := binary.BigEndian
	be.PutUint16(body, s.lane)
	be.PutUint16(body[2:], s.run)
	be.PutUint32(body[4:], s.seq)
	if len(body) >= stampSize {
		be.PutUint64(body[8:], uint64(s.at))
	}
}

// parseStamp reads the stamp of a body, of which the first 16 bytes are enough.
func parseStamp(body []byte) (s stamp, ok bool) {
	if len(body) < numberedSize {
		return s, false
	}
	be := binary.BigEndian
	s = stamp{lane: be.Uint16(body), run: be.Uint16(body[2:]), seq: be.Uint32(body[4:])}
	if len(body) >= stampSize {
		s.at = int64(be.Uint64(body[8:]))
	}
	return s, true
}

var epoch = time.Now()

// now is the time in nanoseconds, of a clock that is never set back. It is not
// 0.
func now() int64 { return int64(time.Since(epoch)) + 1 }
