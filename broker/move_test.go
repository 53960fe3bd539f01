package broker

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/queue"
)

// moverFixture is a fixture with queues to move between.
type moverFixture struct {
	*fixture
	s *Session
}

func newMoverFixture(t *testing.T) moverFixture {
	f := newFixture(t)
	return moverFixture{f, f.session("guest", "/")}
}

func (f moverFixture) queue(name string, args amqp.Table) *Queue {
	f.Helper()
	q, err := f.s.DeclareQueue(queue.Declaration{Name: name, Durable: true, Arguments: args})
	f.must(err)
	return q
}

// fill publishes bodies "0", "1", … to a queue, persistent in turns.
func (f moverFixture) fill(q string, n int) {
	f.Helper()
	for i := range n {
		f.publish(f.s, q, fmt.Sprint(i), i%2 == 0)
	}
}

// die gives up everything in a queue.
func (f moverFixture) die(q *Queue) {
	var ds []queue.Delivery
	for {
		d, _, ok := q.Get(false)
		if !ok {
			break
		}
		ds = append(ds, d)
	}
	q.Settle(nil, ds, queue.Discard)
}

func (f moverFixture) bodies(q *Queue) (list []string) {
	f.Helper()
	v, err := q.Queue.(queue.Browser).Browse(queue.Browse{Limit: 1000, MaxLooks: 1000, MaxBytes: 1 << 20})
	f.must(err)
	for _, s := range v.List {
		list = append(list, string(s.Message.Body))
	}
	return list
}

func (f moverFixture) wants(q *Queue, bodies ...string) {
	f.Helper()
	if got := f.bodies(q); !slices.Equal(got, bodies) {
		f.Errorf("%s: %v, want %v", q, got, bodies)
	}
	if s := q.Stat(); s.Unacked > 0 {
		f.Errorf("%s: %d are still held", q, s.Unacked)
	}
}

// begin starts a move from a queue.
func (f moverFixture) begin(o MoveOptions) *Move {
	f.Helper()
	o.Vhost = "/"
	m, err := f.StartMove(f.auth.User("guest"), o)
	f.must(err)
	return m
}

// ended waits for the end of a move.
func (f moverFixture) ended(m *Move) MoveStatus {
	f.Helper()
	for late := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		s := m.Status()
		if s.State.ended() {
			return s
		}
		if time.Now().After(late) {
			f.Fatalf("the move goes on: %+v", s)
		}
	}
}

// does carries out a move.
func (f moverFixture) does(o MoveOptions) MoveStatus {
	f.Helper()
	s := f.ended(f.begin(o))
	if s.State != Done || s.Problem != "" || s.Ended.IsZero() {
		f.Errorf("%+v", s)
	}
	return s
}

func (f moverFixture) counted(s MoveStatus, moved, missing int, targets, kept map[string]int) {
	f.Helper()
	if s.Moved != moved || s.Missing != missing || !maps.Equal(s.Targets, targets) || !maps.Equal(s.Kept, kept) {
		f.Errorf("%+v", s)
	}
}

func TestMoveToQueue(t *testing.T) {
	f := newMoverFixture(t)
	from, to := f.queue("from", nil), f.queue("to", nil)
	f.fill("from", 10)
	s := f.does(MoveOptions{Verb: MoveAway, Queue: "from", To: Target{Queue: "to"}, Limit: 4})
	f.counted(s, 4, 0, map[string]int{"to": 4}, nil)
	f.wants(to, "0", "1", "2", "3")
	f.wants(from, "4", "5", "6", "7", "8", "9")
	f.counted(f.does(MoveOptions{Verb: Copy, Queue: "from", To: Target{Queue: "to"}, Filter: MessageFilter{Text: "7"}}), 1, 0, map[string]int{"to": 1}, nil)
	f.wants(to, "0", "1", "2", "3", "7")
	f.counted(f.does(MoveOptions{Verb: Delete, Queue: "from", Filter: MessageFilter{Text: "8"}}), 1, 0, nil, nil)
	f.wants(from, "4", "5", "6", "7", "9")
	dry := f.does(MoveOptions{Verb: MoveAway, Queue: "from", To: Target{Queue: "to"}, DryRun: true})
	f.counted(dry, 5, 0, map[string]int{"to": 5}, nil)
	f.wants(from, "4", "5", "6", "7", "9")
	if c := f.MoveCounts(); c != (MoveCounts{Begun: 4, Moved: 4, Copied: 1, Deleted: 1}) {
		t.Errorf("%+v", c)
	}
	f.restart()
}

