package server

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/hutchmq/hutchmq/broker"
)

// TestWindowLeases does at random what channels with leases do, and compares
// with sets of tags: what is held, and what came back and is not settled yet.
func TestWindowLeases(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	var w window
	held, late := map[uint64]int64{}, map[uint64]bool{} // when the lease ends; 0 never
	q, lasting, leased := &broker.Queue{}, &consumer{}, &consumer{leaseMs: 300}
	leaseMs := func(k *consumer, _ *broker.Queue) int64 { return k.leaseMs }
	for i := range 20_000 {
		now := int64(i)
		var got []uint64
		take := func(u *unacked) { got = append(got, u.tag) }
		switch n := r.IntN(12); {
		case n < 5:
			tag, k := w.next(), lasting
			if held[tag] = 0; r.IntN(3) > 0 {
				k, held[tag] = leased, now+300
			}
			w.hold(unacked{q: q, k: k, since: now})
		case n < 6:
			for tag, end := range held {
				if end > 0 {
					held[tag] = now + int64(r.IntN(900))
					w.lendUntil(tag, held[tag])
					break
				}
			}
		case n < 11:
			tag, multiple := w.last-min(w.last, uint64(r.IntN(400))), r.IntN(30) == 0
			_, holds := held[tag]
			wantOK := holds || late[tag] || multiple && tag == 0
			var want []uint64
			for h := range held {
				if wantOK && (h == tag || multiple && (h < tag || tag == 0)) {
					want = append(want, h)
				}
			}
			ok := w.take(tag, multiple, take)
			if slices.Sort(want); ok != wantOK || !slices.Equal(got, want) {
				t.Fatalf("seed %d, step %d: take %d, %v: %v %v, want %v %v", seed, i, tag, multiple, ok, got, wantOK, want)
			}
			for l := range late {
				if ok && (l == tag || multiple && (l < tag || tag == 0)) {
					delete(late, l)
				}
			}
			for _, h := range want {
				delete(held, h)
			}
		default:
			wantNext := int64(math.MaxInt64)
			var want []uint64
			for tag, end := range held {
				switch {
				case end == 0:
				case end > now:
					wantNext = min(wantNext, end)
				default:
					want = append(want, tag)
					delete(held, tag)
					late[tag] = true
				}
			}
			next := w.expire(now, leaseMs, take)
			if slices.Sort(want); next != wantNext || !slices.Equal(got, want) {
				t.Fatalf("seed %d, step %d: expired %v, next %d, want %v, %d", seed, i, got, next, want, wantNext)
			}
		}
		if w.len() != len(held) || len(w.terms.late) != len(late) || len(w.terms.until) > len(held) {
			t.Fatalf("seed %d, step %d: %d held, %d late, %d extended; want %d, %d", seed, i, w.len(), len(w.terms.late), len(w.terms.until), len(held), len(late))
		}
	}
}

// TestLateTagsAreBounded: of too many deliveries that came back the older half
// is known by the highest tag only.
func TestLateTagsAreBounded(t *testing.T) {
	var w window
	q, k := &broker.Queue{}, &consumer{leaseMs: 1}
	for range 2*maxLate + 100 {
		w.next()
		w.hold(unacked{q: q, k: k})
		w.next() // delivered without acknowledgement
	}
	w.expire(1, func(k *consumer, _ *broker.Queue) int64 { return k.leaseMs }, func(*unacked) {})
	if n := len(w.terms.late); n > maxLate+50 {
		t.Errorf("%d are remembered", n)
	}
	if w.take(w.last, false, nil) || !w.take(w.last-1, false, nil) || w.take(w.last-1, false, nil) || !w.take(2, false, nil) {
		t.Error("of the new tags those that were on lease are known, once; of the old ones all")
	}
}
