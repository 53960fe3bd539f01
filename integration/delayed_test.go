package integration

import (
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestDelayedCrash kills the broker while it holds messages and while it lets
// go of them: each is in the queue once, and none before it is due.
func TestDelayedCrash(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	b := Start(t, hutchmq)
	ch := dial(t, b)
	declareLater(t, ch)
	const messages = 1500
	due := map[uint32]time.Time{}
	if err := ch.Confirm(false); err != nil {
		t.Fatal(err)
	}
	acks := ch.NotifyPublish(make(chan amqp.Confirmation, messages))
	for i := range uint32(messages) {
		delay := 100 + r.Int64N(4000)
		due[i] = time.Now().Add(time.Duration(delay) * time.Millisecond)
		err := ch.PublishWithContext(t.Context(), "later", "key", true, false, amqp.Publishing{
			DeliveryMode: amqp.Persistent, Headers: amqp.Table{"x-delay": delay}, Body: letter{seq: i}.encode(letterSize(r)),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range messages {
		if c := <-acks; !c.Ack {
			t.Fatal("a message was not held")
		}
	}
	for range 5 {
		time.Sleep(time.Duration(r.IntN(400)) * time.Millisecond)
		b.Kill()
		b.Restart()
	}
	ds, err := dial(t, b).Consume("later", "", true, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	for came := 0; came < messages; came++ {
		select {
		case d := <-ds:
			l, err := decodeLetter(d.Body)
			at, there := due[l.seq]
			if err != nil || !there {
				t.Fatalf("message %d came twice, or is damaged: %v", l.seq, err)
			}
			if early := time.Until(at); early > 0 {
				t.Fatalf("message %d came %v early", l.seq, early)
			}
			delete(due, l.seq)
		case <-time.After(10 * time.Second):
			t.Fatalf("%d of %d messages are missing", len(due), messages)
		}
	}
	select {
	case d := <-ds:
		t.Errorf("one more came: %q", d.Body)
	case <-time.After(300 * time.Millisecond):
	}
}

// declareLater declares what the plugin's users do.
func declareLater(t *testing.T, ch *amqp.Channel) {
	t.Helper()
	err := ch.ExchangeDeclare("later", "x-delayed-message", true, false, false, false, amqp.Table{"x-delayed-type": "direct"})
	if err == nil {
		_, err = ch.QueueDeclare("later", true, false, false, false, nil)
	}
	if err == nil {
		err = ch.QueueBind("later", "key", "later", false, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// blocks are the code blocks of a language in a page.
func blocks(t *testing.T, page, language string) (list []string) {
	t.Helper()
	text, err := os.ReadFile("../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		list = append(list, m[1])
	}
	if len(list) == 0 {
		t.Fatalf("%s has no %s", page, language)
	}
	return list
}

// TestDelayedPage runs what docs/DELAYED.md shows.
func TestDelayedPage(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	for _, code := range blocks(t, "DELAYED.md", "python") {
		if out := program(t, b, strings.NewReader(code), pythonWith(t, "pika"), "-P", "-"); !strings.Contains(out, "pay me") {
			t.Errorf("printed %q", out)
		}
	}
}

// TestSchedulesPage: what docs/SCHEDULES.md shows is applied, exported, and the
// same when it is planned again; a schedule runs exactly once each second, also
// around a kill.
func TestSchedulesPage(t *testing.T) {
	t.Parallel()
	m := startManaged(t)
	env := append(os.Environ(), "HUTCHMQ_URI="+m.base, "HUTCHMQ_USER=guest", "HUTCHMQ_PASSWORD=guest")
	page := blocks(t, "SCHEDULES.md", "yaml")[0]
	run := func(stdin string, args ...string) string {
		return programIn(t, env, strings.NewReader(stdin), hutchmq, args...)
	}
	run(page, "definitions", "apply", "-")
	if out := run(page, "definitions", "plan", "-"); !strings.Contains(out, "no changes") {
		t.Errorf("planned again:\n%s", out)
	}
	if out := run("", "definitions", "export"); !strings.Contains(out, "daily-report:") || !strings.Contains(out, "time_zone: Europe/Berlin") {
		t.Errorf("exported:\n%s", out)
	}
	if out := run("", "definitions", "export", "--json"); strings.Contains(out, "daily-report") {
		t.Errorf("RabbitMQ would refuse\n%s", out)
	}
	run("", "ctl", "set_schedule", "tick", `{"every":"1s","routing_key":"reports","payload":"tick","missed":"all"}`)
	time.Sleep(1500 * time.Millisecond)
	m.Kill()
	m.Restart()
	time.Sleep(1500 * time.Millisecond)
	ch := dial(t, m.Broker)
	seen := map[int64]bool{}
	var first, last int64
	for {
		d, ok, err := ch.Get("reports", true)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		at := d.Timestamp.Unix()
		if d.Headers["x-schedule"] != "tick" || seen[at] {
			t.Fatalf("twice at %d, or of another schedule: %v", at, d.Headers)
		}
		if seen[at] = true; first == 0 {
			first = at
		}
		last = max(last, at)
	}
	if n := int64(len(seen)); n < 2 || last-first+1 != n {
		t.Errorf("%d ticks from %d to %d", n, first, last)
	}
}
