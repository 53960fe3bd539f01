package integration

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// put publishes a letter as part of a transaction.
func put(ch channel, queue string, body []byte) error {
	return ch.Publish("", queue, false, false, amqp.Publishing{DeliveryMode: amqp.Persistent, Body: body})
}

// tokens are letters that transactions carry to and fro between two queues,
// each by an acknowledgement and a publish.
type tokens struct {
	queues [2]string
	mu     sync.Mutex
	known  map[letter]string // where the last transaction put it; "" when it was not answered
	last   map[letter]int    // the transaction that took it last
	begun  int               // transactions
	moved  int
}

const tokenCount = 300

// mint publishes all tokens, confirmed.
func (k *tokens) mint(t *testing.T, ch *amqp.Channel, r *rand.Rand) {
	t.Helper()
	if err := ch.Confirm(false); err != nil {
		t.Fatal(err)
	}
	for i := range tokenCount {
		x := letter{seq: uint32(i)}
		queue := k.queues[i%2]
		c, err := ch.PublishWithDeferredConfirm("", queue, false, false, amqp.Publishing{
			DeliveryMode: amqp.Persistent, Body: x.encode(letterSize(r)),
		})
		if err != nil || !c.Wait() {
			t.Fatalf("a token was not confirmed: %v", err)
		}
		k.known[x] = queue
	}
}

// carry is a load that moves tokens, up to five at once, and takes some of
// that back before it commits.
func (k *tokens) carry(from, to string, r *rand.Rand) load {
	return func(ch channel) {
		for err := ch.Tx(); err == nil; {
			var moving []letter
			for range 1 + r.IntN(5) {
				m, ok, getErr := ch.Get(from, false)
				if getErr != nil {
					return
				}
				if !ok {
					time.Sleep(time.Millisecond)
					break
				}
				if x, err := decodeLetter(m.Body); err == nil {
					moving = append(moving, x)
				}
				put(ch, to, m.Body)
				m.Ack(false)
			}
			if r.IntN(10) == 0 {
				ch.TxRollback()
				ch.Nack(0, true, true)
				err = ch.TxCommit()
				continue
			}
			number := k.begin(moving)
			if err = ch.TxCommit(); err == nil {
				k.note(moving, to, number)
			}
		}
	}
}

// begin tells that a transaction with tokens commits now. They may be anywhere
// until it is answered.
func (k *tokens) begin(moving []letter) (number int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.begun++
	for _, x := range moving {
		k.known[x], k.last[x] = "", k.begun
	}
	return k.begun
}

// note tells that transaction number put tokens into queue: they are there,
// but for those that others were quicker to take than the answer came here.
func (k *tokens) note(moved []letter, queue string, number int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, x := range moved {
		if k.last[x] == number {
			k.known[x] = queue
		}
	}
	k.moved += len(moved)
}

// look wants each token once, and where the last answered transaction put it.
func (k *tokens) look(t *testing.T, b *Broker) {
	t.Helper()
	ch := mustReach(t, b)
	defer ch.conn.Close()
	w := newWhereabouts()
	for _, queue := range k.queues {
		w.hold(t, ch, queue)
	}
	for x, known := range k.known {
		switch found := w.queues[x]; {
		case len(found) != 1:
			w.problem("token %d is in %q, the last answer put it in %q", x.seq, found, known)
		case known != "" && known != found[0]:
			w.problem("token %d is in %s, but was moved to %s", x.seq, found[0], known)
		default:
			k.known[x] = found[0]
		}
	}
	w.report(t)
}

// triplets are letters that a transaction publishes to three queues.
type triplets struct {
	number    uint32
	queues    [3]string
	random    *rand.Rand
	seq       uint32
	committed map[letter]bool // and not taken yet
	taken     int
}

// publish is a load that sends transactions, of several letters at times.
func (p *triplets) publish(ch channel) {
	for err := ch.Tx(); err == nil; {
		var sent []letter
		for range 1 + p.random.IntN(5) {
			p.seq++
			x := letter{publisher: p.number, seq: p.seq}
			body := x.encode(letterSize(p.random))
			for _, queue := range p.queues {
				put(ch, queue, body)
			}
			sent = append(sent, x)
		}
		if p.random.IntN(10) == 0 {
			err = ch.TxRollback()
			continue
		}
		if err = ch.TxCommit(); err == nil {
			for _, x := range sent {
				p.committed[x] = true
			}
		}
	}
}

// look wants each letter in all queues or in none, and those whose transaction
// was answered in all. It takes what it finds, in one transaction.
func (p *triplets) look(t *testing.T, b *Broker) {
	t.Helper()
	ch := mustReach(t, b)
	defer ch.conn.Close()
	w := newWhereabouts()
	if err := ch.Tx(); err != nil {
		t.Fatal(err)
	}
	for _, queue := range p.queues {
		w.hold(t, ch, queue)
	}
	for x, found := range w.queues {
		if fmt.Sprint(found) != fmt.Sprint(p.queues) {
			w.problem("%v is in %v alone", x, found)
		}
		delete(p.committed, x)
		p.taken++
	}
	for x := range p.committed {
		w.problem("%v was committed and is lost", x)
		delete(p.committed, x)
	}
	w.report(t)
	if err := ch.Ack(0, true); err != nil {
		t.Fatal(err)
	}
	if err := ch.TxCommit(); err != nil {
		t.Fatal(err)
	}
}

// TestTxCrash kills the broker again and again in the middle of transactions:
// each happened as a whole or not at all, and each that was answered did.
func TestTxCrash(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := func(n int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(n))) }
	b := Start(t, hutchmq)
	ch := dial(t, b)
	k := &tokens{queues: [2]string{"to", "fro"}, known: map[letter]string{}, last: map[letter]int{}}
	p := &triplets{number: 1, queues: [3]string{"one", "two", "three"}, random: random(1), committed: map[letter]bool{}}
	for _, queue := range append(k.queues[:], p.queues[:]...) {
		declareDurable(t, ch, queue)
	}
	k.mint(t, ch, random(2))
	loads := []load{p.publish}
	for i := range 4 {
		loads = append(loads, k.carry(k.queues[i%2], k.queues[1-i%2], random(10+i)))
	}
	crash(t, b, random(0), loads, func() {
		k.look(t, b)
		p.look(t, b)
	})
	t.Logf("%d tokens moved; %d letters published to three queues, %d came", k.moved, p.seq, p.taken)
	if k.moved < minConfirmed || p.taken < minConfirmed {
		t.Error("that proves little")
	}
}
