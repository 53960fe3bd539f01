package tracing

import (
	"encoding/binary"
	"encoding/hex"
	"hash/fnv"
	"math/rand/v2"
)

// TraceID and SpanID are as in W3C Trace Context.
type (
	TraceID [16]byte
	SpanID  [8]byte
)

// Context is where in a trace a message belongs: what its publisher wrote into
// the headers traceparent and tracestate.
type Context struct {
	Trace  TraceID
	Parent SpanID
	State  string
}

// Of what a traceparent is made: version, trace, parent and flags, with a dash
// between.
const (
	parentBytes = 2 + 1 + 32 + 1 + 16 + 1 + 2
	sampledFlag = 1
	maxState    = 512
)

// Parse reads the headers of a message; false when the first is not valid, or
// says that its trace is not sampled. A later version of the format may go on
// behind what is known of it.
func Parse(traceparent, tracestate string) (c Context, ok bool) {
	p := traceparent
	if len(p) < parentBytes || p[:2] == "ff" || p[2] != '-' || p[35] != '-' || p[52] != '-' {
		return c, false
	}
	if len(p) > parentBytes && (p[:2] == "00" || p[parentBytes] != '-') {
		return c, false
	}
	var version, flags [1]byte
	for _, part := range []struct {
		into []byte
		text string
	}{{version[:], p[:2]}, {c.Trace[:], p[3:35]}, {c.Parent[:], p[36:52]}, {flags[:], p[53:55]}} {
		if !isLowerHex(part.text) {
			return Context{}, false
		}
		hex.Decode(part.into, []byte(part.text))
	}
	if c.Trace == (TraceID{}) || c.Parent == (SpanID{}) || flags[0]&sampledFlag == 0 {
		return Context{}, false
	}
	if len(tracestate) <= maxState {
		c.State = tracestate
	}
	return c, true
}

func isLowerHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// NewSpanID is random.
func NewSpanID() (id SpanID) {
	binary.BigEndian.PutUint64(id[:], rand.Uint64()|1) // never all zero
	return id
}

// SpanIDFor is the same for the same things, so that who has them can name a
// span that somebody else sent.
func (c *Context) SpanIDFor(name string, number uint64) (id SpanID) {
	h := fnv.New64a()
	h.Write(c.Trace[:])
	h.Write(c.Parent[:])
	h.Write([]byte(name))
	h.Write(binary.BigEndian.AppendUint64(nil, number))
	h.Sum(id[:0])
	return id
}
