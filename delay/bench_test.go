package delay

import (
	"io"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// sink counts what is fired.
type sink struct{ n atomic.Int64 }

func (s *sink) Fire(_ queue.Unit, list []Due) int {
	s.n.Add(int64(len(list)))
	return 0
}

// BenchmarkHoldAndFire holds messages that are due in any order, and lets all
// of them go.
func BenchmarkHoldAndFire(b *testing.B) {
	st, err := store.Open(b.TempDir(), store.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	var ahead atomic.Int64
	var ids uint64
	d := New(st, func(bool) (uint64, error) { ids++; return ids, nil })
	d.clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	defer d.Close()
	s := &sink{}
	h, err := d.Open("/", s)
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close(false)
	body := make([]byte, 100)
	m := *numbered(1, true)
	m.Body = body
	r := rand.New(rand.NewPCG(1, 2))
	hour := time.Now().Add(time.Hour).UnixMilli()
	b.ResetTimer()
	began := time.Now()
	for n := 0; n < b.N; {
		var burst []Held
		for range min(100, b.N-n) {
			one := new(message.Message)
			*one = m
			burst = append(burst, Held{Message: one, Due: hour + r.Int64N(3_600_000)})
			n++
		}
		h.Hold(nil, burst)
		st.WaitRoom()
		h.WaitRoom()
	}
	held := time.Now()
	ahead.Store(int64(3 * time.Hour))
	for s.n.Load() < int64(b.N) {
		time.Sleep(time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/held.Sub(began).Seconds(), "held/s")
	b.ReportMetric(float64(b.N)/time.Since(held).Seconds(), "fired/s")
}
