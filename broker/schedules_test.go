package broker

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/queue"
)

// scheduleOf is a schedule as it is stored.
func scheduleOf(name, value string) *definitions.Parameter {
	return &definitions.Parameter{Vhost: "/", Component: definitions.ScheduleComponent, Name: name, Value: []byte(value)}
}

// take gets all that is in a queue.
func take(f *fixture, name string) (bodies []string) {
	f.Helper()
	v, err := f.Vhost("/")
	f.must(err)
	q, err := v.Queue(name, 0)
	f.must(err)
	for {
		d, _, ok := q.Get(true)
		if !ok {
			return bodies
		}
		bodies = append(bodies, string(d.Message.Body))
		q.Settle(nil, []queue.Delivery{d}, queue.Ack)
	}
}

func TestScheduleRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		_, err := f.session("guest", "/").DeclareQueue(queue.Declaration{Name: "q", Durable: true})
		f.must(err)
		set := func(value string) {
			t.Helper()
			_, err := f.As("").SetParameter(scheduleOf("tick", value))
			f.must(err)
		}
		set(`{"every":"10s","exchange":"","routing_key":"q","payload":"a"}`)
		time.Sleep(35 * time.Second)
		if got := take(f, "q"); len(got) != 3 {
			t.Fatalf("after 35 s: %q", got)
		}
		set(`{"every":"10s","exchange":"","routing_key":"q","payload":"b"}`)
		set(`{"every":"10s","exchange":"","routing_key":"q","payload":"a"}`)
		time.Sleep(20 * time.Second)
		if got := take(f, "q"); len(got) != 2 {
			t.Fatalf("20 s after it was changed and changed back: %q", got)
		}
		s := f.Schedules("/")
		if len(s) != 1 || s[0].Runs != 5 || s[0].NextMs-s[0].LastMs != 10_000 {
			t.Fatalf("%+v", s)
		}
		set(`{"every":"10s","exchange":"","routing_key":"q","payload":"a","enabled":false}`)
		time.Sleep(time.Minute)
		if got := take(f, "q"); len(got) != 0 {
			t.Fatalf("while it is off: %q", got)
		}
		set(`{"every":"10s","exchange":"","routing_key":"q","payload":"a"}`)
		_, err = f.As("").DeleteParameter(definitions.ScheduleComponent, "/", "tick")
		f.must(err)
		time.Sleep(time.Minute)
		if got := take(f, "q"); len(got) != 0 {
			t.Fatalf("after it was deleted: %q", got)
		}
	})
}

// TestScheduleMissed: what was due while the broker was down is made up for as
// the schedule says, and what follows comes in time.
func TestScheduleMissed(t *testing.T) {
	for missed, want := range map[string]int{"skip": 0, "once": 1, "all": 6} {
		synctest.Test(t, func(t *testing.T) {
			f := newFixture(t)
			_, err := f.session("guest", "/").DeclareQueue(queue.Declaration{Name: "q", Durable: true})
			f.must(err)
			_, err = f.As("").SetParameter(scheduleOf("tick", `{"every":"10s","exchange":"","routing_key":"q","payload":"a","missed":"`+missed+`"}`))
			f.must(err)
			time.Sleep(15 * time.Second)
			f.stop()
			time.Sleep(time.Minute)
			f.start()
			time.Sleep(time.Second)
			if got := take(f, "q"); len(got) != 1+want {
				t.Errorf("%s: %d came, want %d that were missed and one before", missed, len(got), want)
			}
			time.Sleep(20 * time.Second)
			if got := take(f, "q"); len(got) != 2 {
				t.Errorf("%s: %d came in the next 20 s", missed, len(got))
			}
			if s := f.Schedules("/"); s[0].Runs != uint64(3+want) {
				t.Errorf("%s: %d runs", missed, s[0].Runs)
			}
		})
	}
}