func TestMoveIDs(t *testing.T) {
	f := newMoverFixture(t)
	from, to := f.queue("from", nil), f.queue("to", nil)
	f.fill("from", 5)
	v, err := from.Queue.(queue.Browser).Browse(queue.Browse{Limit: 9, MaxLooks: 9, MaxBytes: 1 << 20})
	f.must(err)
	ids := []uint64{v.List[3].ID, 0, v.List[1].ID, 1 << 60, 99}
	f.counted(f.does(MoveOptions{Verb: MoveAway, Queue: "from", IDs: ids, To: Target{Queue: "to"}}), 2, 3, map[string]int{"to": 2}, nil)
	f.wants(from, "0", "2", "4")
	f.wants(to, "3", "1")
}

// TestMoveToSelf ends: what comes to the queue meanwhile is not meant.
func TestMoveToSelf(t *testing.T) {
	f := newMoverFixture(t)
	q := f.queue("q", nil)
	f.fill("q", 500)
	f.counted(f.does(MoveOptions{Verb: Copy, Queue: "q", To: Target{Queue: "q"}}), 500, 0, map[string]int{"q": 500}, nil)
	f.counted(f.does(MoveOptions{Verb: MoveAway, Queue: "q", To: Target{Queue: "q"}}), 1000, 0, map[string]int{"q": 1000}, nil)
	if n := q.Stat().Ready; n != 1000 {
		t.Errorf("%d messages", n)
	}
}

// TestMoveRefused: what the target does not take stays in its place.
func TestMoveRefused(t *testing.T) {
	f := newMoverFixture(t)
	from := f.queue("from", nil)
	full := f.queue("full", amqp.Table{"x-max-length": int32(2), "x-overflow": "reject-publish"})
	f.fill("from", 5)
	s := f.does(MoveOptions{Verb: MoveAway, Queue: "from", To: Target{Queue: "full"}})
	f.counted(s, 2, 0, map[string]int{"full": 2}, map[string]int{refused: 3})
	f.wants(from, "2", "3", "4")
	f.wants(full, "0", "1")
	f.must(f.s.BindQueue(Link{Source: "amq.direct", Destination: "full", Key: "here"}))
	nowhere := "nowhere"
	for _, verb := range []Verb{MoveAway, Copy} {
		s = f.does(MoveOptions{Verb: verb, Queue: "from", To: Target{Exchange: "amq.direct", Key: &nowhere}})
		f.counted(s, 0, 0, nil, map[string]int{unroutable: 3})
	}
	f.wants(from, "2", "3", "4")
	for range 3 { // and none of them was delivered
		if d, _, ok := from.Get(true); !ok || d.Redelivered || d.Count > 0 {
			t.Errorf("%+v", d)
		}
	}
}

// TestMoveToTheGone: a target that is deleted at the last moment takes nothing.
func TestMoveToTheGone(t *testing.T) {
	f := newMoverFixture(t)
	from := f.queue("from", nil)
	f.queue("to", nil)
	f.fill("from", 3)
	r, err := newMover(f.s, &MoveOptions{Verb: MoveAway, Queue: "from", To: Target{Queue: "to"}})
	f.must(err)
	r.move = &Move{status: MoveStatus{Kept: map[string]int{}, Targets: map[string]int{}}}
	v, err := r.look(0)
	f.must(err)
	_, err = f.s.DeleteQueue("to", false, false)
	f.must(err)
	f.must(r.batch(t.Context(), v.List))
	f.counted(r.move.Status(), 0, 0, nil, map[string]int{vanished: 3})
	f.wants(from, "0", "1", "2")
	f.refused(r.run(t.Context()), "NOT_FOUND - no queue 'to' in vhost '/'")
}

