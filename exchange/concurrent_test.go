package exchange

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// TestRouteWhileBinding has readers that must always see what is bound from
// beginning to end, whatever comes and goes around it.
func TestRouteWhileBinding(t *testing.T) {
	for _, s := range spreads {
		t.Run(s.ty.Name(), func(t *testing.T) {
			const n = 300
			r, m := s.fill(t, 8)
			var stable Set
			r.Route(m, m.RoutingKey, &stable)
			var done atomic.Bool
			var readers sync.WaitGroup
			for range 2 {
				readers.Go(func() {
					var set Set
					for !done.Load() {
						set.Reset()
						r.Route(m, m.RoutingKey, &set)
						if missing := without(&set, stable.List()); missing != "" {
							t.Errorf("%s is not reached", missing)
							return
						}
					}
				})
			}
			others := dests(n)
			for range 20 {
				for i, d := range others {
					r.Bind(s.binding(d, i))
				}
				for i, d := range others {
					if !r.Unbind(s.binding(d, i)) {
						t.Errorf("binding %d was not there", i)
					}
				}
			}
			done.Store(true)
			readers.Wait()
		})
	}
}

// TestChooseWhileBinding: while destinations come and go around a few that
// stay, each message has one, and no reader sees what was never bound.
func TestChooseWhileBinding(t *testing.T) {
	for _, s := range choosers {
		t.Run(s.ty.Name(), func(t *testing.T) {
			r, m := s.fill(t, 8)
			var done atomic.Bool
			var readers sync.WaitGroup
			for range 2 {
				readers.Go(func() {
					var set Set
					for !done.Load() {
						set.Reset()
						r.Route(m, m.RoutingKey, &set)
						if set.Len() != 1 || set.List()[0] == nil {
							t.Errorf("routed to %v", set.List())
							return
						}
					}
				})
			}
			others := dests(108)[8:] // names tell choices apart
			for range 20 {
				for i, d := range others {
					r.Bind(s.binding(d, i))
				}
				for i, d := range others {
					if !r.Unbind(s.binding(d, i)) {
						t.Errorf("binding %d was not there", i)
					}
				}
			}
			done.Store(true)
			readers.Wait()
		})
	}
}

func without(s *Set, want []Destination) string {
	for _, d := range want {
		if !s.to.has(d) {
			return fmt.Sprintf("%s of %d", d.DestinationName(), len(want))
		}
	}
	return ""
}

func TestRouteAllocatesNothing(t *testing.T) {
	for _, s := range allSpreads {
		r, m := s.fill(t, 1000)
		var set Set
		if n := testing.AllocsPerRun(100, func() {
			set.Reset()
			r.Route(m, m.RoutingKey, &set)
		}); n != 0 {
			t.Errorf("%s: %v allocations a message", s.ty.Name(), n)
		}
		if set.Len() == 0 {
			t.Errorf("%s: reaches nothing", s.ty.Name())
		}
	}
}

func TestRouteThroughHashesAllocatesNothing(t *testing.T) {
	r := newRouter(t, Topic)
	all := dests(200)
	for i, d := range all {
		r.Bind(Binding{d, fmt.Sprintf("#.a.#.%d.#", i%20), nil})
	}
	var set Set
	if n := testing.AllocsPerRun(100, func() {
		set.Reset()
		r.Route(nil, "a.b.1.a.2.c.3.a.4", &set)
	}); n != 0 || set.Len() != 40 {
		t.Errorf("%v allocations a message, %d destinations of 40", n, set.Len())
	}
}

// TestBindStaysCheap counts what a change of a large exchange allocates, where
// time would depend on the machine.
func TestBindStaysCheap(t *testing.T) {
	const n = 20_000
	for _, s := range spreads {
		bindsCheaply(t, &s, n)
	}
	for _, s := range choosers { // which copy: bytes rise, allocations do not
		bindsCheaply(t, &s, n/10)
	}
}

func bindsCheaply(t *testing.T, s *spread, n int) {
	t.Helper()
	r, _ := s.fill(t, n)
	more := s.binding(&dest{"more"}, n)
	if n := testing.AllocsPerRun(100, func() {
		r.Bind(more)
		r.Unbind(more)
	}); n > 50 {
		t.Errorf("%s: %v allocations to bind and unbind one more", s.ty.Name(), n)
	}
}
