package integration

import (
	"math/rand/v2"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// move is a queue that gives its messages up, and the one they go to.
type move struct {
	number    uint32
	name      string
	arguments amqp.Table
	random    *rand.Rand
	seq       uint32          // of the last letter published
	confirmed map[letter]bool // and not settled in the target yet
	moved     int             // letters seen in the target
}

func (m *move) source() string { return m.name + ".from" }
func (m *move) target() string { return m.name + ".to" }

func (m *move) declare(t *testing.T, ch *amqp.Channel) {
	t.Helper()
	arguments := amqp.Table{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": m.target()}
	for k, v := range m.arguments {
		arguments[k] = v
	}
	if _, err := ch.QueueDeclare(m.source(), true, false, false, false, arguments); err != nil {
		t.Fatal(err)
	}
	declareDurable(t, ch, m.target())
}

// Letters come, and go, in bursts: so there is mostly something on its way when
// the broker dies.
const (
	burst      = 500
	burstPause = 50 * time.Millisecond
)

// publish is a load that fills the source.
func (m *move) publish(ch channel) {
	var open []posted
	for err := ch.Confirm(false); err == nil; {
		m.seq++
		x := posted{letter: letter{publisher: m.number, seq: m.seq}}
		x.DeferredConfirmation, err = ch.PublishWithDeferredConfirm("", m.source(), false, false, amqp.Publishing{
			DeliveryMode: amqp.Persistent, Body: x.encode(letterSize(m.random)),
		})
		if err == nil {
			open = append(open, x)
		}
		if m.seq%burst == 0 {
			time.Sleep(burstPause)
		}
	}
	for _, x := range open {
		if x.Wait() {
			m.confirmed[x.letter] = true
		}
	}
}

// reject is a load that gives up what is in the source, some one by one but
// most of it at once.
func (m *move) reject(ch channel) {
	deliveries, err := ch.Consume(m.source(), "", false, false, false, false, nil)
	if err != nil {
		return
	}
	for n := 1; ; n++ {
		d, ok := <-deliveries
		if !ok {
			return
		}
		if many := n%burst == 0; many || n%10 == 0 {
			d.Nack(many, false)
		}
	}
}

// patience is how long a letter may be on its way after a restart.
const patience = 10 * time.Second

// look wants every confirmed letter in one of the queues, and no letter in
// both. It settles what has arrived; what has not goes on its way.
func (m *move) look(t *testing.T, b *Broker) {
	t.Helper()
	source, target := mustReach(t, b), mustReach(t, b)
	defer source.conn.Close()
	defer target.conn.Close()
	w := newWhereabouts()
	for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		w.hold(t, source, m.source()) // first: what moves meanwhile is in the target then
		w.hold(t, target, m.target())
		if len(m.missing(w)) == 0 || time.Since(start) > patience {
			break
		}
	}
	for x, queues := range w.queues {
		if len(queues) > 1 {
			w.problem("%v is in %v", x, queues)
		}
		if queues[len(queues)-1] == m.target() {
			m.moved++
			delete(m.confirmed, x)
		}
	}
	for _, x := range m.missing(w) {
		w.problem("%s: %v was confirmed and is lost", m.name, x)
		delete(m.confirmed, x)
	}
	w.report(t)
	if err := target.Ack(0, true); err != nil {
		t.Fatal(err)
	}
	wantMessages(t, target.Channel, m.target(), 0) // and the acknowledgements have arrived
}

// missing are the letters that should be somewhere and were not found.
func (m *move) missing(w *whereabouts) (missing []letter) {
	for x := range m.confirmed {
		if len(w.queues[x]) == 0 {
			missing = append(missing, x)
		}
	}
	return missing
}

// TestDeadLetterCrash kills the broker again and again while messages are
// rejected, expire, and are too many. Each is in the queue it was published to
// or in the one that dead letters go to, never in none and never in both.
func TestDeadLetterCrash(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	b := Start(t, hutchmq)
	moves := []*move{
		{name: "rejected"},
		{name: "expired", arguments: amqp.Table{"x-message-ttl": int32(100)}},
		{name: "too many", arguments: amqp.Table{"x-max-length": int32(30)}},
	}
	var loads []load
	for i, m := range moves {
		m.number, m.random, m.confirmed = uint32(i), rand.New(rand.NewPCG(seed, uint64(i))), map[letter]bool{}
		m.declare(t, dial(t, b))
		loads = append(loads, m.publish)
	}
	loads = append(loads, moves[0].reject)
	crash(t, b, rand.New(rand.NewPCG(seed, 100)), loads, func() {
		for _, m := range moves {
			m.look(t, b)
		}
	})
	for _, m := range moves {
		t.Logf("%s: %d published, %d moved", m.name, m.seq, m.moved)
		if m.moved < minConfirmed {
			t.Errorf("%s: only %d moved: that proves little", m.name, m.moved)
		}
	}
}
