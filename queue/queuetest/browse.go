package queuetest

import (
	"slices"
	"strconv"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// browse looks at everything, in calls of some messages each.
func (f *fixture) browse(b queue.Browse) (seen []queue.Seen) {
	f.Helper()
	if b.MaxLooks == 0 {
		b.MaxLooks = 1 << 20
	}
	if b.MaxBytes == 0 {
		b.MaxBytes = 1 << 30
	}
	for {
		v, err := f.Queue.(queue.Browser).Browse(b)
		if err != nil {
			f.Fatal(err)
		}
		seen = append(seen, v.List...)
		switch {
		case v.End:
			return seen
		case len(v.List) > b.Limit || v.Looked > b.MaxLooks || v.Looked == 0:
			f.Fatalf("%d listed of %d, limits %+v", len(v.List), v.Looked, b)
		case v.Next <= b.After:
			f.Fatalf("went on from %d to %d", b.After, v.Next)
		}
		b.After = v.Next
	}
}

func seenBodies(seen []queue.Seen) (list []string) {
	for _, s := range seen {
		list = append(list, string(s.Message.Body))
	}
	return list
}

// browse sees everything in order, whatever a call is bounded by, and leaves
// no trace.
func browse(f *fixture) {
	f.open(nil)
	f.fill(backlog)
	before := f.Stat()
	for _, b := range []queue.Browse{
		{Limit: 1 << 20}, {Limit: 7}, {Limit: 1 << 20, MaxLooks: 9}, {Limit: 1 << 20, MaxBytes: 1000}, {Limit: 1 << 20, MaxBytes: 1},
	} {
		f.equal(seenBodies(f.browse(b)), numbers(0, backlog-1))
	}
	odd := func(s *queue.Seen) bool { return s.Message.Body[len(s.Message.Body)-1]%2 == 1 }
	seen := f.browse(queue.Browse{Limit: 5, MaxLooks: 33, Want: odd})
	f.equal(seenBodies(seen[:3]), []string{"1", "3", "5"})
	if len(seen) != backlog/2 {
		f.Errorf("%d are odd", len(seen))
	}
	f.equal(seenBodies(f.browse(queue.Browse{After: seen[0].ID, Limit: 1 << 20})), numbers(2, backlog-1))
	v, err := f.Queue.(queue.Browser).Browse(queue.Browse{Limit: 1, MaxLooks: 1, MaxBytes: 1})
	if last := seen[len(seen)-1].Seq; err != nil || v.Newest != last || v.List[0].Seq >= last {
		f.Errorf("newest is %d, want %d; %v", v.Newest, last, err)
	}
	if after := f.Stat(); after != before {
		f.Errorf("counts %+v, before %+v", after, before)
	}
	for _, d := range f.take(backlog) {
		if d.Redelivered || d.Count > 0 {
			f.Fatalf("browsing has left a trace: %+v", d)
		}
	}
	if len(f.browse(queue.Browse{Limit: 1})) > 0 {
		f.Error("browsed what is out")
	}
}

// browseDetails: what the queue adds to a message.
func browseDetails(f *fixture) {
	f.open(nil)
	f.fill(3)
	f.send(f.lasting("short", 10))
	f.send(f.lasting("long", 5000))
	ds := f.take(2)
	f.settle(nil, queue.Requeue, ds[0])
	f.Queue.(queue.Pausable).Pause(true)
	pass(10)
	seen := f.browse(queue.Browse{Limit: 2})
	f.equal(seenBodies(seen), []string{"0", "2", "long"})
	if s := seen[0]; !s.Redelivered || s.Count != 1 || s.Size != 1 || s.Expiry != 0 {
		f.Errorf("%+v", s)
	}
	if s := seen[2]; s.Redelivered || s.Count != 0 || s.Size != 4 || s.Expiry <= time.Now().UnixMilli() {
		f.Errorf("%+v", s)
	}
}

// browsePriorities: the highest comes first.
func browsePriorities(f *fixture) {
	f.open(amqp.Table{"x-max-priority": int32(3)})
	for i := range backlog {
		m := f.message(strconv.Itoa(i))
		m.Priority = uint8(i % 6)
		f.send(m)
	}
	seen := f.browse(queue.Browse{Limit: 10})
	got := seenBodies(seen)
	if !slices.IsSortedFunc(seen, func(a, b queue.Seen) int { return int(b.Priority) - int(a.Priority) }) {
		f.Error("not by priority")
	}
	f.equal(got, f.rest())
}

// pick takes messages out of the midst: they are unacked, others are not
// touched, and what comes back does so as if nothing had been.
func pick(f *fixture) {
	f.open(amqp.Table{"x-delivery-limit": int32(0)})
	f.fill(backlog)
	third := func(s *queue.Seen) bool {
		n, _ := strconv.Atoi(string(s.Message.Body))
		return n%3 == 0
	}
	seen := f.browse(queue.Browse{Limit: 1 << 20, Want: third})
	ds := f.pick(seen)
	f.counts(backlog-len(seen), len(seen))
	if again := f.pick(seen); len(again) > 0 {
		f.Errorf("picked %d twice", len(again))
	}
	var back, done, want []string
	for i := range ds {
		if i%2 == 0 {
			back = append(back, body(ds[i]))
			f.settle(nil, queue.Requeue, ds[i])
		} else {
			done = append(done, body(ds[i]))
			f.settle(nil, queue.Ack, ds[i])
		}
	}
	f.counts(backlog-len(done), 0)
	for _, n := range numbers(0, backlog-1) {
		if !slices.Contains(done, n) {
			want = append(want, n)
		}
	}
	f.equal(seenBodies(f.browse(queue.Browse{Limit: 1 << 20})), want)
	c := f.consume(1<<20, queue.ConsumeOptions{})
	got := c.Take()
	f.equal(bodies(got), want)
	for _, d := range got {
		if d.Redelivered || d.Count > 0 {
			f.Fatalf("%s was picked, and that shows: %+v", body(d), d)
		}
	}
	f.settle(c, queue.Ack, got...)
	f.counts(0, 0)
	if s := f.Stat(); s.ReadyBytes != 0 || s.UnackedBytes != 0 || s.Persistent != 0 {
		f.Errorf("%+v", s)
	}
}

// pickAll empties a queue, which then goes on.
func pickAll(f *fixture) {
	f.open(nil)
	f.fill(backlog)
	seen := f.browse(queue.Browse{Limit: 1 << 20})
	f.Queue.(queue.Pausable).Pause(true)
	ds := f.pick(seen)
	f.counts(0, backlog)
	f.fill(backlog)
	f.settle(nil, queue.Requeue, ds[backlog/2:]...)
	f.settle(nil, queue.Ack, ds[:backlog/2]...)
	f.Queue.(queue.Pausable).Pause(false)
	f.equal(f.rest(), numbers(backlog/2, 2*backlog-1))
	f.counts(0, 0)
}

// pickAndPurge: what is picked is not ready, and stays.
func pickAndPurge(f *fixture) {
	f.open(nil)
	f.fill(backlog)
	seen := f.browse(queue.Browse{Limit: 1 << 20})
	ds := f.pick([]queue.Seen{seen[3], seen[backlog/2], seen[backlog-1]})
	if n := f.Purge(); n != backlog-3 {
		f.Errorf("purged %d", n)
	}
	f.settle(nil, queue.Requeue, ds...)
	f.equal(f.rest(), []string{"3", strconv.Itoa(backlog / 2), strconv.Itoa(backlog - 1)})
}

// pickExpired: what expires while it is out does so when it comes back; and
// what was discarded is dead.
func pickExpired(f *fixture) {
	f.open(dead(amqp.Table{}))
	f.fill(backlog)
	f.send(f.lasting("a", 50))
	f.send(f.lasting("b", 50))
	f.send(f.lasting("c", 5000))
	f.fill(1)
	all := f.browse(queue.Browse{Limit: 1 << 20})
	f.pick(nil)
	ds := f.pick(all[backlog : backlog+3])
	pass(50)
	letters(f, queue.Expired)
	f.settle(nil, queue.Requeue, ds[0], ds[2])
	letters(f, queue.Expired, "a")
	f.settle(nil, queue.Discard, ds[1])
	letters(f, queue.Rejected, "b")
	if len(f.pick(all[backlog:backlog+2])) > 0 {
		f.Error("picked the dead")
	}
	pass(5000)
	letters(f, queue.Expired, "c")
	f.equal(f.rest(), numbers(0, backlog))
}

func (f *fixture) pick(list []queue.Seen) []queue.Delivery {
	ds := f.Queue.(queue.Picker).Pick(list)
	synctest.Wait()
	return ds
}
