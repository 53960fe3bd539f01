package integration

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestConsumingGuide: the program in the guide prints what the guide says.
func TestConsumingGuide(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../docs/CONSUMING.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := regexp.MustCompile("(?s)```python\n(.*?)```.*?```\n(.*?)```").FindStringSubmatch(string(guide))
	file := filepath.Join(t.TempDir(), "jobs.py")
	if err := os.WriteFile(file, []byte(parts[1]), 0o600); err != nil {
		t.Fatal(err)
	}
	b := Start(t, hutchmq)
	if got := program(t, b, nil, pythonWith(t, "pika"), file); got != parts[2] {
		t.Errorf("the guide shows\n%s\nand this is printed:\n%s", parts[2], got)
	}
}

// course is what workers saw of the groups of a queue.
type course struct {
	t    *testing.T
	mu   sync.Mutex
	done map[string]int  // the last message of a group that was handled
	busy map[string]bool // somebody handles one
	left int
	over chan struct{} // closed when all are handled
}

// begin notes that a worker has a message; what it tells must be right.
func (c *course) begin(group string, n int, redelivered bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy[group] {
		c.t.Errorf("two of group %s are out", group)
	}
	// An acknowledgement may have been lost with its connection, and the last
	// ones with the broker.
	if last := c.done[group]; n != last+1 && !(redelivered && n <= last) {
		c.t.Errorf("of group %s %d came after %d", group, n, last)
	}
	c.busy[group] = true
}

// end notes that it has handled it, or was killed.
func (c *course) end(group string, n int, handled bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy[group] = false
	if handled && n > c.done[group] {
		c.done[group] = n
		if c.left--; c.left == 0 {
			close(c.over)
		}
	}
}

func (c *course) remaining() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.left
}

// work takes messages until its connection dies, by its own hand now and then.
func (c *course) work(b *Broker, r *rand.Rand) {
	conn, err := amqp.Dial(b.URL())
	if err != nil {
		return
	}
	defer conn.Close()
	ch, err := conn.Channel()
	if err != nil {
		return
	}
	ch.Qos(1, 0, false)
	deliveries, err := ch.Consume("jobs", "", false, false, false, false, nil)
	if err != nil {
		return
	}
	for {
		select {
		case <-c.over:
			return
		case d, ok := <-deliveries:
			if !ok {
				return
			}
			group, n := d.Headers["x-group-id"].(string), int(d.Headers["n"].(int32))
			c.begin(group, n, d.Redelivered)
			time.Sleep(time.Duration(r.IntN(4000)) * time.Microsecond)
			switch r.IntN(40) {
			case 0: // dies
				c.end(group, n, false)
				return
			case 1:
				c.end(group, n, false)
				d.Nack(false, true)
			default:
				c.end(group, n, true)
				d.Ack(false)
			}
		}
	}
}

// TestGroupsUnderKill: eight workers that die at random, and a broker that is
// killed: of each group one is out at a time, in order.
func TestGroupsUnderKill(t *testing.T) {
	t.Parallel()
	const groups, each = 20, 100
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	b := Start(t, hutchmq)
	ch := dial(t, b)
	if _, err := ch.QueueDeclare("jobs", true, false, false, false, amqp.Table{"x-message-groups": true}); err != nil {
		t.Fatal(err)
	}
	if err := ch.Confirm(false); err != nil {
		t.Fatal(err)
	}
	var open []*amqp.DeferredConfirmation
	for n := range each {
		for g := range groups {
			x, err := ch.PublishWithDeferredConfirm("", "jobs", false, false, amqp.Publishing{
				DeliveryMode: amqp.Persistent, Headers: amqp.Table{"x-group-id": fmt.Sprint(g), "n": int32(n + 1)},
			})
			if err != nil {
				t.Fatal(err)
			}
			open = append(open, x)
		}
	}
	if err := awaitConfirmed(open); err != nil {
		t.Fatal(err)
	}
	c := &course{t: t, done: map[string]int{}, busy: map[string]bool{}, left: groups * each, over: make(chan struct{})}
	var workers sync.WaitGroup
	for i := range 8 {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		workers.Go(func() {
			for {
				select {
				case <-c.over:
					return
				default:
					c.work(b, r)
					time.Sleep(5 * time.Millisecond)
				}
			}
		})
	}
	for range 2 {
		before := c.remaining()
		await(t, "progress", func() bool { return c.remaining() < before-groups*each/4 })
		b.Kill()
		b.Restart()
	}
	if c.remaining() == 0 {
		t.Error("everything was done before the broker died")
	}
	select {
	case <-c.over:
	case <-time.After(time.Minute):
		t.Errorf("%d are left after a minute", c.remaining())
		close(c.over)
	}
	workers.Wait()
}