func TestMoveToExchange(t *testing.T) {
	f := newMoverFixture(t)
	f.queue("from", nil)
	a, b := f.queue("a", nil), f.queue("b", nil)
	f.must(f.s.BindQueue(Link{Source: "amq.topic", Destination: "a", Key: "#"}))
	f.must(f.s.BindQueue(Link{Source: "amq.topic", Destination: "b", Key: "k.*"}))
	f.fill("from", 2)
	key := "k.1"
	f.counted(f.does(MoveOptions{Verb: MoveAway, Queue: "from", Limit: 1, To: Target{Exchange: "amq.topic", Key: &key}}),
		1, 0, map[string]int{"a": 1, "b": 1}, nil)
	f.counted(f.does(MoveOptions{Verb: MoveAway, Queue: "from", To: Target{Exchange: "amq.topic"}}), 1, 0, map[string]int{"a": 1}, nil)
	f.wants(b, "0")
	f.wants(a, "0", "1")
	d, _, _ := a.Get(true)
	if d.Message.Exchange != "amq.topic" || d.Message.RoutingKey != "k.1" {
		t.Errorf("%+v", d.Message)
	}
	if d, _, _ = a.Get(true); d.Message.RoutingKey != "from" {
		t.Errorf("%+v", d.Message)
	}
}

// TestRedrive sends dead letters to where they died, and to where they came
// from.
func TestRedrive(t *testing.T) {
	f := newMoverFixture(t)
	dead := f.queue("dead", nil)
	work := f.queue("work", amqp.Table{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"})
	f.must(f.s.BindQueue(Link{Source: "amq.direct", Destination: "work", Key: "job"}))
	f.fill("work", 6)
	f.fill("dead", 1) // not a dead letter
	f.die(work)
	list, all, err := f.DeadLetters(f.auth.User("guest"), "/")
	f.must(err)
	if !all || len(list) != 1 || list[0].Queue != "dead" || list[0].Ready != 7 || list[0].AtLeast || list[0].Looked != 7 ||
		len(list[0].Causes) != 1 || list[0].Causes[0].Count != 6 || list[0].Causes[0].Queue != "work" || list[0].Causes[0].Reason != "rejected" {
		t.Errorf("%v: %+v", all, list)
	}
	s := f.does(MoveOptions{Verb: MoveAway, Queue: "dead", To: Target{Origin: OriginQueue}, Filter: MessageFilter{Queue: "work", Reason: "rejected"}, Limit: 3})
	f.counted(s, 3, 0, map[string]int{"work": 3}, nil)
	f.wants(work, "0", "1", "2")
	s = f.does(MoveOptions{Verb: MoveAway, Queue: "dead", To: Target{Origin: OriginExchange}})
	f.counted(s, 3, 0, map[string]int{"work": 3}, map[string]int{notDead: 1})
	f.wants(work, "0", "1", "2", "3", "4", "5")
	f.wants(dead, "0")
	f.die(work) // and they may die again
	f.wants(dead, "0", "0", "1", "2", "3", "4", "5")
	if c, died := f.MoveCounts(), work.Picture().DeadLettered; c.Redriven != 6 || died.Of(queue.Rejected) != 12 || died.Of(queue.Expired) != 0 {
		t.Errorf("%+v, died %v", c, died)
	}
	_, err = f.s.DeleteQueue("work", false, false)
	f.must(err)
	s = f.does(MoveOptions{Verb: MoveAway, Queue: "dead", To: Target{Origin: OriginQueue}, Limit: 3})
	f.counted(s, 0, 0, nil, map[string]int{notDead: 1, "no queue 'work' in vhost '/'": 6})
}

// TestMoveIsHeldUp: a move goes on at its rate, rests while it is paused, and
// leaves nothing half done when it is cancelled.
func TestMoveIsHeldUp(t *testing.T) {
	f := newMoverFixture(t)
	from, to := f.queue("from", nil), f.queue("to", nil)
	f.fill("from", 100)
	m := f.begin(MoveOptions{Verb: MoveAway, Queue: "from", To: Target{Queue: "to"}, PerSecond: 100})
	f.until(func() bool { return m.Status().Moved >= 40 })
	if s := m.Status(); s.Moved > 60 || s.State != Running || time.Since(s.Began) < 100*time.Millisecond {
		t.Errorf("%+v", s)
	}
	m.Pause()
	time.Sleep(250 * time.Millisecond) // a batch may be under way
	n := m.Status().Moved
	time.Sleep(300 * time.Millisecond)
	if s := m.Status(); s.Moved != n || s.State != Paused || s.Total != 100 {
		t.Errorf("paused at %d: %+v", n, s)
	}
	m.Resume()
	f.until(func() bool { return m.Status().Moved > n })
	m.Cancel()
	if s := f.ended(m); s.State != Cancelled || s.Moved == 100 {
		t.Errorf("%+v", s)
	}
	if a, b := from.Stat(), to.Stat(); a.Ready+b.Ready != 100 || a.Unacked != 0 || b.Ready != m.Status().Moved {
		t.Errorf("%+v, %+v: %+v", a, b, m.Status())
	}
}

func (f moverFixture) until(ok func() bool) {
	f.Helper()
	for late := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			f.Fatal("it never came to that")
		}
	}
}

