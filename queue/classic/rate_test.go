package classic

import (
	"fmt"
	"math/rand"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// counter takes everything, and remembers when, by tenant.
type counter struct {
	mu  sync.Mutex
	got map[string][]time.Time
	ds  []queue.Delivery
}

func (c *counter) Deliver(ds []queue.Delivery) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range ds {
		p, _ := amqp.ParseProperties(d.Message.Header)
		tenant := fmt.Sprint(p.Headers["tenant"])
		c.got[tenant] = append(c.got[tenant], time.Now())
	}
	c.ds = append(c.ds, ds...)
	return len(ds)
}

func (c *counter) Cancelled() {}

// taken is all that came.
func (c *counter) taken() []queue.Delivery {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.ds)
}

// times are when something of a tenant came.
func (c *counter) times(tenant string) []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.got[tenant])
}

// most is how many came in any window of that length at most, and least in any
// that ends with a delivery, from a time on.
func (c *counter) most(tenant string, window time.Duration, from time.Time) (least, most int) {
	list := c.times(tenant)
	least = 1 << 30
	for i := range list {
		n := 0
		for _, at := range list[i:] {
			if at.Sub(list[i]) < window {
				n++
			}
		}
		most = max(most, n)
		if list[i].After(from) && !list[i].Add(window).After(list[len(list)-1]) {
			least = min(least, n)
		}
	}
	return least, most
}

// TestRate: in any window after the first as many go as may, and 2 more or less.
func TestRate(t *testing.T) {
	for _, c := range []struct {
		args   amqp.Table
		byArg  bool // of the consumer
		n      int
		window time.Duration
	}{
		{amqp.Table{"x-rate-limit": "100/1m"}, false, 100, time.Minute},
		{amqp.Table{"x-rate-limit": "100/1m"}, true, 100, time.Minute},
		{amqp.Table{"x-rate-limit": "100/1s"}, false, 100, time.Second},
		{amqp.Table{"x-rate-limit": "10/1s"}, false, 10, time.Second},
		{amqp.Table{"x-rate-limit": "1/1m"}, true, 1, time.Minute},
		{amqp.Table{"x-rate-limit": "100/1m", "x-rate-limit-key": "tenant"}, false, 100, time.Minute},
		{amqp.Table{"x-rate-limit": "100/1m", "x-message-groups": "id"}, false, 100, time.Minute},
	} {
		t.Run(fmt.Sprint(c.args, c.byArg), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				kind := typed(t, New)
				args, own := c.args, amqp.Table{}
				if c.byArg {
					args, own = own, args
				}
				q := choosing(t, kind, args)
				defer q.Close(true)
				for i := range 5 * c.n {
					q.Publish([]queue.Publication{{Message: letter("x", amqp.Table{"tenant": "a", "id": int32(i)})}})
				}
				k := &counter{got: map[string][]time.Time{}}
				if err := q.Consume(k, queue.ConsumeOptions{Arguments: own, NoAck: true}); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				time.Sleep(4 * c.window)
				least, most := k.most("a", c.window, began)
				if least < c.n-2 || most > c.n+2 {
					t.Errorf("%d to %d deliveries in a window, want %d", least, most, c.n)
				}
				p := q.Picture()
				if throttled := time.Duration(p.Parking.ThrottledMs) * time.Millisecond; throttled < 3*c.window {
					t.Errorf("throttled for %v", throttled)
				}
			})
		})
	}
}

// TestRateKeys: each tenant has a limit of its own, and one that is over it
// does not hold up the others.
func TestRateKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := choosing(t, typed(t, New), amqp.Table{"x-rate-limit": "60/1m", "x-rate-limit-key": "tenant"})
		defer q.Close(true)
		send := func(n int, tenant any) {
			for range n {
				q.Publish([]queue.Publication{{Message: letter("x", amqp.Table{"tenant": tenant})}})
			}
		}
		send(500, "a")
		send(60, int64(7))
		send(30, nil) // without: they share one
		k := &counter{got: map[string][]time.Time{}}
		q.Consume(k, queue.ConsumeOptions{NoAck: true})
		time.Sleep(time.Minute)
		for tenant, want := range map[string]int{"a": 61, "7": 60, "<nil>": 30} {
			if n := len(k.times(tenant)); n < want-1 || n > want+1 {
				t.Errorf("%s: %d, want %d", tenant, n, want)
			}
		}
		if p := q.Picture(); p.Parking.Limiters != 2 || p.Parking.LimitersBlocked != 1 || p.Ready < 430 {
			t.Errorf("%+v", p)
		}
	})
}

