package queue

import (
	"fmt"
	"math"

	"github.com/hutchmq/hutchmq/amqp"
)

// Options is what the x-arguments of a declaration mean. -1 and nil stand for
// absent, or none.
type Options struct {
	TTLMs           int64
	ExpiresMs       int64
	DeadExchange    *string
	DeadKey         *string
	MaxLength       int64
	MaxLengthBytes  int64
	Overflow        Overflow
	MaxPriority     uint8
	SingleActive    bool
	DeliveryLimit   int64
	ConsumerTimeout int64
}

// Overflow says what a full queue does.
type Overflow uint8

// The values of x-overflow.
const (
	DropHead Overflow = iota
	RejectPublish
	RejectPublishDLX
)

var overflows = map[string]Overflow{
	"drop-head": DropHead, "reject-publish": RejectPublish, "reject-publish-dlx": RejectPublishDLX,
}

// Kinds of queue an argument may be used with.
const (
	Classic Kinds = 1 << iota
	Quorum
	Stream
)

// Kinds is a set of kinds of queue.
type Kinds uint8

// Arg is one row of the table of x-arguments.
type Arg struct {
	Key   string
	Kinds Kinds
	// set checks v and puts it into o; what it returns is the reason printed
	// after "invalid arg", empty when all is well, or wrongType.
	set func(o *Options, v any) string
}

// Args is the table of queue arguments the broker knows. Others are kept with
// the queue and have no effect, as in RabbitMQ.
var Args = []Arg{
	{"x-message-ttl", Classic | Quorum, integer(0, maxTTL, func(o *Options, n int64) { o.TTLMs = n })},
	{"x-expires", Classic | Quorum, integer(1, maxTTL, func(o *Options, n int64) { o.ExpiresMs = n })},
	{"x-dead-letter-exchange", Classic | Quorum, exchange(func(o *Options, s string) { o.DeadExchange = &s })},
	{"x-dead-letter-routing-key", Classic | Quorum, text(func(o *Options, s string) { o.DeadKey = &s })},
	{"x-dead-letter-strategy", Quorum, oneOf("invalid_dlx_strategy", "at-most-once", "at-least-once")},
	{"x-max-length", Classic | Quorum | Stream, integer(0, math.MaxInt64, func(o *Options, n int64) { o.MaxLength = n })},
	{"x-max-length-bytes", Classic | Quorum | Stream, integer(0, math.MaxInt64, func(o *Options, n int64) { o.MaxLengthBytes = n })},
	{"x-overflow", Classic | Quorum, overflow},
	{"x-max-priority", Classic, integer(0, 255, func(o *Options, n int64) { o.MaxPriority = uint8(n) })},
	{"x-single-active-consumer", Classic | Quorum, boolean(func(o *Options, b bool) { o.SingleActive = b })},
	{"x-delivery-limit", Classic | Quorum, integer(-1, math.MaxInt64, func(o *Options, n int64) { o.DeliveryLimit = n })},
	{"x-consumer-timeout", Classic | Quorum, integer(0, math.MaxInt64, func(o *Options, n int64) { o.ConsumerTimeout = n })},
	{"x-queue-mode", Classic, oneOf("invalid_queue_mode", "default", "lazy")},
	{"x-queue-version", Classic, integer(1, 2, func(*Options, int64) {})},
	{"x-queue-type", Classic | Quorum | Stream, text(func(*Options, string) {})},
	{"x-queue-leader-locator", Quorum | Stream, oneOf("invalid_queue_locator_arg", "client-local", "balanced")},
	{"x-quorum-initial-group-size", Quorum, integer(1, math.MaxInt64, func(*Options, int64) {})},
	{"x-max-in-memory-length", Quorum, integer(0, math.MaxInt64, func(*Options, int64) {})},
	{"x-max-in-memory-bytes", Quorum, integer(0, math.MaxInt64, func(*Options, int64) {})},
}

// quorumDeliveryLimit holds for quorum queues that name none; -1 means none.
const quorumDeliveryLimit = 20

// wrongType is what set returns when the type of an exchange's name is wrong,
// for which RabbitMQ has words of its own.
const wrongType = "wrong type"

// maxTTL is RabbitMQ's ceiling for times, in milliseconds (ten years).
const maxTTL = 315_360_000_000

// Parse reads the arguments of d for a queue of the given kind, whose name in
// errors is typeName. It refuses with an *amqp.Error.
func Parse(d Declaration, kind Kinds, typeName string) (Options, error) {
	o := Options{TTLMs: -1, ExpiresMs: -1, MaxLength: -1, MaxLengthBytes: -1, DeliveryLimit: -1, ConsumerTimeout: -1}
	if kind == Quorum {
		o.DeliveryLimit = quorumDeliveryLimit
	}
	for _, a := range Args {
		v, ok := d.Arguments[a.Key]
		if !ok {
			continue
		}
		if a.Kinds&kind == 0 {
			return o, amqp.ArgNotForType.New(a.Key, d, typeName)
		}
		switch why := a.set(&o, v); why {
		case "":
		case wrongType:
			return o, amqp.InvalidArgType.New(amqp.TypeName(v), a.Key, d)
		default:
			return o, amqp.InvalidArg.New(a.Key, d, why)
		}
	}
	if o.DeadKey != nil && o.DeadExchange == nil {
		return o, amqp.InvalidArg.New("x-dead-letter-routing-key", d, "routing_key_but_no_dlx_defined")
	}
	return o, nil
}

// integer accepts min to max.
func integer(min, max int64, set func(*Options, int64)) func(*Options, any) string {
	return func(o *Options, v any) string {
		n, ok := amqp.Int(v)
		switch {
		case !ok:
			return unacceptable(v)
		case n < min && n < 0:
			return fmt.Sprintf("{value_negative,%d}", n)
		case n < min:
			return fmt.Sprintf("{value_zero,%d}", n)
		case n > max && max == maxTTL:
			return fmt.Sprintf("{value_too_large,%d}", n)
		case n > max:
			return fmt.Sprintf("{max_value_exceeded,%d}", n)
		}
		set(o, n)
		return ""
	}
}

func text(set func(*Options, string)) func(*Options, any) string {
	return func(o *Options, v any) string {
		s, ok := v.(string)
		if !ok {
			return unacceptable(v)
		}
		set(o, s)
		return ""
	}
}

func exchange(set func(*Options, string)) func(*Options, any) string {
	name := text(set)
	return func(o *Options, v any) string {
		if name(o, v) != "" {
			return wrongType
		}
		return ""
	}
}

func boolean(set func(*Options, bool)) func(*Options, any) string {
	return func(o *Options, v any) string {
		b, ok := v.(bool)
		if !ok {
			return unacceptable(v)
		}
		set(o, b)
		return ""
	}
}

func oneOf(why string, values ...string) func(*Options, any) string {
	return func(_ *Options, v any) string {
		s, ok := v.(string)
		if !ok {
			return unacceptable(v)
		}
		for _, x := range values {
			if s == x {
				return ""
			}
		}
		return why
	}
}

func overflow(o *Options, v any) string {
	s, ok := v.(string)
	if !ok {
		return unacceptable(v)
	}
	w, ok := overflows[s]
	if !ok {
		return "invalid_overflow"
	}
	o.Overflow = w
	return ""
}

func unacceptable(v any) string { return fmt.Sprintf("{unacceptable_type,%s}", amqp.TypeName(v)) }
