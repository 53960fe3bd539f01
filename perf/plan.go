package perf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

// plan is where the messages of a load go: queues, and routes to them.
type plan struct {
	load     *Load
	exchange string
	queues   []string
	routes   []route
	bindings []binding
	unknown  string // why nobody can say how many messages a queue will get
}

// route is a routing key, and where messages under it arrive.
type route struct {
	key     string
	headers amqp.Table
	queues  []int
}

type binding struct {
	queue int
	key   string
	args  amqp.Table
}

func newPlan(l *Load) *plan {
	p := &plan{load: l, queues: queueNames(l), exchange: l.Exchange}
	if l.Exchange == "" && (!p.named() || l.ExchangeType != "direct" || l.RoutingKey != "" || l.Bindings > 0) {
		p.exchange = l.ID + "-" + l.ExchangeType
	}
	switch {
	case l.Bindings > 0:
		p.bindMany()
	case p.named():
		p.bindByName()
	default:
		p.bindCopies()
	}
	p.unknown = l.unknown()
	return p
}

// named reports whether the user named the queues.
func (p *plan) named() bool { return p.load.Queue != "" || p.load.QueuePattern != "" }

func queueNames(l *Load) (names []string) {
	switch {
	case l.Queue != "":
		return []string{l.Queue}
	case l.QueuePattern != "":
		for n := l.PatternFrom; n <= l.PatternTo; n++ {
			names = append(names, fmt.Sprintf(l.QueuePattern, n))
		}
	default:
		for n := range l.Consumers * l.ConsumerChannels {
			names = append(names, fmt.Sprintf("%s-%d", l.ID, n+1))
		}
	}
	return names
}

// bindMany shares out many bindings over the queues, each with a key that no
// other matches.
func (p *plan) bindMany() {
	for n := range p.load.Bindings {
		r := route{key: fmt.Sprintf("perf.%d.x", n), queues: []int{n % len(p.queues)}}
		b := binding{queue: r.queues[0], key: r.key}
		switch p.load.ExchangeType {
		case "topic":
			b.key = fmt.Sprintf("perf.%d.*", n)
		case "headers":
			r.headers = amqp.Table{"n": int64(n)}
			b.args = amqp.Table{"x-match": "all", "n": int64(n)}
		}
		p.routes, p.bindings = append(p.routes, r), append(p.bindings, b)
	}
}

// bindByName binds each queue under its name, or all under the key given.
func (p *plan) bindByName() {
	all := p.everyQueue()
	for n, name := range p.queues {
		r := route{key: name, queues: []int{n}}
		if p.load.RoutingKey != "" {
			r.key = p.load.RoutingKey
		}
		if p.load.RoutingKey != "" || p.load.ExchangeType == "fanout" || p.load.ExchangeType == "headers" {
			r.queues = all
		}
		p.routes = append(p.routes, r)
		if p.exchange != "" {
			p.bindings = append(p.bindings, binding{queue: n, key: r.key})
		}
	}
}

// bindCopies gives a copy of each message to each queue.
func (p *plan) bindCopies() {
	key := p.load.RoutingKey
	if key == "" {
		key = p.load.ID
	}
	p.routes = []route{{key: key, queues: p.everyQueue()}}
	for n := range p.queues {
		p.bindings = append(p.bindings, binding{queue: n, key: key})
	}
}

func (p *plan) everyQueue() []int {
	all := make([]int, len(p.queues))
	for n := range all {
		all[n] = n
	}
	return all
}

// routesOf are the routes a channel publishes to in turn, by the number of the
// channel among those of all producers.
func (p *plan) routesOf(channel int) []route {
	if p.load.Bindings > 0 || len(p.routes) == 0 {
		return p.routes
	}
	n := channel % len(p.routes)
	return p.routes[n : n+1]
}

// dropping are arguments that let a queue drop what it was given.
var dropping = []string{
	"x-max-length", "x-max-length-bytes", "x-message-ttl", "x-expires", "x-delivery-limit",
}

