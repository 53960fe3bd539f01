package perf

import (
	"os"
	"time"
)

// gauge measures what the processes of brokers use, and this one.
type gauge struct {
	brokers   []process
	began     time.Time
	before    usage
	after     usage
	own       [2]usage
	peakBytes int64
	ended     time.Time
}

// newGauge begins to measure. It is an error if a process is not there.
func newGauge(brokers []process) (*gauge, error) {
	g := &gauge{brokers: brokers}
	u, err := g.brokersUse()
	if err != nil {
		return nil, err
	}
	g.before, g.after, g.began, g.peakBytes = u, u, time.Now(), u.rssBytes
	g.own[0], _ = process{pid: os.Getpid()}.usage()
	g.own[1], g.ended = g.own[0], g.began
	return g, nil
}

// look takes another reading; the last one counts for times, and the largest
// for memory.
func (g *gauge) look() {
	g.ended = time.Now()
	if u, err := g.brokersUse(); err == nil { // else it died, and the load says so
		g.after = u
		g.peakBytes = max(g.peakBytes, u.rssBytes)
	}
	if u, err := (process{pid: os.Getpid()}).usage(); err == nil {
		g.own[1] = u
	}
}

func (g *gauge) brokersUse() (sum usage, err error) {
	for _, p := range g.brokers {
		u, err := p.usage()
		if err != nil {
			return sum, err
		}
		sum.cpu += u.cpu
		sum.rssBytes += u.rssBytes
	}
	return sum, nil
}

// seconds is the time from the beginning to the last look.
func (g *gauge) seconds() float64 { return g.ended.Sub(g.began).Seconds() }

// each is the CPU time in microseconds that brokers and this process used for
// each of n.
func (g *gauge) each(n uint64) (brokers, own float64) {
	if n == 0 {
		return 0, 0
	}
	us := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 / float64(n) }
	return us(g.after.cpu - g.before.cpu), us(g.own[1].cpu - g.own[0].cpu)
}
