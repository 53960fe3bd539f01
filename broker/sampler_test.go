package broker

import (
	"fmt"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/stats"
)

// quiet stops the sampler of f, for the test to tick itself.
func (f *fixture) quiet() *sampler {
	f.sampler.close()
	return &f.sampler
}

func (f *fixture) declare(s *Session, name string) *Queue {
	f.Helper()
	q, err := s.DeclareQueue(queue.Declaration{Name: name})
	f.must(err)
	return q
}

// TestIdleCostsNothing: what nothing happens to has no history, and a tick over
// it allocates nothing for it.
func TestIdleCostsNothing(t *testing.T) {
	f := newFixture(t)
	s := f.session("guest", "/")
	var list []*Queue
	for i := range 2000 {
		list = append(list, f.declare(s, fmt.Sprint("q", i)))
	}
	k, now := f.quiet(), time.Now()
	tick := func() {
		now = now.Add(time.Second)
		k.tick(now)
	}
	for range 100 {
		tick()
	}
	if n := testing.AllocsPerRun(10, tick); n > 50 {
		t.Errorf("a tick over %d idle queues allocates %v times", len(list), n)
	}
	for _, q := range list {
		if q.Past.History() != nil {
			t.Fatalf("%s has a history", q)
		}
	}
	if s.Past.History() != nil {
		t.Error("a session that only declares has a history")
	}
}

// BenchmarkTickIdle reports how long a tick over many idle queues takes.
func BenchmarkTickIdle(b *testing.B) {
	f := newFixture(b)
	s := f.session("guest", "/")
	for i := range 50_000 {
		f.declare(s, fmt.Sprint("q", i))
	}
	k, now := f.quiet(), time.Now()
	k.tick(now)
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second)
		k.tick(now)
	}
}

// TestHistoryOfAQueue: it begins with the first message, rests when nothing
// happens, and goes on with the next.
func TestHistoryOfAQueue(t *testing.T) {
	f := newFixture(t)
	s := f.session("guest", "/")
	q := f.declare(s, "q")
	k, now := f.quiet(), time.Now()
	k.archive.most = 0
	rate := func(n int, seconds int) float64 {
		for range seconds {
			for range n {
				f.publish(s, "q", "x", false)
			}
			now = now.Add(time.Second)
			k.tick(now)
		}
		return q.Past.Rate(int(queue.Published))
	}
	if r := rate(3, 1); r != 3 {
		t.Errorf("%v a second after the first second, want 3", r)
	}
	if r, ready := rate(3, 10), q.Past.Rate(Ready); r != 3 || ready != 3 {
		t.Errorf("published %v, ready %v a second, want 3", r, ready)
	}
	if r := rate(0, 2); r <= 0 || r >= 3 {
		t.Errorf("%v a second when it has just ended", r)
	}
	if r := rate(0, 60); r != 0 || !q.Past.History().Resting() {
		t.Errorf("%v a second a minute later, resting %v", r, q.Past.History().Resting())
	}
	if r := rate(7, 1); r != 7 {
		t.Errorf("%v a second after a rest, want 7", r)
	}
}

// TestCapacity: it is the share of time in which consumers could take what came.
func TestCapacity(t *testing.T) {
	f := newFixture(t)
	s := f.session("guest", "/")
	q := f.declare(s, "q")
	k := f.quiet()
	capacity := func() float64 {
		p := q.Picture()
		return Capacity(q, &p)
	}
	if c := capacity(); c != 0 {
		t.Errorf("%v without consumers, want 0", c)
	}
	c := &queuetest.Consumer{}
	f.must(q.Consume(c, queue.ConsumeOptions{}))
	if c := capacity(); c != 1 {
		t.Errorf("%v without messages, want 1", c)
	}
	f.publish(s, "q", "x", false)
	began := time.Now()
	k.tick(began)
	time.Sleep(50 * time.Millisecond) // a second, if the clock of the sampler counts
	k.tick(began.Add(time.Second))
	if c := capacity(); c >= 1 || c < 0 {
		t.Errorf("%v while a message waits", c)
	}
}

// TestArchive: as many histories as there is room for are kept for a day. Who
// is asked about goes before who is only busy.
func TestArchive(t *testing.T) {
	a := archive{most: 2}
	now := time.Unix(1000, 0)
	h, count := map[string]*stats.History{}, map[string]uint64{}
	for _, name := range []string{"a", "b", "c", "d"} {
		h[name] = stats.NewHistory(1)
	}
	pass := func(seconds int, busy ...string) {
		for range seconds {
			now = now.Add(time.Second)
			a.tidy(now)
			for _, name := range busy {
				count[name]++
			}
			for name := range h {
				h[name].Sample(now, []uint64{count[name]})
			}
			for _, name := range busy {
				if !h[name].Kept() {
					a.offer(h[name], now)
				}
			}
		}
	}
	check := func(when, want string) {
		t.Helper()
		got := ""
		for _, name := range []string{"a", "b", "c", "d"} {
			if h[name] != nil && h[name].Kept() {
				got += name
			}
		}
		if got != want || len(a.kept) != len(want) {
			t.Errorf("%s: %q is kept, want %q", when, got, want)
		}
	}
	pass(1, "a", "b")
	check("room for all", "ab")
	pass(300, "b", "c")
	check("a has been idle for five minutes", "ab")
	pass(330, "b", "c")
	check("a has been idle for eleven minutes", "bc")
	h["d"].Samples(now, stats.Grid{}, 0)
	pass(1, "c", "d")
	check("somebody asks about d", "cd")
	h["c"].Samples(now, stats.Grid{}, 0)
	pass(30, "a", "b")
	check("all that is kept was asked about", "cd")
	delete(h, "d")
	pass(10, "c")
	check("d is gone", "c")
}

// TestNodeHistory: the node and the vhosts always have one, in which amounts and
// counts of all kinds are found.
func TestNodeHistory(t *testing.T) {
	f := newFixture(t)
	s := f.session("guest", "/")
	f.declare(s, "q")
	k, now := f.quiet(), time.Now().Truncate(time.Second).Add(time.Second)
	for range 10 {
		f.publish(s, "q", "x", false)
		now = now.Add(time.Second)
		k.tick(now)
	}
	rows := f.Row()
	if len(rows) != nodeColumns || len(f.VhostRow("/")) != vhostColumns {
		t.Fatalf("%d columns of the node, %d of the vhost", len(rows), len(f.VhostRow("/")))
	}
	for column, want := range map[int]uint64{
		int(queue.Published): 10, Ready: 10, Unacked: 0, QueuesCreated: 1, ChannelsOpened: 1, ConnectionsOpened: 1,
	} {
		got := f.Past().Samples(now, rows, stats.Grid{Age: time.Second, Incr: time.Second}, column)
		if got[0].Value != want || rows[column] != want {
			t.Errorf("column %d: %d in the history, %d now, want %d", column, got[0].Value, rows[column], want)
		}
	}
	if rows[Goroutines] == 0 {
		t.Error("no goroutine runs")
	}
	s.Close()
	if got := f.Activity().Traffic[queue.Published]; got != 10 {
		t.Errorf("%d published after the session is gone", got)
	}
	f.must(f.CreateVhost("v"))
	k.tick(now.Add(time.Second))
	v, err := f.Vhost("v")
	f.must(err)
	if v.Past.History() == nil || !v.Past.History().Kept() {
		t.Error("a new vhost has no history")
	}
}
