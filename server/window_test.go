package server

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/hutchmq/hutchmq/broker"
)

// model is a window without cleverness: the tags that are held, in order.
type model []uint64

func (m *model) take(tag uint64, multiple bool) (taken []uint64, ok bool) {
	if multiple && tag == 0 {
		taken, *m = *m, nil
		return taken, true
	}
	i := slices.Index(*m, tag)
	switch {
	case i < 0:
		return nil, false
	case multiple:
		taken, *m = slices.Clone((*m)[:i+1]), slices.Clone((*m)[i+1:])
	default:
		taken = []uint64{tag}
		*m = slices.Delete(slices.Clone(*m), i, i+1)
	}
	return taken, true
}

// TestWindow does at random what channels do, and compares with the model.
func TestWindow(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	var w window
	var m model
	var back []unacked // taken, and to be restored
	q := &broker.Queue{}
	for i := range 20_000 {
		switch n := r.IntN(10); {
		case n < 5:
			if tag := w.next(); r.IntN(3) > 0 {
				w.hold(unacked{q: q})
				m = append(m, tag)
			}
		case n < 9:
			tag := w.last - min(w.last, uint64(r.IntN(200)))
			multiple := r.IntN(20) == 0
			var got []uint64
			ok := w.take(tag, multiple, func(u *unacked) {
				got = append(got, u.tag)
				if r.IntN(4) == 0 {
					back = append(back, *u)
				}
			})
			want, wantOK := m.take(tag, multiple)
			if ok != wantOK || !slices.Equal(got, want) {
				t.Fatalf("seed %d, step %d: take(%d, %v) is %v %v, want %v %v", seed, i, tag, multiple, got, ok, want, wantOK)
			}
		case i%100 == 0:
			for _, u := range back {
				m = append(m, u.tag)
			}
			slices.Sort(m)
			w.restore(back)
			back = nil
		}
		if w.len() != len(m) {
			t.Fatalf("seed %d, step %d: %d held, want %d", seed, i, w.len(), len(m))
		}
	}
}

// TestWindowForgetsHoles: a delivery that nobody settles costs no room for
// those that come after it.
func TestWindowForgetsHoles(t *testing.T) {
	var w window
	q := &broker.Queue{}
	for range 100_000 {
		w.hold(unacked{q: q, tag: w.next()})
		if w.last > 1 {
			w.take(w.last, false, func(*unacked) {})
		}
	}
	if len(w.ring) > 4*fewSlots {
		t.Errorf("a ring of %d slots for one delivery", len(w.ring))
	}
}
