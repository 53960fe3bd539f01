package journal

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestCountsAgainstOracle counts at random, and compares what a run says, what
// its state keeps, and what records of it give back.
func TestCountsAgainstOracle(t *testing.T) {
	for range 200 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		run, o := randomRun(r)
		recorded, kept := again(t, run), again(t, run)
		want := map[uint64]uint32{}
		for range 4 {
			for seq := run.First; seq <= run.Last; seq++ {
				if r.IntN(3) > 0 {
					continue
				}
				n := uint32(r.IntN(3))
				if run.SetCount(seq, n) != o.live[seq] {
					t.Fatalf("seed %d: %d is there: %v", seed, seq, o.live[seq])
				}
				if o.live[seq] {
					run.Recount(seq)
					want[seq] = n
				}
			}
			recorded.SetCounts(reparse(t, run.TakeCounts(nil)))
		}
		back := again(t, run)
		kept.SetCount(kept.Floor, 77) // and forgotten
		kept.Keep([]*Run{back})
		moved := &Run{First: run.First, Floor: run.First, Last: run.Last}
		for seq := range o.live {
			moved.MoveCount(run, seq)
			for name, x := range map[string]*Run{"run": run, "records": recorded, "state": back, "keep": kept, "move": moved} {
				if got := x.CountOf(seq); got != want[seq] {
					t.Fatalf("seed %d: %s: count of %d is %d, want %d", seed, name, seq, got, want[seq])
				}
			}
		}
		if left := run.TakeCounts(nil); len(left) > 0 {
			t.Fatalf("seed %d: recorded, but left: %v", seed, left)
		}
	}
}

// again makes a run from the state of r.
func again(t *testing.T, r *Run) *Run {
	t.Helper()
	back := &Run{}
	d := Decoder{Rest: r.AppendState(nil)}
	if !back.ParseState(&d) || !d.End() {
		t.Fatal("the state does not parse")
	}
	return back
}

// reparse encodes and decodes spans.
func reparse(t *testing.T, spans []CountSpan) []CountSpan {
	t.Helper()
	d := Decoder{Rest: AppendCounts(nil, spans)}
	got := d.CountSpans()
	if !d.End() || !slices.Equal(got, spans) {
		t.Fatalf("%v came back as %v", spans, got)
	}
	return got
}

// TestCountSpans: neighbours of one count are a span, whatever is settled
// between them.
func TestCountSpans(t *testing.T) {
	s := &Segment{Number: 1, Size: 1 << 20}
	run := NewRun(1, s, Placed{Seq: 10})
	for seq := uint64(11); seq < 100; seq++ {
		run.Add(Placed{Seq: seq})
	}
	for seq := uint64(10); seq < 100; seq++ {
		run.SetCount(seq, uint32(seq/40)) // 0, 1 and 2
		if seq%7 > 0 {
			run.Recount(seq)
		}
	}
	run.Settle(50)
	run.SettleRange(75, 85)
	want := []CountSpan{{10, 39, 0}, {40, 74, 1}, {86, 99, 2}}
	if got := run.TakeCounts(nil); !slices.Equal(got, want) {
		t.Fatalf("spans to record %v, want %v", got, want)
	}
	if got := run.Counts(); !slices.Equal(got, want[1:]) {
		t.Fatalf("spans %v, want %v", got, want[1:])
	}
}

func FuzzCounts(f *testing.F) {
	f.Add(AppendCounts(nil, []CountSpan{{5, 9, 1}, {10, 10, 2}, {1 << 40, 1 << 41, 1 << 31}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		d := Decoder{Rest: b}
		spans := d.CountSpans()
		if d.Bad {
			return
		}
		next := uint64(0)
		for _, s := range spans {
			if s.From < next || s.To < s.From {
				t.Fatalf("%v", spans)
			}
			next = s.To + 1
		}
		reparse(t, spans)
	})
}
