package queue

import (
	"reflect"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
)

func parse(kind Kinds, args amqp.Table) (Options, error) {
	names := map[Kinds]string{Classic: "rabbit_classic_queue", Quorum: "rabbit_quorum_queue", Stream: "rabbit_stream_queue"}
	return Parse(Declaration{Vhost: "/", Name: "q", Arguments: args}, kind, names[kind])
}

// absent is what no arguments mean to a classic queue.
var absent = Options{TTLMs: -1, ExpiresMs: -1, MaxLength: -1, MaxLengthBytes: -1, DeliveryLimit: -1, ConsumerTimeout: -1}

func TestParse(t *testing.T) {
	x, k := "dlx", "key"
	for _, c := range []struct {
		kind Kinds
		args amqp.Table
		want func(o *Options)
	}{
		{Classic, nil, func(*Options) {}},
		{Classic, amqp.Table{"x-unknown": "kept", "other": []any{}}, func(*Options) {}},
		{Classic, amqp.Table{"x-message-ttl": int64(0)}, func(o *Options) { o.TTLMs = 0 }},
		{Classic, amqp.Table{"x-message-ttl": int64(maxTTL)}, func(o *Options) { o.TTLMs = maxTTL }},
		{Classic, amqp.Table{"x-expires": uint16(1)}, func(o *Options) { o.ExpiresMs = 1 }},
		{Classic, amqp.Table{"x-dead-letter-exchange": "dlx"}, func(o *Options) { o.DeadExchange = &x }},
		{Classic, amqp.Table{"x-dead-letter-exchange": "dlx", "x-dead-letter-routing-key": "key"}, func(o *Options) { o.DeadExchange, o.DeadKey = &x, &k }},
		{Quorum, amqp.Table{"x-dead-letter-strategy": "at-least-once"}, func(o *Options) { o.DeliveryLimit = 20 }},
		{Classic, amqp.Table{"x-max-length": int8(0)}, func(o *Options) { o.MaxLength = 0 }},
		{Stream, amqp.Table{"x-max-length-bytes": int64(1 << 40)}, func(o *Options) { o.MaxLengthBytes = 1 << 40 }},
		{Classic, amqp.Table{"x-overflow": "drop-head"}, func(*Options) {}},
		{Classic, amqp.Table{"x-overflow": "reject-publish"}, func(o *Options) { o.Overflow = RejectPublish }},
		{Classic, amqp.Table{"x-overflow": "reject-publish-dlx"}, func(o *Options) { o.Overflow = RejectPublishDLX }},
		{Classic, amqp.Table{"x-max-priority": uint8(255)}, func(o *Options) { o.MaxPriority = 255 }},
		{Classic, amqp.Table{"x-single-active-consumer": true}, func(o *Options) { o.SingleActive = true }},
		{Classic, amqp.Table{"x-delivery-limit": int32(7)}, func(o *Options) { o.DeliveryLimit = 7 }},
		{Quorum, nil, func(o *Options) { o.DeliveryLimit = 20 }},
		{Quorum, amqp.Table{"x-delivery-limit": int32(-1)}, func(*Options) {}},
		{Quorum, amqp.Table{"x-consumer-timeout": int32(5)}, func(o *Options) { o.ConsumerTimeout, o.DeliveryLimit = 5, 20 }},
		{Classic, amqp.Table{"x-queue-mode": "lazy", "x-queue-version": int32(2), "x-queue-type": "classic"}, func(*Options) {}},
		{Quorum, amqp.Table{
			"x-queue-leader-locator": "balanced", "x-quorum-initial-group-size": int32(3),
			"x-max-in-memory-length": int32(0), "x-max-in-memory-bytes": int32(0),
		}, func(o *Options) { o.DeliveryLimit = 20 }},
	} {
		want := absent
		c.want(&want)
		got, err := parse(c.kind, c.args)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: %+v, %v", c.args, got, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	in := " for queue 'q' in vhost '/'"
	for _, c := range []struct {
		kind Kinds
		key  string
		v    any
		want string
	}{
		{Classic, "x-message-ttl", int32(-1), "invalid arg 'x-message-ttl'" + in + ": {value_negative,-1}"},
		{Classic, "x-message-ttl", "5", "invalid arg 'x-message-ttl'" + in + `: "expected integer, got longstr"`},
		{Classic, "x-message-ttl", float64(5), "invalid arg 'x-message-ttl'" + in + `: "expected integer, got double"`},
		{Classic, "x-message-ttl", int64(maxTTL + 1), "invalid arg 'x-message-ttl'" + in + ": {value_too_large,315360000001}"},
		{Classic, "x-expires", int32(0), "invalid arg 'x-expires'" + in + ": {value_zero,0}"},
		{Classic, "x-expires", int32(-5), "invalid arg 'x-expires'" + in + ": {value_negative,-5}"},
		{Stream, "x-expires", int32(1), "invalid arg 'x-expires'" + in + " of queue type rabbit_stream_queue"},
		{Classic, "x-dead-letter-exchange", int32(1), "invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue 'q' in vhost '/'"},
		{Classic, "x-dead-letter-routing-key", "k", "invalid arg 'x-dead-letter-routing-key'" + in + ": routing_key_but_no_dlx_defined"},
		{Classic, "x-dead-letter-routing-key", true, "invalid arg 'x-dead-letter-routing-key'" + in + ": {unacceptable_type,bool}"},
		{Quorum, "x-dead-letter-strategy", "twice", "invalid arg 'x-dead-letter-strategy'" + in + ": invalid_dlx_strategy"},
		{Classic, "x-dead-letter-strategy", "at-most-once", "invalid arg 'x-dead-letter-strategy'" + in + " of queue type rabbit_classic_queue"},
		{Classic, "x-max-length", int32(-1), "invalid arg 'x-max-length'" + in + ": {value_negative,-1}"},
		{Classic, "x-max-length-bytes", nil, "invalid arg 'x-max-length-bytes'" + in + `: "expected integer, got void"`},
		{Classic, "x-overflow", "explode", "invalid arg 'x-overflow'" + in + ": invalid_overflow"},
		{Classic, "x-overflow", int32(1), "invalid arg 'x-overflow'" + in + ": {unacceptable_type,signedint}"},
		{Classic, "x-max-priority", int32(256), "invalid arg 'x-max-priority'" + in + ": {max_value_exceeded,256}"},
		{Quorum, "x-max-priority", int32(1), "invalid arg 'x-max-priority'" + in + " of queue type rabbit_quorum_queue"},
		{Classic, "x-single-active-consumer", "true", "invalid arg 'x-single-active-consumer'" + in + ": {unacceptable_type,longstr}"},
		{Quorum, "x-delivery-limit", int32(-2), "invalid arg 'x-delivery-limit'" + in + ": {value_negative,-2}"},
		{Classic, "x-consumer-timeout", int32(-1), "invalid arg 'x-consumer-timeout'" + in + ": {value_negative,-1}"},
		{Classic, "x-queue-mode", "eager", "invalid arg 'x-queue-mode'" + in + ": invalid_queue_mode"},
		{Classic, "x-queue-version", int32(3), "invalid arg 'x-queue-version'" + in + ": {max_value_exceeded,3}"},
		{Classic, "x-queue-type", int32(3), "invalid arg 'x-queue-type'" + in + ": {unacceptable_type,signedint}"},
		{Quorum, "x-queue-leader-locator", "far", "invalid arg 'x-queue-leader-locator'" + in + ": invalid_queue_locator_arg"},
		{Quorum, "x-quorum-initial-group-size", int32(0), "invalid arg 'x-quorum-initial-group-size'" + in + ": {value_zero,0}"},
		{Quorum, "x-max-in-memory-length", int32(-1), "invalid arg 'x-max-in-memory-length'" + in + ": {value_negative,-1}"},
		{Quorum, "x-max-in-memory-bytes", []any{}, "invalid arg 'x-max-in-memory-bytes'" + in + `: "expected integer, got array"`},
	} {
		_, err := parse(c.kind, amqp.Table{c.key: c.v})
		e, ok := err.(*amqp.Error)
		if !ok || e.Code != amqp.PreconditionFailed || e.Reason != c.want {
			t.Errorf("%s = %v:\n got %v\nwant %s", c.key, c.v, err, c.want)
		}
	}
}

// TestArgsAreDistinct: every key has one row, for some kind.
func TestArgsAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range Args {
		if seen[a.Key] || a.Kinds == 0 {
			t.Errorf("%s is there twice, or for no kind", a.Key)
		}
		seen[a.Key] = true
	}
}

// TestParseKeyNeedsExchange: a policy may be gone tomorrow, so that the
// exchange it names is not enough for an argument to be accepted.
func TestParseKeyNeedsExchange(t *testing.T) {
	d := Declaration{
		Vhost: "/", Name: "q", Arguments: amqp.Table{"x-dead-letter-routing-key": "k"},
		Policy: amqp.Table{"dead-letter-exchange": "dlx"},
	}
	if _, err := Parse(d, Classic, "rabbit_classic_queue"); !amqp.InvalidArg.Is(err) {
		t.Errorf("key of the arguments, exchange of a policy: %v", err)
	}
	d.Arguments, d.Policy = nil, amqp.Table{"dead-letter-routing-key": "k"}
	if o, err := Parse(d, Classic, "rabbit_classic_queue"); err != nil || *o.DeadKey != "k" || o.DeadExchange != nil {
		t.Errorf("key of a policy: %+v, %v", o, err)
	}
}
