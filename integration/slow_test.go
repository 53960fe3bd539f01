package integration

import (
	"testing"
	"time"
)

// TestSlowConsumer: a consumer that does not read its socket costs the broker
// little memory however much is published, and nobody else any time.
func TestSlowConsumer(t *testing.T) {
	t.Parallel()
	const count, size, maxRSS = 800_000, 1 << 10, 500 << 20
	b := Start(t, hutchmq)
	slow, fast := dialLean(t, b), dialLean(t, b)
	slow.call(methodID{50, 10}, short(0), shortstr("bench"), []byte{0}, long(0))
	slow.call(methodID{60, 20}, short(0), shortstr("bench"), shortstr("c"), []byte{2}, long(0)) // no-ack

	peak := watchRSS(b)
	flooded := make(chan struct{})
	go func() {
		fast.publish(count, size, false)
		close(flooded)
	}()
	rounds, slowest := 0, time.Duration(0)
	for flooding := true; flooding; rounds++ {
		select {
		case <-flooded:
			flooding = false
		case <-time.After(50 * time.Millisecond):
		}
		start := time.Now()
		serves(t, b)
		slowest = max(slowest, time.Since(start))
	}
	rss := peak()
	t.Logf("RSS up to %d MiB; %d rounds of others, the slowest %v", rss>>20, rounds, slowest.Round(time.Millisecond))
	if rss == 0 || rss > maxRSS {
		t.Errorf("the broker took %d MiB", rss>>20)
	}
	if slowest > 5*time.Second {
		t.Errorf("others waited %v", slowest)
	}
	slow.drain(count, false) // everything comes in the end
}