// TestRateOverKill: as many as may go in any window, also around a SIGKILL.
func TestRateOverKill(t *testing.T) {
	t.Parallel()
	const limit, window = 100, 2 * time.Second
	b := Start(t, hutchmq)
	ch := dial(t, b)
	if _, err := ch.QueueDeclare("calls", true, false, false, false, amqp.Table{"x-rate-limit": "100/2s"}); err != nil {
		t.Fatal(err)
	}
	if err := ch.Confirm(false); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if _, err := ch.PublishWithDeferredConfirm("", "calls", false, false, amqp.Publishing{DeliveryMode: amqp.Persistent}); err != nil {
			t.Fatal(err)
		}
	}
	var at []time.Time
	consume := func(ch *amqp.Channel, d time.Duration) {
		deliveries, err := ch.Consume("calls", "", true, false, false, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		for timeout := time.After(d); ; {
			select {
			case <-deliveries:
				at = append(at, time.Now())
			case <-timeout:
				return
			}
		}
	}
	consume(ch, 1500*time.Millisecond)
	b.Kill()
	b.Restart()
	consume(dial(t, b), 4*time.Second)
	most, last := 0, 0
	for i := range at {
		n := 0
		for _, x := range at[i:] {
			if x.Sub(at[i]) < window {
				n++
			}
		}
		most = max(most, n)
		if at[len(at)-1].Sub(at[i]) > window && at[len(at)-1].Sub(at[i]) < 3*window/2 {
			last = max(last, n)
		}
	}
	if most > limit+4 || last < limit-8 { // the clock here is not the broker's
		t.Errorf("%d at most in a window, %d in one of the last; want %d", most, last, limit)
	}
}

// TestBrowsing: a client that acknowledges sees a queue that is deep, and
// leaves it as it is.
func TestBrowsing(t *testing.T) {
	t.Parallel()
	const deep = 20_000
	m := startManaged(t)
	ch := dial(t, m.Broker)
	declareDurable(t, ch, "deep")
	publishNumbered := func(from, to int) {
		for i := from; i < to; i++ {
			if err := ch.Publish("", "deep", false, false, amqp.Publishing{DeliveryMode: amqp.Persistent, Body: fmt.Append(nil, i, strings.Repeat(" ", 600))}); err != nil {
				t.Fatal(err)
			}
		}
	}
	publishNumbered(0, deep)
	looks := dial(t, m.Broker)
	if err := looks.Qos(300, 0, false); err != nil {
		t.Fatal(err)
	}
	deliveries, err := looks.Consume("deep", "eye", false, false, false, false, amqp.Table{"x-browse": true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range deep + 10 {
		if i == deep {
			publishNumbered(deep, deep+10)
		}
		d := <-deliveries
		if got := strings.TrimSpace(string(d.Body)); got != fmt.Sprint(i) || d.Redelivered {
			t.Fatalf("message %d is %q, redelivered %v", i, got, d.Redelivered)
		}
		if i%3 == 0 {
			d.Nack(false, i%2 == 0)
		} else {
			d.Ack(false)
		}
	}
	if err := looks.Cancel("eye", false); err != nil {
		t.Fatal(err)
	}
	q, err := ch.QueueDeclarePassive("deep", true, false, false, false, nil)
	if err != nil || q.Messages != deep+10 || q.Consumers != 0 {
		t.Errorf("%+v, %v", q, err)
	}
	d, ok, err := ch.Get("deep", true)
	if err != nil || !ok || d.Redelivered || strings.TrimSpace(string(d.Body)) != "0" {
		t.Errorf("the head is %.10q, redelivered %v: %v", d.Body, d.Redelivered, err)
	}
}

// TestParkingShown: the API and its numbers know what waits.
func TestParkingShown(t *testing.T) {
	t.Parallel()
	m := startManaged(t)
	ch := dial(t, m.Broker)
	if _, err := ch.QueueDeclare("jobs", true, false, false, false, amqp.Table{"x-message-groups": true, "x-rate-limit": "1000/1s"}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := ch.Publish("", "jobs", false, false, amqp.Publishing{Headers: amqp.Table{"x-group-id": "g"}}); err != nil {
			t.Fatal(err)
		}
	}
	deliveries, err := ch.Consume("jobs", "", false, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	<-deliveries
	var q struct {
		Parking map[string]json.RawMessage `json:"parking"`
	}
	await(t, "numbers", func() bool {
		m.get("/api/queues/%2F/jobs", &q)
		return string(q.Parking["parked"]) == "2"
	})
	for field, want := range map[string]string{"groups": "1", "groups_blocked": "1", "limiters": "0", "throttled": "false"} {
		if got := string(q.Parking[field]); got != want {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
}
