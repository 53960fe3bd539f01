package integration

import (
	"context"
	"math/rand/v2"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// publisher sends numbered letters through the broker's deaths. It never
// sends one twice.
type publisher struct {
	id     uint32
	url    string
	ledger *ledger
	random *rand.Rand
	pace   time.Duration // between two messages, on average
	seq    uint32
	open   []posted // not confirmed yet, the oldest first
}

// posted is a letter on its way.
type posted struct {
	letter
	*amqp.DeferredConfirmation
}

// publishWindow is how many confirms may be outstanding.
const publishWindow = 300

// run publishes until ctx ends, and then waits for what is outstanding.
func (p *publisher) run(ctx context.Context) {
	for ctx.Err() == nil {
		ch, err := reach(p.url)
		if err != nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		if ch.Confirm(false) == nil {
			for ctx.Err() == nil && p.publish(ch) == nil {
				p.collect(publishWindow)
			}
		}
		p.collect(0)
		ch.conn.Close()
	}
}

// publish sends the next letter.
func (p *publisher) publish(ch channel) error {
	if p.random.IntN(10) == 0 {
		time.Sleep(10 * p.pace)
	}
	p.seq++
	l := letter{p.id, p.seq, uint8(p.random.IntN(len(crashRoutes)))}
	r := crashRoutes[l.route]
	confirmation, err := ch.PublishWithDeferredConfirm(r.exchange, r.key, true, false, amqp.Publishing{
		DeliveryMode: amqp.Persistent, Body: l.encode(letterSize(p.random)),
	})
	if err == nil {
		p.open = append(p.open, posted{l, confirmation})
	}
	return err
}

// collect notes what was confirmed, and waits until no more than left are
// outstanding. The client gives all up when its connection ends.
func (p *publisher) collect(left int) {
	for len(p.open) > 0 {
		x := p.open[0]
		if len(p.open) <= left {
			select {
			case <-x.Done():
			default:
				return
			}
		}
		if x.Wait() {
			p.ledger.confirm(x.letter)
		}
		p.open = p.open[1:]
	}
}

// channel is a channel, and the connection it has for itself.
type channel struct {
	*amqp.Channel
	conn *amqp.Connection
}

// reach opens a channel to a broker that may be down.
func reach(url string) (channel, error) {
	conn, err := amqp.Dial(url)
	if err != nil {
		return channel{}, err
	}
	ch, err := conn.Channel()
	if err != nil {
		conn.Close()
		return channel{}, err
	}
	return channel{ch, conn}, nil
}
