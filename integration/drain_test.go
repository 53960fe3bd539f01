package integration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// Exit codes of hutchmq drain.
const (
	drainStays = 3
	drainLost  = 69
)

// declareOn declares durable queues.
func declareOn(t *testing.T, ch *amqp.Channel, args amqp.Table, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := ch.QueueDeclare(name, true, false, false, false, args); err != nil {
			t.Fatal(err)
		}
	}
}

// publishNumbers publishes messages with numbers for bodies, from and below to, and waits
// for the confirms.
func publishNumbers(t *testing.T, ch *amqp.Channel, queue string, from, to int, p amqp.Publishing) {
	t.Helper()
	if err := ch.Confirm(false); err != nil {
		t.Fatal(err)
	}
	var last *amqp.DeferredConfirmation
	for n := from; n < to; n++ {
		p.Body, p.DeliveryMode = fmt.Append(nil, n), amqp.Persistent
		var err error
		if last, err = ch.PublishWithDeferredConfirm("", queue, true, false, p); err != nil {
			t.Fatal(err)
		}
	}
	last.Wait()
}

// emptied takes everything out of a queue.
func emptied(t *testing.T, ch *amqp.Channel, queue string) (list []amqp.Delivery) {
	t.Helper()
	for {
		d, ok, err := ch.Get(queue, true)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return list
		}
		list = append(list, d)
	}
}

// drainCommand prepares a drain from one broker to another.
func drainCommand(from, to *Broker, args ...string) *exec.Cmd {
	return exec.Command(hutchmq, append([]string{"drain", "--source", from.URL(), "--target", to.URL()}, args...)...)
}

// drained runs one, and returns what it printed to both streams.
func drained(t *testing.T, code int, from, to *Broker, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	c := drainCommand(from, to, args...)
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	if got := c.ProcessState.ExitCode(); got != code {
		t.Errorf("%v: exit code %d, want %d\n%s%s", args, got, code, &out, &errs)
	}
	return out.String(), errs.String()
}

// bodies are those of deliveries.
func bodies(list []amqp.Delivery) (all []string) {
	for _, d := range list {
		all = append(all, string(d.Body))
	}
	return all
}

func numbers(from, to int) (all []string) {
	for n := from; n < to; n++ {
		all = append(all, fmt.Sprint(n))
	}
	return all
}

// TestDrain: all queues of all vhosts are moved, in order, with every property
// as it was; what the target does not have stays, and is said.
func TestDrain(t *testing.T) {
	t.Parallel()
	from, to := startManaged(t), startManaged(t)
	for _, m := range []management{from, to} {
		m.put("/api/vhosts/shop", "{}")
		m.put("/api/queues/shop/orders", `{"durable":true}`)
	}
	source, target := dial(t, from.Broker), dial(t, to.Broker)
	declareOn(t, source, nil, "orders", "empty", "only-here", "copy", "large")
	declareOn(t, target, nil, "orders", "empty", "copy", "large")
	p := amqp.Publishing{
		Headers:     amqp.Table{"CC": []any{"copy"}, "n": int32(7), "x-death": []any{amqp.Table{"queue": "q", "count": int64(2), "time": time.Unix(1e9, 0)}}},
		ContentType: "text/plain", ContentEncoding: "utf-8", Priority: 3, CorrelationId: "c", ReplyTo: "r", Expiration: "3600000",
		MessageId: "m", Timestamp: time.Unix(1700000000, 0), Type: "t", UserId: "guest", AppId: "a",
	}
	publishNumbers(t, source, "orders", 0, 1000, p)
	publishNumbers(t, source, "only-here", 0, 3, amqp.Publishing{})
	large := bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
	if err := source.Publish("", "large", true, false, amqp.Publishing{Body: large}); err != nil {
		t.Fatal(err)
	}
	publishNumbers(t, source, "large", 0, 1, amqp.Publishing{})

	stdout, _ := drained(t, drainStays, from.Broker, to.Broker, "--source-api", from.base, "--dry-run", "--json")
	var survey struct {
		Moved  int
		Queues []struct {
			Vhost, Name, Stays string
			Held               int
		}
	}
	if err := json.Unmarshal([]byte(stdout), &survey); err != nil || survey.Moved != 0 || len(survey.Queues) != 4 ||
		survey.Queues[3].Name != "orders" || survey.Queues[3].Held != 1000 || !strings.Contains(survey.Queues[2].Stays, "NOT_FOUND") {
		t.Errorf("%v\n%s", err, stdout)
	}

	stdout, stderr := drained(t, drainStays, from.Broker, to.Broker, "--source-api", from.base)
	if !strings.Contains(stdout, "moved: 2002 messages in ") || !strings.Contains(stderr, "queue 'only-here' in '/': the rest stays at the source: target: NOT_FOUND") {
		t.Errorf("%s%s", stdout, stderr)
	}
	got := emptied(t, target, "orders")
	if !slices.Equal(bodies(got), numbers(0, 1000)) {
		t.Errorf("orders: %v", bodies(got))
	}
	want := p
	want.Headers = maps.Clone(p.Headers)
	delete(want.Headers, "CC")
	for _, d := range got[:1] {
		is := amqp.Publishing{Headers: d.Headers, ContentType: d.ContentType, ContentEncoding: d.ContentEncoding, DeliveryMode: d.DeliveryMode,
			Priority: d.Priority, CorrelationId: d.CorrelationId, ReplyTo: d.ReplyTo, Expiration: d.Expiration,
			MessageId: d.MessageId, Timestamp: d.Timestamp.UTC(), Type: d.Type, UserId: d.UserId, AppId: d.AppId}
		want.Timestamp, want.DeliveryMode = want.Timestamp.UTC(), amqp.Persistent
		if fmt.Sprint(is) != fmt.Sprint(want) || d.Redelivered {
			t.Errorf("is\n%+v, want\n%+v", is, want)
		}
	}
	if list := emptied(t, target, "copy"); len(list) != 1000 { // and not 2,000, by the header CC
		t.Errorf("copy has %d messages", len(list))
	}
	if list := emptied(t, target, "large"); len(list) != 2 || !bytes.Equal(list[0].Body, large) {
		t.Errorf("large: %d messages", len(list))
	}
	if left := bodies(emptied(t, source, "only-here")); !reflect.DeepEqual(left, numbers(0, 3)) {
		t.Errorf("only-here: %v", left)
	}
	drained(t, 0, from.Broker, to.Broker, "orders", "empty")
	from.put("/api/vhosts/nowhere", "{}")
	from.put("/api/queues/nowhere/orders", "{}")
	if stdout, _ := drained(t, drainStays, from.Broker, to.Broker, "--source-api", from.base, "--vhost", "nowhere"); !strings.Contains(stdout, "NOT_ALLOWED - vhost nowhere not found") {
		t.Errorf("a vhost that is not at the target: %s", stdout)
	}
	from.Kill()
	if _, stderr := drained(t, drainLost, from.Broker, to.Broker, "orders"); !strings.Contains(stderr, "source: cannot connect") {
		t.Errorf("no source: %s", stderr)
	}
}

