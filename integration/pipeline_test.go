package integration

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestPipelineOnce publishes numbers to a queue, and carries them from there to
// another, each with the acknowledgement in one transaction, while the broker is
// killed again and again. The producer sends everything again that was not
// confirmed. In the end each number has come through once, and in order.
func TestPipelineOnce(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"by producer", "by key"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			p := &pipeline{T: t, b: Start(t, hutchmq), r: rand.New(rand.NewPCG(seed, 0)), byKey: how == "by key"}
			p.run(5)
			if t.Failed() {
				t.Logf("seed %d", seed)
			}
		})
	}
}

// pipeline is a producer, a worker, and a broker that dies.
type pipeline struct {
	*testing.T
	b     *Broker
	r     *rand.Rand
	byKey bool // told by keys, and not by the numbers of a producer

	mu        sync.Mutex
	confirmed []bool // by number
}

func (p *pipeline) run(kills int) {
	p.declare()
	for range kills {
		var all sync.WaitGroup
		all.Go(p.produce)
		all.Go(p.work)
		time.Sleep(time.Duration(100+p.r.IntN(300)) * time.Millisecond)
		p.b.Kill()
		all.Wait()
		p.b.Restart()
	}
	p.finish()
}

func (p *pipeline) channel() (*amqp.Connection, *amqp.Channel, error) {
	conn, err := amqp.Dial(p.b.URL())
	if err != nil {
		return nil, nil, err
	}
	ch, err := conn.Channel()
	return conn, ch, err
}

func (p *pipeline) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func (p *pipeline) declare() {
	conn, ch, err := p.channel()
	p.must(err)
	defer conn.Close()
	for _, name := range []string{"in", "out"} {
		_, err := ch.QueueDeclare(name, true, false, false, false, nil)
		p.must(err)
	}
	p.must(ch.ExchangeDeclare("once", "x-message-deduplication", true, false, false, false, amqp.Table{"x-cache-size": 1_000_000}))
	p.must(ch.QueueBind("in", "", "once", false, nil))
}

// send publishes number n.
func (p *pipeline) send(ch *amqp.Channel, n int) (*amqp.DeferredConfirmation, error) {
	m := amqp.Publishing{DeliveryMode: amqp.Persistent, Body: fmt.Append(nil, n)}
	if p.byKey {
		m.Headers = amqp.Table{"x-deduplication-header": fmt.Sprint("number ", n)}
		return ch.PublishWithDeferredConfirm("once", "", false, false, m)
	}
	m.Headers = amqp.Table{"x-producer-id": "pipeline", "x-producer-seq": int64(n)}
	return ch.PublishWithDeferredConfirm("", "in", true, false, m)
}

// produce sends again what was not confirmed, and then what is new, until the
// broker dies. It always has some on their way.
func (p *pipeline) produce() {
	conn, ch, err := p.channel()
	if err != nil {
		return
	}
	defer conn.Close()
	if ch.Confirm(false) != nil {
		return
	}
	var waiting sync.WaitGroup
	defer waiting.Wait()
	room := make(chan bool, 100)
	send := func(n int) bool {
		room <- true
		time.Sleep(200 * time.Microsecond) // all of it is carried on in the end
		c, err := p.send(ch, n)
		if err != nil {
			return false
		}
		waiting.Go(func() {
			if c.Wait() {
				p.confirm(n)
			}
			<-room
		})
		return true
	}
	for _, n := range p.unconfirmed() {
		if !send(n) {
			return
		}
	}
	for send(p.next()) {
	}
}

func (p *pipeline) confirm(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.confirmed[n] = true
}

func (p *pipeline) next() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.confirmed = append(p.confirmed, false)
	return len(p.confirmed) - 1
}

func (p *pipeline) unconfirmed() (list []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n, yes := range p.confirmed {
		if !yes {
			list = append(list, n)
		}
	}
	return list
}

// work carries numbers on, a few in a transaction, until the broker dies or
// there are no more for a while.
func (p *pipeline) work() {
	conn, ch, err := p.channel()
	if err != nil {
		return
	}
	defer conn.Close()
	if ch.Tx() != nil {
		return
	}
	for idle := 0; idle < 50; {
		carried := 0
		for range 7 {
			m, ok, err := ch.Get("in", false)
			if err != nil {
				return
			}
			if !ok {
				break
			}
			out := amqp.Publishing{DeliveryMode: amqp.Persistent, Body: append([]byte("done "), m.Body...)}
			if ch.Publish("", "out", false, false, out) != nil || m.Ack(false) != nil {
				return
			}
			carried++
		}
		if ch.TxCommit() != nil {
			return
		}
		idle++
		if carried > 0 {
			idle = 0
		} else {
			time.Sleep(2 * time.Millisecond)
		}
	}
}

// finish sends what is still not confirmed, carries on what is left, and looks
// at what came out.
func (p *pipeline) finish() {
	conn, ch, err := p.channel()
	p.must(err)
	defer conn.Close()
	p.must(ch.Confirm(false))
	for _, n := range p.unconfirmed() {
		c, err := p.send(ch, n)
		p.must(err)
		if !c.Wait() {
			p.Fatalf("number %d is refused", n)
		}
	}
	p.work()
	var got []int
	for {
		m, ok, err := ch.Get("out", true)
		p.must(err)
		if !ok {
			break
		}
		n := -1
		fmt.Sscanf(string(m.Body), "done %d", &n)
		got = append(got, n)
	}
	for i, n := range got {
		if i != n {
			p.Fatalf("number %d came out as number %d", n, i)
		}
	}
	if len(got) != len(p.confirmed) || len(got) == 0 {
		p.Errorf("%d numbers came out of %d", len(got), len(p.confirmed))
	}
	p.Logf("%d numbers", len(got))
}
