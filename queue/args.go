package queue

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"

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
	Deduplicate     bool
	Retry           Retry
	LeaseMs         int64      // 0 none
	DeadOnDelete    bool       // what is in the queue when it goes is dead-lettered
	MinShare        int        // percent of the deliveries that are for lower priorities while they wait
	Selection       *Selection // nil: the first message goes next
}

// Selection says which message goes next, when that is not always the first.
type Selection struct {
	GroupHeader string // the header that has a message's group; "" there are no groups
	GroupMost   int    // deliveries of one group at a time; 0 one
	Rates       []Rate // that hold for what is consumed
	RateKey     string // the header for each of whose values they hold; "" for all together
	rateCost    string // the header for the cost in rates that name none
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

// Merge says what holds when an argument, a policy and an operator policy all
// say something: by default the argument, then the policy; an operator policy
// may not.
type Merge uint8

const (
	// Operator lets an operator policy say something, which goes before what
	// a policy says.
	Operator Merge = 1 << iota
	// Least makes the smallest number hold, a negative one being none.
	Least
)

// Arg is one row of the table of what can be set for a queue: by an argument
// of its declaration, by a policy, or by an operator policy.
type Arg struct {
	Key    string // the argument; "" when only a policy may set it
	Policy string // the key in a policy; "" when only an argument may set it
	Merge  Merge
	Kinds  Kinds
	// set checks v and puts it into o; what it returns is the reason printed
	// after "invalid arg", empty when all is well, or wrongType.
	set func(o *Options, v any) string
}

// Args is the table of queue arguments the broker knows. Others are kept with
// the queue and have no effect, as in RabbitMQ.
var Args = []Arg{
	{"x-message-ttl", "message-ttl", Operator | Least, Classic | Quorum, integer(0, maxTTL, func(o *Options, n int64) { o.TTLMs = n })},
	{"x-expires", "expires", Operator | Least, Classic | Quorum, integer(1, maxTTL, func(o *Options, n int64) { o.ExpiresMs = n })},
	{"x-dead-letter-exchange", "dead-letter-exchange", 0, Classic | Quorum, exchange(func(o *Options, s string) { o.DeadExchange = &s })},
	{"x-dead-letter-routing-key", "dead-letter-routing-key", 0, Classic | Quorum, text(func(o *Options, s string) { o.DeadKey = &s })},
	{"x-dead-letter-on-delete", "dead-letter-on-delete", 0, Classic | Quorum, boolean(func(o *Options, b bool) { o.DeadOnDelete = b })},
	{"x-dead-letter-strategy", "dead-letter-strategy", 0, Quorum, oneOf("invalid_dlx_strategy", "at-most-once", "at-least-once")},
	{"x-max-length", "max-length", Operator | Least, Classic | Quorum | Stream, integer(0, math.MaxInt64, func(o *Options, n int64) { o.MaxLength = n })},
	{"x-max-length-bytes", "max-length-bytes", Operator | Least, Classic | Quorum | Stream, integer(0, math.MaxInt64, func(o *Options, n int64) { o.MaxLengthBytes = n })},
	{"x-overflow", "overflow", Operator, Classic | Quorum, overflow},
	{"x-max-priority", "", 0, Classic, integer(0, 255, func(o *Options, n int64) { o.MaxPriority = uint8(n) })},
	{"x-priority-min-share", "priority-min-share", 0, Classic, integer(0, 50, func(o *Options, n int64) { o.MinShare = int(n) })},
	{"x-single-active-consumer", "", 0, Classic | Quorum, boolean(func(o *Options, b bool) { o.SingleActive = b })},
	{"x-delivery-limit", "delivery-limit", Operator | Least, Classic | Quorum, integer(-1, math.MaxInt64, func(o *Options, n int64) { o.DeliveryLimit = n })},
	{"x-message-deduplication", "", 0, Classic | Quorum, boolean(func(o *Options, b bool) { o.Deduplicate = b })},
	{"x-consumer-timeout", "consumer-timeout", Least, Classic | Quorum, integer(0, math.MaxInt64, func(o *Options, n int64) { o.ConsumerTimeout = n })},
	{"x-lease-timeout", "lease-timeout", Least, Classic | Quorum, integer(0, maxTTL, func(o *Options, n int64) { o.LeaseMs = n })},
	{"x-message-groups", "message-groups", 0, Classic | Quorum, groups},
	{"x-group-max-in-flight", "group-max-in-flight", 0, Classic | Quorum, integer(1, maxGroupMost, func(o *Options, n int64) { o.selection().GroupMost = int(n) })},
	{"x-rate-limit", "rate-limit", Operator, Classic | Quorum, rates},
	{"x-rate-limit-key", "rate-limit-key", 0, Classic | Quorum, header(func(o *Options, s string) { o.selection().RateKey = s })},
	{"x-rate-limit-cost", "rate-limit-cost", 0, Classic | Quorum, header(func(o *Options, s string) { o.selection().rateCost = s })},
	{"x-queue-mode", "queue-mode", 0, Classic, oneOf("invalid_queue_mode", "default", "lazy")},
	{"x-queue-version", "queue-version", Operator, Classic, integer(1, 2, func(*Options, int64) {})},
	{"x-queue-type", "", 0, Classic | Quorum | Stream, text(func(*Options, string) {})},
	{"x-queue-leader-locator", "queue-leader-locator", 0, Quorum | Stream, oneOf("invalid_queue_locator_arg", "client-local", "balanced")},
	{"x-quorum-initial-group-size", "", 0, Quorum, integer(1, math.MaxInt64, func(*Options, int64) {})},
	{"x-max-in-memory-length", "max-in-memory-length", Operator | Least, Quorum, integer(0, math.MaxInt64, func(*Options, int64) {})},
	{"x-max-in-memory-bytes", "max-in-memory-bytes", Operator | Least, Quorum, integer(0, math.MaxInt64, func(*Options, int64) {})},
	{"x-initial-cluster-size", "initial-cluster-size", 0, Quorum | Stream, integer(0, math.MaxInt64, func(*Options, int64) {})},
	{"x-consumer-disconnected-timeout", "consumer-disconnected-timeout", 0, Quorum, integer(0, math.MaxInt64, func(*Options, int64) {})},
	{"x-delayed-retry-type", "delayed-retry-type", 0, Classic | Quorum, retryType},
	{"x-delayed-retry-min", "delayed-retry-min", 0, Classic | Quorum, integer(0, math.MaxInt64, func(o *Options, n int64) { o.Retry.MinMs, o.Retry.hasMin = n, true })},
	{"x-delayed-retry-max", "delayed-retry-max", 0, Classic | Quorum, integer(0, math.MaxInt64, func(o *Options, n int64) { o.Retry.MaxMs = n })},
	{"x-delayed-retry-backoff", "delayed-retry-backoff", 0, Classic | Quorum, retryBackoff},
	{"x-delayed-retry-jitter", "delayed-retry-jitter", 0, Classic | Quorum, integer(0, 100, func(o *Options, n int64) { o.Retry.Jitter = n })},
	{"x-max-age", "max-age", 0, Stream, age},
	{"x-stream-max-segment-size-bytes", "stream-max-segment-size-bytes", 0, Stream, integer(0, math.MaxInt64, func(*Options, int64) {})},
	{"x-stream-filter-size-bytes", "stream-filter-size-bytes", 0, Stream, integer(16, 255, func(*Options, int64) {})},
}

// quorumDeliveryLimit holds for quorum queues that name none; -1 means none.
const quorumDeliveryLimit = 20

// wrongType is what set returns when the type of an exchange's name is wrong,
// for which RabbitMQ has words of its own.
const wrongType = "wrong type"

// maxTTL is RabbitMQ's ceiling for times, in milliseconds (ten years).
const maxTTL = 315_360_000_000

// Parse reads the arguments and policies of d for a queue of the given kind,
// whose name in errors is typeName. It refuses bad arguments with an
// *amqp.Error, and passes over what a policy says of other kinds of queue.
func Parse(d Declaration, kind Kinds, typeName string) (Options, error) {
	o := Options{TTLMs: -1, ExpiresMs: -1, MaxLength: -1, MaxLengthBytes: -1, DeliveryLimit: -1, ConsumerTimeout: -1}
	if kind == Quorum {
		o.DeliveryLimit = quorumDeliveryLimit
	}
	for i := range Args {
		a := &Args[i]
		v, declared := d.Arguments[a.Key]
		if declared {
			if err := a.declare(&o, v, d, kind, typeName); err != nil {
				return o, err
			}
		}
		if p, ok := d.Policy[a.Policy]; ok && a.Kinds&kind != 0 && (!declared || a.Merge&Least != 0 && less(p, v)) {
			a.set(&o, p) // a policy was checked when it was made
		}
	}
	if o.Selection != nil {
		o.Selection.nameCosts()
	}
	_, key := d.Arguments["x-dead-letter-routing-key"]
	if _, ok := d.Arguments["x-dead-letter-exchange"]; key && !ok { // a policy may give one, and take it away
		return o, amqp.InvalidArg.New("x-dead-letter-routing-key", d, "routing_key_but_no_dlx_defined")
	}
	return o, nil
}

// declare checks v as the argument a of d, and puts it into o.
func (a *Arg) declare(o *Options, v any, d Declaration, kind Kinds, typeName string) error {
	if a.Kinds&kind == 0 {
		return amqp.ArgNotForType.New(a.Key, d, typeName)
	}
	switch why := a.set(o, v); why {
	case "":
		return nil
	case wrongType:
		return amqp.InvalidArgType.New(amqp.TypeName(v), a.Key, d)
	default:
		return amqp.InvalidArg.New(a.Key, d, why)
	}
}

// Mutable reports whether the argument can be changed in a queue of that kind
// that is there: whatever a policy could set.
func Mutable(key string, kind Kinds) bool {
	for i := range Args {
		if a := &Args[i]; a.Key == key {
			return key != "" && a.Policy != "" && a.Kinds&kind != 0
		}
	}
	return false
}

// Check says in RabbitMQ's words what is wrong with v as a value of a, or
// nothing.
func (a *Arg) Check(v any) string {
	var o Options
	if why := a.set(&o, v); why != wrongType {
		return why
	}
	return unacceptable(v)
}

// Prevails reports whether v, from an operator policy, holds against w, from a
// policy.
func (a *Arg) Prevails(v, w any) bool { return a.Merge&Least == 0 || less(v, w) }

// less reports whether number a is the smaller bound; a negative one is none.
func less(a, b any) bool {
	x, _ := amqp.Int(a)
	y, _ := amqp.Int(b)
	return x >= 0 && (y < 0 || x < y)
}

// integer accepts min to max.
func integer(min, max int64, set func(*Options, int64)) func(*Options, any) string {
	return func(o *Options, v any) string {
		n, ok := amqp.Int(v)
		switch {
		case !ok:
			return fmt.Sprintf(`"expected integer, got %s"`, amqp.TypeName(v))
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

// groupHeader is the header of a message's group, unless another is named.
const groupHeader = "x-group-id"

// maxGroupMost is how many deliveries of a group may be allowed at a time.
const maxGroupMost = 65_535

// groups accepts true, false or the name of a header.
func groups(o *Options, v any) string {
	switch x := v.(type) {
	case bool:
		if o.selection().GroupHeader = ""; x {
			o.selection().GroupHeader = groupHeader
		}
		return ""
	default:
		return header(func(o *Options, s string) { o.selection().GroupHeader = s })(o, v)
	}
}

// header accepts the name of a header.
func header(set func(*Options, string)) func(*Options, any) string {
	return func(o *Options, v any) string {
		s, ok := v.(string)
		switch {
		case !ok:
			return unacceptable(v)
		case s == "" || len(s) > 255:
			return "invalid_header_name"
		}
		set(o, s)
		return ""
	}
}

func rates(o *Options, v any) string {
	s, ok := v.(string)
	if !ok {
		return unacceptable(v)
	}
	if o.selection().Rates, ok = ParseRates(s); !ok {
		return "invalid_rate_limit"
	}
	return ""
}

// ConsumerRates are the rates in the arguments of a consumer of d. It refuses
// with an *amqp.Error.
func ConsumerRates(d Declaration, args amqp.Table) ([]Rate, error) {
	var o Options
	if _, ok := args["x-rate-limit-key"]; ok {
		return nil, amqp.InvalidArg.New("x-rate-limit-key", d, "not_of_a_consumer")
	}
	for i := range Args {
		switch a := &Args[i]; a.Key {
		case "x-rate-limit", "x-rate-limit-cost":
			if v, ok := args[a.Key]; !ok {
				continue
			} else if why := a.set(&o, v); why != "" {
				return nil, amqp.InvalidArg.New(a.Key, d, why)
			}
		}
	}
	if o.Selection == nil {
		return nil, nil
	}
	o.Selection.nameCosts()
	return o.Selection.Rates, nil
}

// selection is what o says of the order in which messages go.
func (o *Options) selection() *Selection {
	if o.Selection == nil {
		o.Selection = new(Selection)
	}
	return o.Selection
}

// nameCosts gives rates that name no header for their costs the one that is for
// all.
func (s *Selection) nameCosts() {
	for i := range s.Rates {
		s.Rates[i].Cost = cmp.Or(s.Rates[i].Cost, s.rateCost)
	}
}

// age accepts a number and its unit: 7D, 1h.
func age(_ *Options, v any) string {
	s, ok := v.(string)
	if !ok {
		return unacceptable(v)
	}
	number := strings.TrimRight(s, "YMDhms")
	if _, err := strconv.ParseUint(number, 10, 32); err != nil || len(s) != len(number)+1 {
		return "invalid_max_age"
	}
	return ""
}

func unacceptable(v any) string { return fmt.Sprintf("{unacceptable_type,%s}", amqp.TypeName(v)) }
