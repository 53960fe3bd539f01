package classic

import (
	"math/rand"
	"slices"
	"testing"

	"github.com/hutchmq/hutchmq/message"
)

func entries(seqs ...uint64) (es []entry) {
	for _, s := range seqs {
		e := newEntry(&message.Message{Body: make([]byte, s)}, 0)
		e.seq = s
		es = append(es, e)
	}
	return es
}

func laneOf(seqs ...uint64) *lane {
	l := &lane{}
	for _, e := range entries(seqs...) {
		l.head.pushBack(e)
	}
	return l
}

func seqsOf(r *line) (seqs []uint64) {
	for i := range r.len() {
		seqs = append(seqs, r.at(i).seq)
	}
	return seqs
}

func TestRestore(t *testing.T) {
	type s = []uint64
	for _, c := range []struct{ head, back, want s }{
		{nil, s{4}, s{4}},
		{s{5, 6}, s{1, 2}, s{1, 2, 5, 6}},
		{s{1, 2}, s{5, 6}, s{1, 2, 5, 6}},
		{s{1, 5}, s{2, 3}, s{1, 2, 3, 5}},
		{s{2, 4, 6}, s{1, 3, 5, 7}, s{1, 2, 3, 4, 5, 6, 7}},
		{s{3}, s{1, 5}, s{1, 3, 5}},
	} {
		l := laneOf(c.head...)
		l.restore(entries(c.back...))
		if got := seqsOf(&l.head); !slices.Equal(got, c.want) {
			t.Errorf("%v and %v: %v", c.head, c.back, got)
		}
	}
}

// TestRestoreAtRandom takes from the front and gives back some, over and over.
func TestRestoreAtRandom(t *testing.T) {
	const seed = 2
	r := rand.New(rand.NewSource(seed))
	all := make([]uint64, 300)
	for i := range all {
		all[i] = uint64(i + 1)
	}
	l := laneOf(all...)
	var out []uint64
	for step := range 5000 {
		for range min(r.Intn(20), l.head.len()) {
			out = append(out, l.head.popFront().seq)
		}
		r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
		n := 0
		if len(out) > 0 {
			n = r.Intn(len(out) + 1)
		}
		back := slices.Sorted(slices.Values(out[:n]))
		out = out[n:]
		if len(back) > 0 {
			l.restore(entries(back...))
		}
		got := seqsOf(&l.head)
		if !slices.IsSorted(got) || len(got)+len(out) != len(all) {
			t.Fatalf("seed %d, step %d: %v", seed, step, got)
		}
	}
}

func TestSinkAndSurface(t *testing.T) {
	l := &lane{}
	for _, e := range entries(3, 5, 9) {
		l.tail.pushBack(e)
	}
	if e := l.sink(); e.seq != 3 || !l.deep() || l.ready() != 3 {
		t.Fatalf("sank %d; ready %d", e.seq, l.ready())
	}
	l.sink()
	want := gap{first: 3, last: 5, count: 2, bytes: 8}
	if l.gap != want {
		t.Errorf("gap %+v, want %+v", l.gap, want)
	}
	l.surface()
	if l.head.len() != 0 {
		t.Error("the tail surfaced across the gap")
	}
	l.gap = gap{}
	l.surface()
	if got := seqsOf(&l.head); !slices.Equal(got, []uint64{9}) || l.deep() {
		t.Errorf("head %v, deep %v", got, l.deep())
	}
}