// TestMoveRefuses what makes no sense, and who may not.
func TestMoveRefuses(t *testing.T) {
	f := newMoverFixture(t)
	f.queue("from", nil)
	f.queue("to", nil)
	f.must(f.PutUser("bob", "b"))
	f.must(f.SetPermission("bob", "/", auth.Permission{Configure: "", Write: "^amq.direct$", Read: "^from$"}))
	bob := f.auth.User("bob")
	for _, c := range []struct {
		o    MoveOptions
		want string
	}{
		{MoveOptions{Verb: MoveAway, Queue: "to", To: Target{Exchange: "amq.direct"}}, "ACCESS_REFUSED - read access to queue 'to' in vhost '/' refused for user 'bob'"},
		{MoveOptions{Verb: MoveAway, Queue: "from", To: Target{Queue: "to"}}, "ACCESS_REFUSED - write access to exchange 'amq.default' in vhost '/' refused for user 'bob'"},
		{MoveOptions{Verb: MoveAway, Queue: "from", To: Target{Origin: OriginQueue}}, "ACCESS_REFUSED - write access to exchange 'amq.default' in vhost '/' refused for user 'bob'"},
		{MoveOptions{Verb: MoveAway, Queue: "from", To: Target{Exchange: "amq.topic"}}, "ACCESS_REFUSED - write access to exchange 'amq.topic' in vhost '/' refused for user 'bob'"},
		{MoveOptions{Verb: Delete, Queue: "none"}, "ACCESS_REFUSED - read access to queue 'none' in vhost '/' refused for user 'bob'"},
	} {
		c.o.Vhost = "/"
		_, err := f.StartMove(bob, c.o)
		f.refused(err, c.want)
	}
	for _, o := range []MoveOptions{
		{Verb: MoveAway}, {Verb: Delete, To: Target{Queue: "to"}}, {Verb: MoveAway, To: Target{Queue: "to", Exchange: "x"}},
		{Verb: MoveAway, To: Target{Origin: "elsewhere"}}, {Verb: Delete, Limit: -1}, {Verb: Delete, IDs: make([]uint64, maxMoveIDs+1)},
	} {
		o.Vhost, o.Queue = "/", "from"
		if _, err := f.StartMove(f.auth.User("guest"), o); err == nil {
			t.Errorf("%+v is taken", o)
		} else if _, ok := errors.AsType[InvalidError](err); !ok {
			t.Errorf("%+v: %v", o, err)
		}
	}
	f.fill("from", 1)
	f.must(f.SetPermission("bob", "/", auth.Permission{Write: "^amq.default$", Read: "^from$"}))
	m, err := f.StartMove(bob, MoveOptions{Verb: MoveAway, Vhost: "/", Queue: "from", To: Target{Queue: "to"}})
	f.must(err)
	f.counted(f.ended(m), 1, 0, map[string]int{"to": 1}, nil)
}

// TestManyMoves: so many run, and so many are remembered; all end with the
// broker.
func TestManyMoves(t *testing.T) {
	f := newMoverFixture(t)
	from := f.queue("from", nil)
	f.queue("to", nil)
	f.fill("from", 40)
	o := MoveOptions{Verb: Copy, Vhost: "/", Queue: "from", To: Target{Queue: "to"}, Limit: 1}
	for range keptMoves + 5 {
		f.does(o)
	}
	if list := f.Moves(); len(list) != keptMoves || f.MoveOf(5) != nil || f.MoveOf(6) != list[0] {
		t.Errorf("%d remembered, the first is %d", len(list), list[0].ID)
	}
	o.Limit, o.PerSecond = 0, 1
	var running []*Move
	for range maxMoves {
		running = append(running, f.begin(o))
	}
	if _, err := f.StartMove(f.auth.User("guest"), o); !errors.Is(err, ErrTooManyMoves) {
		t.Errorf("one too many: %v", err)
	}
	f.restart()
	for _, m := range running {
		if s := m.Status(); s.State != Cancelled {
			t.Errorf("%+v", s)
		}
	}
	if n := from.Stat().Unacked; n > 0 {
		t.Errorf("%d are held", n)
	}
}
