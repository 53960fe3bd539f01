package integration

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// redriven is how many letters are redriven, and redriveKills how often the
// broker dies of it.
const redriven, redriveKills = 20_000, 8

// redrive is a broker in which letters are moved from queue to queue over HTTP.
type redrive struct {
	*testing.T
	*Broker
	api string
	r   *rand.Rand
}

// ask sends a request, and decodes the answer into v.
func (d *redrive) ask(method, path, body string, v any) error {
	r, err := http.NewRequestWithContext(d.Context(), method, d.api+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.SetBasicAuth("guest", "guest")
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	if err == nil && w.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s %s", method, path, w.Status, text)
	}
	if err == nil && v != nil {
		err = json.Unmarshal(text, v)
	}
	return err
}

// fill publishes the letters to work and gives them all up, to dead.
func (d *redrive) fill() {
	ch := dial(d.T, d.Broker)
	args := amqp.Table{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"}
	if _, err := ch.QueueDeclare("work", true, false, false, false, args); err != nil {
		d.Fatal(err)
	}
	declareDurable(d.T, ch, "dead")
	deliveries, err := ch.Consume("work", "", false, false, false, false, nil)
	if err != nil {
		d.Fatal(err)
	}
	for i := range redriven {
		x := letter{seq: uint32(i)}
		err := ch.Publish("", "work", false, false, amqp.Publishing{
			DeliveryMode: amqp.Persistent, Body: x.encode(16 + d.r.IntN(500)), Headers: amqp.Table{"third": int32(i % 3)},
		})
		if err != nil {
			d.Fatal(err)
		}
	}
	var last amqp.Delivery
	for range redriven {
		last = <-deliveries
	}
	if err := last.Nack(true, false); err != nil {
		d.Fatal(err)
	}
	for late := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if n := d.ready("dead"); n == redriven {
			return
		} else if time.Now().After(late) {
			d.Fatalf("%d letters are dead", n)
		}
	}
}

// ready is how many letters a queue has.
func (d *redrive) ready(queue string) int {
	var q struct {
		Messages int `json:"messages"`
	}
	if err := d.ask("GET", "queues/%2F/"+queue, "", &q); err != nil {
		d.Fatal(err)
	}
	return q.Messages
}

// browse finds the letters that are in a queue, in order.
func (d *redrive) browse(queue string) (letters []letter) {
	d.Helper()
	for after := ""; ; {
		var page struct {
			Messages []struct{ Payload string }
			Next     string
			End      bool
		}
		if err := d.ask("GET", "x/queues/%2F/"+queue+"/messages?encoding=base64&limit=500"+after, "", &page); err != nil {
			d.Fatal(err)
		}
		for _, m := range page.Messages {
			body, err := base64.StdEncoding.DecodeString(m.Payload)
			if err != nil {
				d.Fatal(err)
			}
			x, err := decodeLetter(body)
			if err != nil {
				d.Errorf("%s: a broken letter: %v", queue, err)
			}
			letters = append(letters, x)
		}
		if page.End {
			return letters
		}
		after = "&after=" + page.Next
	}
}

// look wants every letter in one of the queues, once.
func (d *redrive) look() (work, dead []letter) {
	d.Helper()
	w := newWhereabouts()
	work, dead = d.browse("work"), d.browse("dead")
	for _, x := range work {
		w.queues[x] = append(w.queues[x], "work")
	}
	for _, x := range dead {
		w.queues[x] = append(w.queues[x], "dead")
	}
	for x, queues := range w.queues {
		if len(queues) > 1 {
			w.problem("letter %d is in %v", x.seq, queues)
		}
	}
	for i := range redriven {
		if x := (letter{seq: uint32(i)}); len(w.queues[x]) == 0 {
			w.problem("letter %d is lost", i)
		}
	}
	w.report(d.T)
	return work, dead
}

// crashOf kills the broker while it does what path and body ask for, and tells
// what is where then.
func (d *redrive) crashOf(path, body string) (work, dead []letter) {
	d.Helper()
	answered := make(chan struct{})
	go func() {
		d.ask("POST", "x/queues/%2F/"+path, body, nil) // an answer comes soon, or not at all
		close(answered)
	}()
	time.Sleep(time.Duration(20+d.r.IntN(180)) * time.Millisecond)
	d.Kill()
	<-answered
	d.Restart()
	if work, dead = d.look(); d.Failed() {
		d.Fatal("after a kill during ", path, body)
	}
	d.Logf("%s: %d in work", path, len(work))
	return work, dead
}

// TestRedriveCrash kills the broker while it redrives a lot of dead letters,
// all in order and then some of them to and fro. Each is in one queue, never
// in none and never in both.
func TestRedriveCrash(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	management := freeAddr(t)
	b := Start(t, hutchmq, "--management="+management)
	d := &redrive{t, b, "http://" + management + "/api/", rand.New(rand.NewPCG(seed, 0))}
	d.fill()
	moved := 0
	for range redriveKills {
		work, dead := d.crashOf("dead/redrive", `{"rate":20000}`)
		for i, x := range append(work, dead...) {
			if x.seq != uint32(i) {
				t.Fatalf("letter %d is where %d should be, of %d in work", x.seq, i, len(work))
			}
		}
		if moved = len(work); len(dead) == 0 {
			break
		}
	}
	t.Logf("%d letters redriven", moved)
	if moved < minConfirmed {
		t.Error("that proves little")
	}
	for n := range redriveKills {
		from, to := "work", "dead"
		if n%4 > 1 {
			from, to = to, from
		}
		d.crashOf(from+"/messages/move", fmt.Sprintf(`{"filter":{"headers":{"third":"%d"}},"to":{"queue":"%s"}}`, n%3, to))
	}
	d.Stop()
	d.Restart()
	d.look()
	if d.Panicked() {
		t.Error("the broker printed a stack")
	}
}