// TestDrainRefused: what the target does not take stays where it was, and what
// it took is there once.
func TestDrainRefused(t *testing.T) {
	t.Parallel()
	from, to := Start(t, hutchmq), Start(t, hutchmq)
	source, target := dial(t, from), dial(t, to)
	declareOn(t, source, nil, "full", "other")
	declareOn(t, target, amqp.Table{"x-max-length": int32(10), "x-overflow": "reject-publish"}, "full")
	declareOn(t, target, nil, "other")
	publishNumbers(t, source, "full", 0, 100, amqp.Publishing{})
	publishNumbers(t, source, "other", 0, 50, amqp.Publishing{})
	stdout, stderr := drained(t, drainStays, from, to, "full", "other")
	if !strings.Contains(stdout, "stays: target: it refuses messages (basic.nack)") || !strings.Contains(stderr, "queue 'other' in '/': 50 moved") {
		t.Errorf("%s%s", stdout, stderr)
	}
	there, left := bodies(emptied(t, target, "full")), bodies(emptied(t, source, "full"))
	if !slices.Equal(there, numbers(0, 10)) || !slices.Equal(left, numbers(10, 100)) {
		t.Errorf("at the target %v\nleft %v", there, left)
	}
}

// TestDrainKilled: whoever is killed in the middle, no message is lost.
func TestDrainKilled(t *testing.T) {
	t.Parallel()
	from, to := Start(t, hutchmq), Start(t, hutchmq)
	const messages = 20_000
	queues := []string{"a", "b"}
	source := dial(t, from)
	declareOn(t, source, nil, queues...)
	declareOn(t, dial(t, to), nil, queues...)
	for _, q := range queues {
		publishNumbers(t, source, q, 0, messages, amqp.Publishing{})
	}
	c := drainCommand(from, to, queues...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	awaitMessages(t, to, "a", 1000)
	c.Process.Kill()
	c.Wait()
	c = drainCommand(from, to, queues...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	awaitMessages(t, to, "a", 5000)
	to.Kill()
	c.Wait()
	if code := c.ProcessState.ExitCode(); code != drainLost {
		t.Errorf("exit code %d when the target was killed", code)
	}
	to.Restart()
	drained(t, 0, from, to, queues...)
	target := dial(t, to)
	for _, q := range queues {
		there := map[string]int{}
		doubled := 0
		for _, body := range bodies(emptied(t, target, q)) {
			if there[body]++; there[body] > 1 {
				doubled++
			}
		}
		if len(there) != messages || doubled > 2*200 {
			t.Errorf("%s: %d of %d messages, %d doubled", q, len(there), messages, doubled)
		}
		if left := emptied(t, source, q); len(left) > 0 {
			t.Errorf("%s: %d are left at the source", q, len(left))
		}
	}
}

// awaitMessages waits until a queue holds some.
func awaitMessages(t *testing.T, b *Broker, queue string, n int) {
	t.Helper()
	ch := dial(t, b)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		q, err := ch.QueueDeclarePassive(queue, true, false, false, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		if q.Messages >= n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s holds %d messages, want %d", queue, q.Messages, n)
		}
	}
}

// TestDrainFollows: it goes on as messages come, outlives the target, and ends in
// order when it is asked to.
func TestDrainFollows(t *testing.T) {
	t.Parallel()
	from, to := Start(t, hutchmq), Start(t, hutchmq)
	source := dial(t, from)
	declareOn(t, source, nil, "q")
	declareOn(t, dial(t, to), nil, "q")
	var out bytes.Buffer
	c := drainCommand(from, to, "q", "--follow")
	c.Stdout = &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	publishNumbers(t, source, "q", 0, 100, amqp.Publishing{})
	awaitMessages(t, to, "q", 100)
	to.Kill()
	publishNumbers(t, source, "q", 100, 200, amqp.Publishing{})
	to.Restart()
	awaitMessages(t, to, "q", 200)
	c.Process.Signal(os.Interrupt)
	if err := c.Wait(); err != nil || !strings.Contains(out.String(), "moved: ") {
		t.Errorf("%v\n%s", err, &out)
	}
	there := map[string]bool{} // those under way at the kill come twice
	for _, body := range bodies(emptied(t, dial(t, to), "q")) {
		there[body] = true
	}
	if left := emptied(t, source, "q"); len(there) != 200 || len(left) > 0 {
		t.Errorf("%d of 200 messages came, %d are left", len(there), len(left))
	}
}
