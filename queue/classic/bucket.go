package classic

import (
	"math"
	"strconv"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// bucket holds a rate: what is consumed takes tokens out, and time puts them
// in. It is shallow, so that what goes is spread over the window: in no window
// goes more than the rate and the depth together, wherever it begins.
type bucket struct {
	queue.Rate
	depth  float64
	tokens float64 // below 0: more was taken than there was
	at     int64   // when it had so many, Unix milliseconds
}

const (
	// depthShare of a rate may go at once,
	depthShare = 50
	// or one message and what comes in slackMs, so that a timer may be late.
	slackMs = 10
)

// newBucket is empty at a time that may be long ago.
func newBucket(r queue.Rate, emptyAt int64) bucket {
	n := float64(r.N)
	depth := max(n/depthShare, 1+n*slackMs/float64(r.WindowMs))
	return bucket{Rate: r, depth: min(depth, n), at: emptyAt}
}

func (b *bucket) fill(now int64) {
	if now > b.at {
		b.tokens = min(b.depth, b.tokens+float64(now-b.at)*float64(b.N)/float64(b.WindowMs))
		b.at = now
	}
}

// price is what a message of that cost takes: all of a window at most.
func (b *bucket) price(cost int64) float64 { return float64(min(cost, b.N)) }

// wait is how long it takes until a message of that cost can go, in
// milliseconds. One that is worth more than the bucket holds goes when it is
// full, and leaves a debt.
func (b *bucket) wait(cost, now int64) int64 {
	b.fill(now)
	missing := min(b.price(cost), b.depth) - b.tokens
	if missing < 1e-6 {
		return 0
	}
	return max(1, int64(math.Ceil(missing*float64(b.WindowMs)/float64(b.N))))
}

// full reports whether nothing would be lost by forgetting the bucket.
func (b *bucket) full(now int64) bool {
	b.fill(now)
	return b.tokens >= b.depth
}

// maxCost is what a message may cost; it keeps sums exact.
const maxCost = 1 << 47

// costOf is what m costs by a header, 1 if it does not say.
func costOf(m *message.Message, header string) int64 {
	if header == "" {
		return 1
	}
	v, ok := amqp.Lookup(amqp.HeadersTable(m.Header), header)
	if !ok {
		return 1
	}
	if v.Type == 'S' {
		if n, err := strconv.ParseInt(string(v.Bytes), 10, 64); err == nil {
			return min(max(n, 0), maxCost)
		}
		return 1
	}
	x, err := v.Value()
	n, ok := amqp.Int(x)
	if err != nil || !ok {
		return 1
	}
	return min(max(n, 0), maxCost)
}
