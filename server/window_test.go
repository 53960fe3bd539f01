package server

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/hutchmq/hutchmq/broker"
)

// model is a window without cleverness: the tags that are held, in order, and
// when each is due.
type model struct {
	tags   []uint64
	due    map[uint64]int64
	lapsed uint64
}

func (m *model) take(tag uint64, multiple bool) (taken []uint64, ok bool) {
	if multiple && tag == 0 {
		taken, m.tags = m.tags, nil
		return taken, true
	}
	if !slices.Contains(m.tags, tag) && (tag == 0 || tag > m.lapsed) {
		return nil, false
	}
	m.tags = slices.DeleteFunc(slices.Clone(m.tags), func(t uint64) bool {
		gone := t == tag || multiple && t < tag
		if gone {
			taken = append(taken, t)
		}
		return gone
	})
	return taken, true
}

func (m *model) lapse(now int64) (taken []uint64, next int64) {
	next = math.MaxInt64
	m.tags = slices.DeleteFunc(slices.Clone(m.tags), func(t uint64) bool {
		gone := m.due[t] <= now
		if gone {
			taken = append(taken, t)
			m.lapsed = max(m.lapsed, t)
		} else {
			next = min(next, m.due[t])
		}
		return gone
	})
	return taken, next
}

// TestWindow does at random what channels do, and compares with the model.
func TestWindow(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	var w window
	m := model{due: map[uint64]int64{}}
	var back []unacked // taken, and to be restored
	q := &broker.Queue{}
	consumers := []*consumer{{timeoutMs: 300}, {timeoutMs: 3000}}
	timeoutMs := func(k *consumer, _ *broker.Queue) int64 { return k.timeoutMs }
	for i := range 20_000 {
		now := int64(i)
		switch n := r.IntN(10); {
		case n < 5:
			if tag := w.next(); r.IntN(3) > 0 {
				k := consumers[r.IntN(len(consumers))]
				w.hold(unacked{q: q, k: k, since: now})
				m.tags = append(m.tags, tag)
				m.due[tag] = now + k.timeoutMs
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
				m.tags = append(m.tags, u.tag)
			}
			slices.Sort(m.tags)
			w.restore(back)
			back = nil
		case i%50 == 1:
			var got []uint64
			next := w.lapse(now, timeoutMs, func(u *unacked) { got = append(got, u.tag) })
			if want, wantNext := m.lapse(now); !slices.Equal(got, want) || next != wantNext {
				t.Fatalf("seed %d, step %d: lapsed %v, then at %d, want %v, %d", seed, i, got, next, want, wantNext)
			}
		}
		if w.len() != len(m.tags) {
			t.Fatalf("seed %d, step %d: %d held, want %d", seed, i, w.len(), len(m.tags))
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