// unknown is why the messages that will arrive cannot be counted beforehand;
// empty if they can.
func (l *Load) unknown() string {
	everywhere := l.ExchangeType == "fanout" || l.ExchangeType == "headers"
	switch {
	case l.Producers == 0:
		return "nothing was published"
	case l.Consumers == 0:
		return "nothing was consumed"
	case l.leastBytes() < numberedSize:
		return fmt.Sprintf("bodies below %d bytes have no number", numberedSize)
	case l.ConsumeCount > 0:
		return "consumers stopped by count"
	case l.Predeclared:
		return "the queues were there before"
	case l.RandomKey && !everywhere:
		return "routing keys are random"
	case l.ExchangeType == "topic" && strings.ContainsAny(l.RoutingKey, "*#"):
		return "the routing key is a pattern"
	}
	for _, arg := range dropping {
		if _, ok := l.QueueArgs[arg]; ok {
			return "queues with " + arg + " may drop messages"
		}
	}
	if l.QueuePattern != "" && l.Consumers*l.ConsumerChannels < l.PatternTo-l.PatternFrom+1 {
		return "some queues have no consumer"
	}
	return ""
}

// declare declares and binds all that is not there before.
func (p *plan) declare(c *dial.Conn) error {
	if p.load.Predeclared {
		return nil
	}
	if p.exchange != "" && !strings.HasPrefix(p.exchange, "amq.") {
		_, err := dial.Call[*amqp.ExchangeDeclareOk](c, 1, &amqp.ExchangeDeclare{
			Exchange: p.exchange, Type: p.load.ExchangeType, Durable: p.load.Persistent,
			AutoDelete: p.load.Exchange == "",
		})
		if err != nil {
			return err
		}
	}
	for _, name := range p.queues {
		ok, err := dial.Call[*amqp.QueueDeclareOk](c, 1, &amqp.QueueDeclare{
			Queue: name, Durable: p.load.Persistent, AutoDelete: p.load.AutoDelete, Arguments: p.load.QueueArgs,
		})
		if err != nil {
			return err
		}
		if ok.ConsumerCount > 0 {
			p.unknown = fmt.Sprintf("queue %s has other consumers", name)
		}
	}
	return p.bind(c)
}

// bind sends all bindings, and waits for the last only.
func (p *plan) bind(c *dial.Conn) error {
	var batch []byte
	for chunk := range slices.Chunk(p.bindings, 100) {
		batch = batch[:0]
		for i, b := range chunk {
			batch = amqp.AppendMethod(batch, 1, &amqp.QueueBind{
				Queue: p.queues[b.queue], Exchange: p.exchange, RoutingKey: b.key, Arguments: b.args,
				NoWait: i < len(chunk)-1,
			})
		}
		if _, err := c.Write(batch); err != nil {
			return dial.Cause(err)
		}
		if _, err := dial.Expect[*amqp.QueueBindOk](c, 1); err != nil {
			return fmt.Errorf("queue.bind: %w", err)
		}
	}
	return nil
}

// left says whether queues still hold messages, which then are not lost; empty
// if they hold none.
func (p *plan) left(c *dial.Conn) string {
	for _, name := range p.queues {
		ok, err := dial.Call[*amqp.QueueDeclareOk](c, 1, &amqp.QueueDeclare{Queue: name, Passive: true})
		if err != nil {
			return err.Error()
		}
		if ok.MessageCount > 0 {
			return fmt.Sprintf("queue %s holds %d messages that do not come", name, ok.MessageCount)
		}
	}
	return ""
}

// clear deletes the queues that would go with their consumers, so that a load
// that follows finds none of them half gone.
func (p *plan) clear(c *dial.Conn) error {
	if p.load.Predeclared || !p.load.AutoDelete || p.load.Consumers == 0 {
		return nil
	}
	for _, name := range p.queues {
		if _, err := dial.Call[*amqp.QueueDeleteOk](c, 1, &amqp.QueueDelete{Queue: name}); err != nil {
			return err
		}
	}
	return nil
}
