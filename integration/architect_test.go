package integration

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// architect builds durable topology through the broker's deaths, and tears
// some of it down. It remembers what the broker said is done.
type architect struct {
	url   string
	sites []site
}

// site is a queue behind an exchange of some type, behind a fanout exchange.
type site struct {
	number int
	built  int  // steps that were answered
	razing bool // tearing down was begun
	razed  bool // and answered
}

func (s *site) exchange() string { return fmt.Sprint("site.x.", s.number) }
func (s *site) front() string    { return fmt.Sprint("site.front.", s.number) }
func (s *site) queue() string    { return fmt.Sprint("site.q.", s.number) }

var siteTypes = []string{amqp.ExchangeDirect, amqp.ExchangeTopic, amqp.ExchangeHeaders, amqp.ExchangeFanout}

func (s *site) exchangeType() string { return siteTypes[s.number%len(siteTypes)] }

func (s *site) exchangeArguments() amqp.Table {
	return amqp.Table{"alternate-exchange": fmt.Sprint("alternate.", s.number)}
}

func (s *site) queueArguments(more int) amqp.Table {
	return amqp.Table{
		"x-max-length": int64(100 + s.number + more), "x-dead-letter-exchange": "amq.direct",
		"x-overflow": "reject-publish",
	}
}

func (s *site) bindingArguments() amqp.Table {
	return amqp.Table{"x-match": "all", "site": int32(s.number), "where": "here"}
}

// siteSteps build a site.
var siteSteps = []func(ch channel, s *site) error{
	func(ch channel, s *site) error {
		return ch.ExchangeDeclare(s.exchange(), s.exchangeType(), true, false, false, false, s.exchangeArguments())
	},
	func(ch channel, s *site) error {
		_, err := ch.QueueDeclare(s.queue(), true, false, false, false, s.queueArguments(0))
		return err
	},
	func(ch channel, s *site) error {
		return ch.QueueBind(s.queue(), "a.b", s.exchange(), false, s.bindingArguments())
	},
	func(ch channel, s *site) error {
		return ch.ExchangeDeclare(s.front(), amqp.ExchangeFanout, true, false, false, false, nil)
	},
	func(ch channel, s *site) error {
		return ch.ExchangeBind(s.exchange(), "", s.front(), false, nil)
	},
}

// run builds until ctx ends; a site that the broker dies on is left as it is.
func (a *architect) run(ctx context.Context) {
	for ctx.Err() == nil {
		ch, err := reach(a.url)
		if err != nil {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		for err == nil && ctx.Err() == nil {
			s := site{number: len(a.sites)}
			err = s.build(ch)
			a.sites = append(a.sites, s)
			time.Sleep(5 * time.Millisecond)
		}
		ch.conn.Close()
	}
}

// build carries out the steps, and tears every third site down again.
func (s *site) build(ch channel) error {
	for _, step := range siteSteps {
		if err := step(ch, s); err != nil {
			return err
		}
		s.built++
	}
	if s.number%3 != 0 {
		return nil
	}
	s.razing = true
	if _, err := ch.QueueDelete(s.queue(), false, false, false); err != nil {
		return err
	}
	if err := ch.ExchangeDelete(s.exchange(), false, false); err != nil {
		return err
	}
	s.razed = true
	return nil
}

// audit wants every site as it was last heard of.
func (a *architect) audit(t *testing.T) {
	t.Helper()
	razed := 0
	for i := range a.sites {
		ch, err := reach(a.url)
		if err != nil {
			t.Fatal(err)
		}
		s := &a.sites[i]
		switch {
		case s.razed:
			razed++
			err = s.gone(ch)
		case !s.razing:
			err = s.stands(ch)
		}
		if err != nil {
			t.Errorf("site %+v: %v", *s, err)
		}
		ch.conn.Close()
	}
	if len(a.sites)-razed < 10 || razed < 5 {
		t.Errorf("only %d sites, %d of them torn down", len(a.sites), razed)
	}
	t.Logf("%d sites, %d of them torn down", len(a.sites), razed)
}

// gone wants that neither queue nor exchange is there.
func (s *site) gone(ch channel) error {
	_, err := ch.QueueDeclarePassive(s.queue(), true, false, false, false, nil)
	if code(err) != amqp.NotFound {
		return fmt.Errorf("a deleted queue: %w", err)
	}
	again, err := ch.conn.Channel()
	if err != nil {
		return err
	}
	if err = again.ExchangeDeclarePassive(s.exchange(), s.exchangeType(), true, false, false, false, nil); code(err) != amqp.NotFound {
		return fmt.Errorf("a deleted exchange: %w", err)
	}
	return nil
}

// stands wants what was built, with the same arguments, and that it routes.
func (s *site) stands(ch channel) error {
	for _, check := range siteChecks {
		if s.built < check.from {
			continue
		}
		if err := check.want(ch, s); err != nil {
			return err
		}
	}
	return nil
}

// siteChecks are what to want of a site from so many steps on. An equal
// declaration is fine, and proves the arguments, once a passive one has proved
// that it makes nothing.
var siteChecks = []struct {
	from int
	want func(ch channel, s *site) error
}{
	{1, func(ch channel, s *site) error {
		return ch.ExchangeDeclarePassive(s.exchange(), s.exchangeType(), true, false, false, false, nil)
	}},
	{1, siteSteps[0]},
	{2, func(ch channel, s *site) error {
		_, err := ch.QueueDeclarePassive(s.queue(), true, false, false, false, nil)
		return err
	}},
	{2, siteSteps[1]},
	{3, func(ch channel, s *site) error { return s.routes(ch, s.exchange()) }},
	{4, func(ch channel, s *site) error {
		return ch.ExchangeDeclarePassive(s.front(), amqp.ExchangeFanout, true, false, false, false, nil)
	}},
	{5, func(ch channel, s *site) error { return s.routes(ch, s.front()) }},
	{2, func(ch channel, s *site) error { // the last: it closes the channel
		_, err := ch.QueueDeclare(s.queue(), true, false, false, false, s.queueArguments(1))
		if code(err) != amqp.PreconditionFailed {
			return fmt.Errorf("a declaration with another x-max-length: %w", err)
		}
		return nil
	}},
}

// routes wants a message published to exchange in the queue.
func (s *site) routes(ch channel, exchange string) error {
	err := ch.Publish(exchange, "a.b", false, false, amqp.Publishing{
		Headers: amqp.Table{"site": int32(s.number), "where": "here"}, Body: []byte(exchange),
	})
	if err != nil {
		return err
	}
	m, ok, err := ch.Get(s.queue(), true)
	if err != nil || !ok || string(m.Body) != exchange {
		return fmt.Errorf("through %s: got %v %q, %w", exchange, ok, m.Body, err)
	}
	return nil
}

// code is the reply code of an error, 0 if it has none.
func code(err error) int {
	if e, ok := errors.AsType[*amqp.Error](err); ok {
		return e.Code
	}
	return 0
}
