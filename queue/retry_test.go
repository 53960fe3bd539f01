package queue

import (
	"slices"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
)

// TestRetryWaits: how long messages wait that failed once, twice and so on.
func TestRetryWaits(t *testing.T) {
	for _, c := range []struct {
		args amqp.Table
		want []int64
	}{
		{amqp.Table{}, []int64{1000, 2000, 3000}},
		{amqp.Table{"x-delayed-retry-min": int64(0)}, []int64{0, 0, 0}},
		{amqp.Table{"x-delayed-retry-min": int64(100), "x-delayed-retry-max": int64(250)}, []int64{100, 200, 250, 250}},
		{amqp.Table{"x-delayed-retry-backoff": "exponential"}, []int64{1000, 2000, 4000, 8000}},
		{amqp.Table{"x-delayed-retry-backoff": "exponential", "x-delayed-retry-max": int64(3000)}, []int64{1000, 2000, 3000, 3000}},
		{amqp.Table{"x-delayed-retry-min": int64(500), "x-delayed-retry-max": int64(200)}, []int64{200, 200}},
		{amqp.Table{"x-delayed-retry-min": int64(1 << 62)}, []int64{maxTTL, maxTTL, maxTTL}},
		{amqp.Table{"x-delayed-retry-min": int64(1 << 62), "x-delayed-retry-backoff": "exponential"}, []int64{maxTTL, maxTTL}},
	} {
		o, err := parse(Quorum, c.args)
		var got []int64
		for i := range c.want {
			got = append(got, o.Retry.WaitMs(uint32(i+1), 7))
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, %v, want %v", c.args, got, err, c.want)
		}
	}
	if n := (&Retry{MinMs: 1, hasMin: true, Exponential: true}).WaitMs(1<<31, 0); n != maxTTL {
		t.Errorf("after two thousand million failures it waits %d ms", n)
	}
}

// TestRetryJitter: waits are spread over all of what is allowed, and each
// message has its own, always the same.
func TestRetryJitter(t *testing.T) {
	r := Retry{MinMs: 1000, hasMin: true, Jitter: 20}
	low, high, sum := int64(1<<62), int64(0), int64(0)
	const n = 10_000
	for salt := range uint64(n) {
		ms := r.WaitMs(1, salt)
		if ms != r.WaitMs(1, salt) {
			t.Fatalf("message %d waits differently each time", salt)
		}
		low, high, sum = min(low, ms), max(high, ms), sum+ms
	}
	if low < 800 || low > 805 || high > 1200 || high < 1195 || sum/n < 990 || sum/n > 1010 {
		t.Errorf("from %d to %d, %d on average", low, high, sum/n)
	}
}

// TestRetryTypes: which of those that come back wait, and how the type is
// printed.
func TestRetryTypes(t *testing.T) {
	for name, want := range map[string][2]bool{
		"disabled": {}, "all": {true, true}, "failed": {true, false}, "returned": {false, true},
	} {
		o, err := parse(Classic, amqp.Table{"x-delayed-retry-type": name})
		r := o.Retry
		if got := [2]bool{r.Holds(Requeue), r.Holds(Return)}; err != nil || got != want || r.Type() != name || r.On() != (name != "disabled") || r.Holds(Ack) || r.Holds(Discard) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}
