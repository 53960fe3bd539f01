package journal

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// oracle is a run as a set of numbers.
type oracle struct {
	live     map[uint64]bool
	volatile map[uint64]bool
}

func (o oracle) compare(t *testing.T, r *Run) {
	t.Helper()
	lowest := r.Last + 1
	for seq := range o.live {
		lowest = min(lowest, seq)
	}
	if r.Live != len(o.live) || r.Floor != lowest {
		t.Fatalf("live %d from %d, want %d from %d", r.Live, r.Floor, len(o.live), lowest)
	}
	for seq := r.First; seq <= r.Last; seq++ {
		if r.Has(seq) != o.live[seq] {
			t.Fatalf("%d: has %v, want %v", seq, r.Has(seq), o.live[seq])
		}
	}
}

// randomRun makes a run, and settles some of it.
func randomRun(r *rand.Rand) (*Run, oracle) {
	s := &Segment{Number: 7, Size: 1 << 30}
	o := oracle{map[uint64]bool{}, map[uint64]bool{}}
	seq, off := 1+r.Uint64N(1000), uint64(headerBytes)
	var run *Run
	for range 1 + r.IntN(400) {
		p := Placed{Seq: seq, Off: off, Size: 10 + r.Uint64N(9000), Payload: r.IntN(100), Transient: r.IntN(5) == 0}
		if run == nil {
			run = NewRun(3, s, p)
		} else if !run.Add(p) {
			break
		}
		o.live[seq], o.volatile[seq] = true, p.Transient
		seq += 1 + r.Uint64N(3)*r.Uint64N(runGap/2)
		off += p.Size + r.Uint64N(2)*r.Uint64N(20_000)
	}
	for seq := range o.live {
		if r.IntN(3) == 0 && len(o.live) > 1 { // an empty run would begin anew
			run.Settle(seq)
			delete(o.live, seq)
		}
	}
	return run, o
}

func TestRunAgainstOracle(t *testing.T) {
	for range 300 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		run, o := randomRun(r)
		o.compare(t, run)
		from := run.First + r.Uint64N(run.Last-run.First+1)
		to := from + r.Uint64N(500)
		n := 0
		for seq := range o.live {
			if seq >= from && seq <= to {
				delete(o.live, seq)
				n++
			}
		}
		if got := run.SettleRange(from, to); got != n {
			t.Fatalf("seed %d: settled %d in [%d, %d], want %d", seed, got, from, to, n)
		}
		o.compare(t, run)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func TestRunState(t *testing.T) {
	for range 200 {
		seed := rand.Uint64()
		run, o := randomRun(rand.New(rand.NewPCG(seed, 0)))
		back := &Run{}
		d := Decoder{Rest: run.AppendState(nil)}
		if !back.ParseState(&d) || !d.End() {
			t.Fatalf("seed %d: does not parse", seed)
		}
		o.compare(t, back)
		all := *run
		all.Floor, all.done, all.Live = run.First, nil, int(run.Last-run.First+1)
		all.Keep([]*Run{back})
		o.compare(t, &all)
	}
}

func TestIndexForgetsTransients(t *testing.T) {
	for range 100 {
		seed := rand.Uint64()
		run, o := randomRun(rand.New(rand.NewPCG(seed, 0)))
		live := run.Live
		x := &Index{seg: run.Seg}
		x.Add(run)
		if run.Live != live {
			t.Fatalf("seed %d: writing the index changed the run", seed)
		}
		s := &Segment{Number: 7, Size: 1 << 30}
		m, err := s.parseIndex(x.encode())
		if err != nil || len(m.runs) != 1 {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for seq := range o.live {
			if o.volatile[seq] {
				delete(o.live, seq)
			}
		}
		o.compare(t, m.runs[0])
		if got := m.runs[0]; got.Log != 3 || got.At != run.At || got.Count != run.Durable {
			t.Fatalf("seed %d: %+v, want %+v", seed, got, run)
		}
	}
}

func TestExtents(t *testing.T) {
	es := []Extent(nil)
	es = extend(es, 36, 100, 5)
	es = extend(es, 136, 100, 6)                    // next to it
	es = extend(es, 236+extentGap, 50, 7)           // near
	es = extend(es, 286+2*extentGap+1, 50, 9)       // far
	es = extend(es, 1<<20, extentBytes+1, 10)       // alone, though large
	es = extend(es, 1<<20+extentBytes+1, 10, 1<<40) // after a large one
	want := []Extent{
		{36, 286 + extentGap, 5}, {286 + 2*extentGap + 1, 336 + 2*extentGap + 1, 9},
		{1 << 20, 1<<20 + extentBytes + 1, 10}, {1<<20 + extentBytes + 1, 1<<20 + extentBytes + 11, 1 << 40},
	}
	if !slices.Equal(es, want) {
		t.Fatalf("extents %v, want %v", es, want)
	}
	got, ok := parseExtents(appendExtents(nil, es), 2<<20)
	if !ok || !slices.Equal(got, want) {
		t.Fatalf("read back %v, %v", got, ok)
	}
	if _, ok := parseExtents(appendExtents(nil, es), 1<<20); ok {
		t.Fatal("an extent past the end was accepted")
	}
}
