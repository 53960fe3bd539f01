package perf

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

// Load is what is asked of a broker. Each field is a flag of the same meaning.
type Load struct {
	Scenario string         // where the flags came from, if not from the user
	Brokers  []dial.Address // one on this machine when nil
	Trust    dial.Trust     // of those with TLS
	ID       string

	Producers, Consumers               int
	ProducerChannels, ConsumerChannels int // of each

	SizeBytes             int
	VariableSize          phases // instead, if any
	Persistent, Mandatory bool
	Window                int // confirms outstanding on a channel; 0 is no confirms
	Prefetch              int // 0 is no limit
	AckEvery              int
	AutoAck               bool
	PublishRate           float64 // a second and producer; 0 is no limit
	VariableRate          phases  // instead, if any; 0 is a pause
	ConsumeRate           float64 // a second and consumer; 0 is no limit

	Exchange, ExchangeType     string
	Queue                      string
	QueuePattern               string
	PatternFrom, PatternTo     int
	QueueArgs                  amqp.Table
	AutoDelete, Predeclared    bool
	RoutingKey                 string
	RandomKey                  bool
	Bindings                   int // over all queues, each with a key of its own
	PublishCount, ConsumeCount int // of each producer and consumer; 0 is no limit
	FillFirst                  bool

	Churn, Idle string // what to churn, or keep: connections, channels, queues
	Count       int    // how many of these

	Dir string // where to sync

	Duration, Interval time.Duration
	PIDs               []process

	JSON, Markdown, Quiet, List bool
	Runs                        int
}

// newLoad is what a load is without flags.
func newLoad() *Load {
	return &Load{
		ID:        fmt.Sprintf("perf-%s", strings.ReplaceAll(time.Now().Format("150405.000"), ".", "-")),
		Producers: 1, Consumers: 1, ProducerChannels: 1, ConsumerChannels: 1,
		SizeBytes: stampSize, AckEvery: 1, ExchangeType: "direct", PatternFrom: 1,
		AutoDelete: true, Count: 1000, Dir: ".", Interval: time.Second, Runs: 3,
	}
}

// Bounds of what can be asked for.
const (
	maxClients  = 10_000
	maxChannels = 2047
	maxLanes    = 1 << 16
	maxQueues   = 100_000
	maxBody     = 512 << 20 // bytes
	maxPrefetch = 1<<16 - 1
	maxOpen     = 1 << 20 // confirms
	maxRate     = 1e9
	maxMessages = math.MaxInt
	maxTime     = 365 * 24 * time.Hour
)

// check finds what does not go together.
func (l *Load) check() error {
	switch {
	case l.Churn != "" && l.Idle != "":
		return fmt.Errorf("--churn and --idle do not go together")
	case l.Queue != "" && l.QueuePattern != "":
		return fmt.Errorf("--queue and --queue-pattern do not go together")
	case l.onlyPauses():
		return fmt.Errorf("--variable-rate: nothing but pauses")
	case l.QueuePattern != "" && l.PatternTo < l.PatternFrom:
		return fmt.Errorf("--queue-pattern-to is below --queue-pattern-from")
	case l.QueuePattern != "" && l.PatternTo-l.PatternFrom >= maxQueues:
		return fmt.Errorf("--queue-pattern: more than %d queues", maxQueues)
	case !l.AutoAck && l.Prefetch > 0 && l.AckEvery > l.Prefetch:
		return fmt.Errorf("--multi-ack-every %d needs a --qos of as many, not %d: nothing would ever be acknowledged", l.AckEvery, l.Prefetch)
	case l.FillFirst && (l.PublishCount == 0 && l.Duration == 0 || l.Producers == 0):
		return fmt.Errorf("--fill needs producers that stop: --pmessages or --time")
	case l.Bindings > 0 && (l.RandomKey || l.ExchangeType == "fanout"):
		return fmt.Errorf("--bindings needs routing keys to tell apart")
	case l.Bindings > 0 && l.Queue == "" && l.QueuePattern == "":
		return fmt.Errorf("--bindings needs --queue or --queue-pattern")
	case l.messages() && l.Producers == 0 && l.Consumers == 0:
		return fmt.Errorf("neither producers nor consumers: nothing to do")
	case l.Consumers > 0 && l.Producers == 0 && l.Queue == "" && l.QueuePattern == "":
		return fmt.Errorf("consumers without producers need --queue or --queue-pattern")
	case l.QueuePattern != "" && strings.Contains(fmt.Sprintf(l.QueuePattern, 1), "%!"):
		return fmt.Errorf("--queue-pattern needs one %%d, not '%s'", l.QueuePattern)
	case l.Producers*l.ProducerChannels*max(l.Bindings, 1) > maxLanes:
		return fmt.Errorf("more than %d producers, channels and bindings", maxLanes)
	}
	return nil
}

// messages reports whether the load publishes and consumes at all.
func (l *Load) messages() bool { return l.Churn == "" && l.Idle == "" }

func (l *Load) onlyPauses() bool {
	if l.VariableRate == nil {
		return false
	}
	_, most := l.VariableRate.extremes()
	return most == 0
}

// leastBytes is the size of the smallest body.
func (l *Load) leastBytes() int {
	if l.VariableSize == nil {
		return l.SizeBytes
	}
	least, _ := l.VariableSize.extremes()
	return int(least)
}