// TestRateCost: requests and tokens both hold; what costs more than everything
// goes alone, and takes the window.
func TestRateCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := choosing(t, typed(t, New), amqp.Table{"x-rate-limit": "600/1m, 6000/1m cost=tokens"})
		defer q.Close(true)
		r := rand.New(rand.NewSource(1))
		total := 0
		for range 2000 {
			tokens := r.Intn(100)
			total += tokens
			q.Publish([]queue.Publication{{Message: letter(fmt.Sprint(tokens), amqp.Table{"tokens": int32(tokens)})}})
		}
		k := &counter{got: map[string][]time.Time{}}
		q.Consume(k, queue.ConsumeOptions{NoAck: true})
		time.Sleep(5 * time.Minute)
		spent := 0
		for _, d := range k.taken() {
			spent += numberOf(d.Message)
		}
		if spent < 5*6000-200 || spent > 5*6000+300 {
			t.Errorf("%d tokens in 5 minutes, want 30000 (of %d)", spent, total)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		q := choosing(t, typed(t, New), amqp.Table{"x-rate-limit": "10/1s", "x-rate-limit-cost": "tokens"})
		defer q.Close(true)
		for _, tokens := range []any{int64(1 << 40), "5", int32(-3), "nonsense"} {
			q.Publish([]queue.Publication{{Message: letter(fmt.Sprint(tokens), amqp.Table{"tokens": tokens})}})
		}
		k := &counter{got: map[string][]time.Time{}}
		q.Consume(k, queue.ConsumeOptions{NoAck: true})
		for i, want := range []int{1, 1, 2, 4} {
			if len(k.taken()) != want {
				t.Errorf("after %d turns: %q", i, bodies(k.taken()))
			}
			time.Sleep(550 * time.Millisecond)
		}
	})
}

// TestRateRestart: a queue that comes back begins with nothing to spend.
func TestRateRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kind := typed(t, New)
		args := amqp.Table{"x-rate-limit": "100/1m"}
		q := choosing(t, kind, args)
		k := &counter{got: map[string][]time.Time{}}
		for range 1000 {
			q.Publish([]queue.Publication{{Message: letter("x", amqp.Table{"tenant": "a"})}})
		}
		for range 6 {
			q.Consume(k, queue.ConsumeOptions{NoAck: true})
			time.Sleep(37 * time.Second)
			q.Close(false)
			q = choosing(t, kind, args)
		}
		if _, most := k.most("a", time.Minute, time.Now()); most > 102 {
			t.Errorf("%d deliveries in a minute", most)
		}
		q.Close(true)
	})
}

// TestRateLive: a new limit holds at once, and none lets everything go.
func TestRateLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := choosing(t, typed(t, New), nil)
		defer q.Close(true)
		q.Reconfigure(amqp.Table{"rate-limit": "1/1h"})
		k := &counter{got: map[string][]time.Time{}}
		q.Consume(k, queue.ConsumeOptions{NoAck: true})
		for range 1000 {
			q.Publish([]queue.Publication{{Message: letter("x", nil)}})
		}
		time.Sleep(time.Second)
		if len(k.taken()) != 0 {
			t.Errorf("%d went at once", len(k.taken()))
		}
		if _, _, ok := q.Get(true); ok {
			t.Error("got one")
		}
		q.Reconfigure(amqp.Table{"rate-limit": "10/1s"})
		time.Sleep(10 * time.Second)
		if n := len(k.taken()); n < 98 || n > 102 {
			t.Errorf("%d in 10 s", n)
		}
		q.Reconfigure(nil)
		if len(k.taken()) != 1000 {
			t.Errorf("%d without a limit", len(k.taken()))
		}
	})
}

// TestLimiters: there are so many keys, and forgetting one gives nobody more.
func TestLimiters(t *testing.T) {
	s := newLimiters([]queue.Rate{{N: 10, WindowMs: 1000}}, 0)
	m := letter("x", nil)
	for i := range maxLimiters {
		x := s.of(fmt.Append(nil, i), 1e9)
		if x.wait(m, 1e9) != 0 {
			t.Fatal("a new one has nothing")
		}
		x.charge(m)
		s.used(x)
	}
	again := s.of([]byte("0"), 1e9)
	s.used(again)
	if x := s.of([]byte("new"), 1e9+10); x == s.shared || x.wait(m, 1e9+10) == 0 {
		t.Error("what was used up is to be had again under another name")
	}
	if len(s.byKey) != maxLimiters || s.byKey["1"] != nil || s.of([]byte("0"), 1e9) != again {
		t.Errorf("%d are known", len(s.byKey))
	}
	for _, x := range s.byKey {
		x.items = 1
	}
	if s.of([]byte("newer"), 1e9) != s.shared {
		t.Error("one is forgotten for which something waits")
	}
}
