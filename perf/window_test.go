package perf

import (
	"errors"
	"math/rand/v2"
	"testing"
)

func TestWindowRefuses(t *testing.T) {
	for _, tt := range []struct {
		name     string
		before   []uint64 // acks one by one
		tag      uint64
		multiple bool
		n        uint64
		err      error
	}{
		{"one", nil, 1, false, 1, nil},
		{"all up to", nil, 3, true, 3, nil},
		{"all there are", nil, 0, true, 4, nil},
		{"those that are left", []uint64{2}, 3, true, 2, nil},
		{"none that are left", []uint64{1, 2}, 2, true, 0, nil},
		{"not published", nil, 5, false, 0, errConfirmUnknown},
		{"not published, with others", nil, 9, true, 0, errConfirmUnknown},
		{"tag 0", nil, 0, false, 0, errConfirmUnknown},
		{"twice", []uint64{1}, 1, false, 0, errConfirmTwice},
		{"twice, out of order", []uint64{3}, 3, false, 0, errConfirmTwice},
	} {
		w := newWindow(5, new(histogram))
		for range 4 {
			w.add(0, 1)
		}
		for _, tag := range tt.before {
			if _, err := w.settle(tag, false, 2, nil); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := w.settle(tt.tag, tt.multiple, 2, nil); n != tt.n || !errors.Is(err, tt.err) {
			t.Errorf("%s: %d, %v; want %d, %v", tt.name, n, err, tt.n, tt.err)
		}
	}
}

// TestWindow plays publishes and confirms against a naive set of tags.
func TestWindow(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		size := 1 + random.IntN(40)
		w, confirmed := newWindow(size, new(histogram)), 0
		open := map[uint64]uint16{}
		oldest, last := uint64(1), uint64(0)
		for range 300 {
			if w.room() > 0 && random.IntN(2) == 0 {
				last++
				open[last] = uint16(random.Uint32())
				w.add(open[last], int64(last))
				continue
			}
			if len(open) == 0 {
				continue
			}
			tag, multiple := oldest+uint64(random.IntN(int(last-oldest)+1)), random.IntN(2) == 0
			if _, ok := open[tag]; !ok && !multiple {
				continue
			}
			lanes := map[uint16]int{}
			for o, lane := range open {
				if o == tag || multiple && o < tag {
					lanes[lane]++
					delete(open, o)
					confirmed++
				}
			}
			if _, err := w.settle(tag, multiple, int64(last)+1, func(lane uint16) { lanes[lane]-- }); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			for lane, n := range lanes {
				if n != 0 {
					t.Fatalf("seed %d: lane %d is off by %d", seed, lane, n)
				}
			}
			for oldest <= last {
				if _, ok := open[oldest]; ok {
					break
				}
				oldest++
			}
			if w.open() != last+1-oldest {
				t.Fatalf("seed %d: %d open, want %d", seed, w.open(), last+1-oldest)
			}
		}
		d := new(distribution)
		if d.add(w.latency); d.total != uint64(confirmed) {
			t.Fatalf("seed %d: %d latencies of %d confirms", seed, d.total, confirmed)
		}
	}
}
