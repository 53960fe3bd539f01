package stats

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var began = time.Unix(1_000_000, 0)

func at(second float64) time.Time { return began.Add(time.Duration(second * float64(time.Second))) }

func TestRate(t *testing.T) {
	type step struct {
		at    float64
		count uint64
		want  float64
	}
	tests := map[string][]step{
		"one sample tells nothing": {{0, 7, 0}},
		"steady":                   {{0, 0, 0}, {1, 100, 100}, {2, 200, 100}, {3, 300, 100}},
		"slower than the samples":  {{0, 0, 0}, {1, 0, 0}, {2, 1, 0.5}, {3, 1, 1. / 3}, {4, 2, 0.5}, {5, 2, 0.4}, {6, 3, 0.6}},
		"over five seconds and no more": {
			{0, 0, 0}, {1, 50, 50}, {2, 50, 25}, {3, 50, 50. / 3}, {4, 50, 12.5}, {5, 50, 10}, {6, 50, 0},
		},
		"an amount may shrink": {{0, 30, 0}, {1, 10, -20}, {2, 0, -15}},
		"late samples":         {{0, 0, 0}, {1.5, 30, 20}, {2, 40, 20}},
	}
	for name, steps := range tests {
		h := NewHistory(2)
		for _, s := range steps {
			h.Sample(at(s.at), []uint64{s.count, 1})
			if got := h.Rate(0, 1); math.Abs(got-s.want) > 0.001 {
				t.Errorf("%s: at %v s, %v a second, want %v", name, s.at, got, s.want)
			}
		}
	}
}

func TestRateAfterRest(t *testing.T) {
	h := NewHistory(1)
	for i := range 20 {
		h.Sample(at(float64(i)), []uint64{40})
	}
	h.Rest()
	if !h.Resting() || h.Rate(0) != 0 {
		t.Errorf("resting %v at a rate of %v", h.Resting(), h.Rate(0))
	}
	h.Sample(at(500), []uint64{50})
	if got := h.Rate(0); got != 10 || h.Resting() {
		t.Errorf("%v a second after a rest, want 10; resting %v", got, h.Resting())
	}
}

// model is a history that forgets nothing.
type model struct {
	times []int64
	rows  [][]uint64
}

// at is the sum of columns of the last row that is not after ms.
func (m *model) at(ms int64, columns []int) (n uint64) {
	row := m.rows[0]
	for i, at := range m.times {
		if at <= ms {
			row = m.rows[i]
		}
	}
	for _, c := range columns {
		n += row[c]
	}
	return n
}

// TestSamplesAgainstModel: what grows is told with an error of no more than two
// periods of the ring it comes from, and of none in the last minute.
func TestSamplesAgainstModel(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	grids := []struct {
		Grid
		period time.Duration // of the coarsest ring that is asked
	}{
		{Grid{time.Minute, time.Second}, 0},
		{Grid{time.Minute, 5 * time.Second}, 0},
		{Grid{10 * time.Minute, 5 * time.Second}, 5 * time.Second},
		{Grid{time.Hour, time.Minute}, time.Minute},
		{Grid{24 * time.Hour, 30 * time.Minute}, 10 * time.Minute},
	}
	for range 3 {
		h, m := NewHistory(3), &model{}
		h.Keep(true)
		row, now := []uint64{0, 0, 0}, 0.
		for range 200 + r.IntN(30_000) {
			now += 0.9 + r.Float64()/5
			for c := range row {
				row[c] += r.Uint64N(100)
			}
			h.Sample(at(now), row)
			m.times, m.rows = append(m.times, at(now).UnixMilli()), append(m.rows, append([]uint64(nil), row...))
		}
		columns := []int{r.IntN(3), r.IntN(3)}
		for _, g := range grids {
			for i, s := range h.Samples(at(now), g.Grid, columns...) {
				last := at(now).UnixMilli() / g.Incr.Milliseconds() * g.Incr.Milliseconds()
				if want := last - int64(i)*g.Incr.Milliseconds(); s.AtMs != want {
					t.Fatalf("%v: sample %d is at %d, want %d", g.Grid, i, s.AtMs, want)
				}
				low, high := m.at(s.AtMs-2*g.period.Milliseconds(), columns), m.at(s.AtMs, columns)
				if s.AtMs < m.times[0] {
					low, high = m.at(0, columns), m.at(m.times[0]+2*g.period.Milliseconds(), columns)
				}
				if s.Value < low || s.Value > high {
					t.Fatalf("%v: sample %d is %d, want %d to %d", g.Grid, i, s.Value, low, high)
				}
			}
		}
	}
}

func TestSamplesBeforeAnythingIsKnown(t *testing.T) {
	var k Track
	got := k.Samples(at(100), []uint64{5, 6}, Grid{10 * time.Second, 5 * time.Second}, 1)
	for i, s := range got {
		if s.Value != 6 {
			t.Errorf("sample %d is %d, want what is known now", i, s.Value)
		}
	}
	if len(got) != 3 || k.Rate(0) != 0 {
		t.Errorf("%d samples, and a rate of %v", len(got), k.Rate(0))
	}
}

func TestHistoryIsBounded(t *testing.T) {
	h := NewHistory(1)
	h.Keep(true)
	for i := range 200_000 {
		h.Sample(at(float64(i)), []uint64{uint64(i)})
	}
	rows := 0
	for i := range h.rings {
		rows += cap(h.rings[i].times)
		if r := &h.rings[i]; r.n > r.most {
			t.Errorf("%d rows, at most %d", r.n, r.most)
		}
	}
	if rows > 700 {
		t.Errorf("room for %d rows", rows)
	}
	h.Keep(false)
	if len(h.rings) != 1 {
		t.Errorf("%d rings after Keep(false)", len(h.rings))
	}
}

func TestSamplingAllocatesNothing(t *testing.T) {
	h, row, i := NewHistory(4), []uint64{1, 2, 3, 4}, 0
	h.Keep(true)
	sample := func() {
		i++
		row[0]++
		h.Sample(at(float64(i)), row)
		h.Rate(0, 1)
	}
	for range 100_000 {
		sample()
	}
	if n := testing.AllocsPerRun(100, sample); n != 0 {
		t.Errorf("a sample allocates %v times", n)
	}
}
