package vhost

import (
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

func TestQueueEquivalence(t *testing.T) {
	f := newFixture(t)
	base := queue.Declaration{Name: "q", Durable: true, Arguments: amqp.Table{"x-message-ttl": int32(1), "x-unknown": "a"}}
	_, created, err := f.DeclareQueue(base, 0)
	f.must(err)
	if !created {
		t.Error("not created")
	}
	with := func(change func(d *queue.Declaration)) queue.Declaration {
		d := base
		d.Arguments = amqp.Table{"x-message-ttl": int32(1), "x-unknown": "a"}
		change(&d)
		return d
	}
	in := "PRECONDITION_FAILED - inequivalent arg '%' for queue 'q' in vhost '/': "
	locked := "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration."
	for _, c := range []struct {
		arg    string
		change func(d *queue.Declaration)
		want   string
	}{
		{"", func(*queue.Declaration) {}, ""},
		{"", func(d *queue.Declaration) { d.Arguments["x-message-ttl"] = int64(1) }, ""},
		{"", func(d *queue.Declaration) { d.Arguments["x-unknown"] = "b" }, ""},
		{"", func(d *queue.Declaration) { d.Arguments["x-queue-type"] = "classic" }, ""},
		{"durable", func(d *queue.Declaration) { d.Durable = false }, in + "received 'false' but current is 'true'"},
		{"auto_delete", func(d *queue.Declaration) { d.AutoDelete = true }, in + "received 'true' but current is 'false'"},
		{"x-message-ttl", func(d *queue.Declaration) { d.Arguments["x-message-ttl"] = int32(2) }, in + "received '2' but current is '1'"},
		{"x-message-ttl", func(d *queue.Declaration) { d.Arguments = nil }, in + "received none but current is the value '1' of type 'signedint'"},
		{"x-max-length", func(d *queue.Declaration) { d.Arguments["x-max-length"] = int64(2) }, in + "received the value '2' of type 'long' but current is none"},
		{"x-queue-type", func(d *queue.Declaration) { d.Arguments["x-queue-type"] = "quorum" }, in + "received 'quorum' but current is 'classic'"},
		{"", func(d *queue.Declaration) { d.Exclusive, d.Durable = true, false }, locked},
	} {
		q, created, err := f.DeclareQueue(with(c.change), 0)
		if created {
			t.Errorf("%s: created", c.want)
		}
		if c.want == "" {
			f.must(err)
			continue
		}
		f.refused(err, strings.Replace(c.want, "%", c.arg, 1))
		if q == nil {
			t.Errorf("%s: no queue comes back", c.want)
		}
	}
}

func TestExchangeEquivalence(t *testing.T) {
	f := newFixture(t)
	f.exchanges("x direct alternate=a")
	in := "PRECONDITION_FAILED - inequivalent arg '%' for exchange 'x' in vhost '/': "
	for _, c := range []struct {
		arg    string
		change func(d *ExchangeDeclaration)
		want   string
	}{
		{"", func(*ExchangeDeclaration) {}, ""},
		{"", func(d *ExchangeDeclaration) { d.Arguments["other"] = true }, ""},
		{"type", func(d *ExchangeDeclaration) { d.Kind = "fanout" }, in + "received 'fanout' but current is 'direct'"},
		{"durable", func(d *ExchangeDeclaration) { d.Durable = false }, in + "received 'false' but current is 'true'"},
		{"auto_delete", func(d *ExchangeDeclaration) { d.AutoDelete = true }, in + "received 'true' but current is 'false'"},
		{"internal", func(d *ExchangeDeclaration) { d.Internal = true }, in + "received 'true' but current is 'false'"},
		{"alternate-exchange", func(d *ExchangeDeclaration) { d.Arguments["alternate-exchange"] = "b" }, in + "received 'b' but current is 'a'"},
		{"alternate-exchange", func(d *ExchangeDeclaration) { d.Arguments = nil }, in + "received none but current is the value 'a' of type 'longstr'"},
		{"", func(d *ExchangeDeclaration) { d.Kind = "odd" }, "PRECONDITION_FAILED - unknown exchange type 'odd'"},
	} {
		d := ExchangeDeclaration{Name: "x", Kind: "direct", Durable: true, Arguments: amqp.Table{"alternate-exchange": "a"}}
		c.change(&d)
		_, created, err := f.DeclareExchange(d)
		if created {
			t.Errorf("%s: created", c.want)
		}
		if c.want == "" {
			f.must(err)
			continue
		}
		f.refused(err, strings.Replace(c.want, "%", c.arg, 1))
	}
}

func TestDeclareRefuses(t *testing.T) {
	f := newFixture(t)
	declareExchange := func(d ExchangeDeclaration) error { _, _, err := f.DeclareExchange(d); return err }
	declareQueue := func(name string, args amqp.Table) error {
		_, _, err := f.DeclareQueue(queue.Declaration{Name: name, Durable: true, Arguments: args}, 0)
		return err
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{declareExchange(ExchangeDeclaration{Kind: "direct"}), "ACCESS_REFUSED - operation not permitted on the default exchange"},
		{declareExchange(ExchangeDeclaration{Name: "amq.x", Kind: "direct"}), "ACCESS_REFUSED - exchange name 'amq.x' contains reserved prefix 'amq.*'"},
		{declareExchange(ExchangeDeclaration{Name: "x", Kind: "odd"}), "PRECONDITION_FAILED - unknown exchange type 'odd'"},
		{declareExchange(ExchangeDeclaration{Name: "x", Kind: "direct", Arguments: amqp.Table{"alternate-exchange": int32(1)}}),
			"PRECONDITION_FAILED - invalid type 'signedint' for arg 'alternate-exchange' in exchange 'x' in vhost '/'"},
		{declareExchange(ExchangeDeclaration{Name: "amq.direct", Kind: "direct", Durable: true}), ""},
		{declareQueue("amq.q", nil), "ACCESS_REFUSED - queue name 'amq.q' contains reserved prefix 'amq.*'"},
		{declareQueue("q", amqp.Table{"x-queue-type": "odd"}), "PRECONDITION_FAILED - invalid arg 'x-queue-type' for queue 'q' in vhost '/': queue type 'odd' is not available"},
		{declareQueue("q", amqp.Table{"x-queue-type": int32(1)}), "PRECONDITION_FAILED - invalid arg 'x-queue-type' for queue 'q' in vhost '/': {unacceptable_type,signedint}"},
		{declareQueue("", amqp.Table{"x-queue-type": "quorum"}), "PRECONDITION_FAILED - Cannot declare a server-named queue for type rabbit_quorum_queue"},
		{f.DeleteExchange("", false), "ACCESS_REFUSED - operation not permitted on the default exchange"},
		{f.DeleteExchange("amq.topic", false), "ACCESS_REFUSED - deletion of system exchange 'amq.topic' in vhost '/' not allowed"},
		{f.DeleteExchange("nowhere", true), ""},
	} {
		if c.want == "" {
			f.must(c.err)
		} else {
			f.refused(c.err, c.want)
		}
	}
	if got := f.keeper.take(); got != "" {
		t.Errorf("kept %s", got)
	}
}

func TestServerNames(t *testing.T) {
	f := newFixture(t)
	a, created, err := f.DeclareQueue(queue.Declaration{}, 0)
	f.must(err)
	b, _, err := f.DeclareQueue(queue.Declaration{}, 0)
	f.must(err)
	if !created || a.Name == b.Name || len(a.Name) != len("amq.gen-")+22 || !strings.HasPrefix(a.Name, "amq.gen-") {
		t.Errorf("%q and %q", a.Name, b.Name)
	}
	_, created, err = f.DeclareQueue(queue.Declaration{Name: a.Name}, 0)
	if err != nil || created {
		t.Errorf("again: %v, created %v", err, created)
	}
}

func TestBindRefuses(t *testing.T) {
	f := newFixture(t)
	f.exchanges("x headers")
	f.queues("q")
	q, x := f.destination("q"), f.destination("@x")
	def := f.destination("@")
	for _, c := range []struct {
		err  error
		want string
	}{
		{f.Bind("", q, "k", nil), "ACCESS_REFUSED - operation not permitted on the default exchange"},
		{f.Bind("x", def, "k", nil), "ACCESS_REFUSED - operation not permitted on the default exchange"},
		{f.Bind("nowhere", q, "k", nil), "NOT_FOUND - no exchange 'nowhere' in vhost '/'"},
		{f.Bind("x", q, "k", amqp.Table{"x-match": "some"}), `PRECONDITION_FAILED - Invalid x-match field value <<"some">>; expected all, any, all-with-x, or any-with-x`},
		{f.Unbind("x", x, "k", nil), ""},
	} {
		if c.want == "" {
			f.must(c.err)
		} else {
			f.refused(c.err, c.want)
		}
	}
	_, err := f.DeleteQueue(q.(*Queue), false, false)
	f.must(err)
	f.must(f.DeleteExchange("x", false))
	f.refused(f.Bind("amq.direct", q, "k", nil), "NOT_FOUND - no queue 'q' in vhost '/'")
	f.refused(f.Bind("amq.direct", x, "k", nil), "NOT_FOUND - no exchange 'x' in vhost '/'")
}

// TestSameBinding: arguments belong to what a binding is, their integer widths
// do not.
func TestSameBinding(t *testing.T) {
	f := newFixture(t)
	f.queues("q")
	q := f.destination("q")
	for _, args := range []amqp.Table{nil, {}, {"a": int32(1)}, {"a": int64(1)}, {"a": int32(2)}} {
		f.must(f.Bind("amq.direct", q, "k", args))
	}
	x, err := f.Exchange("amq.direct")
	f.must(err)
	if n := len(x.Bindings()); n != 3 {
		t.Errorf("%d bindings", n)
	}
	f.must(f.Unbind("amq.direct", q, "k", amqp.Table{"a": int64(1)}))
	f.must(f.Unbind("amq.direct", q, "k", amqp.Table{"a": int64(1)}))
	if n := len(x.Bindings()); n != 2 {
		t.Errorf("%d bindings after unbind", n)
	}
	f.reaches("amq.direct", "k", "q")
}

func TestExclusive(t *testing.T) {
	f := newFixture(t)
	declare := func(owner uint64, exclusive bool) error {
		_, _, err := f.DeclareQueue(queue.Declaration{Name: "q", Durable: true, Exclusive: exclusive}, owner)
		return err
	}
	f.must(declare(7, true))
	f.must(declare(7, true))
	f.binds("amq.fanout q")
	for _, err := range []error{declare(7, false), declare(8, true), declare(8, false)} {
		if !amqp.Locked.Is(err) {
			t.Errorf("declare: %v", err)
		}
	}
	if _, err := f.Queue("q", 8); !amqp.Locked.Is(err) {
		t.Errorf("another connection: %v", err)
	}
	_, err := f.Queue("q", 7)
	f.must(err)
	f.reaches("", "q", "q") // anybody may publish to it
	f.must(f.DeleteOwned(8))
	_, err = f.Queue("q", 7)
	f.must(err)
	f.must(f.DeleteOwned(7))
	if _, err := f.Queue("q", 7); !amqp.NoQueue.Is(err) {
		t.Errorf("after its connection: %v", err)
	}
	f.must(f.DeleteOwned(7))
	if len(f.owned) != 0 {
		t.Errorf("owned %v", f.owned)
	}
	if got := f.keeper.take(); got != "" {
		t.Errorf("kept %s", got)
	}
	f.must(declare(8, true))
}
