package perf

import (
	"flag"
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"
)

// option is one flag. The names are those people know from RabbitMQ's PerfTest.
type option struct {
	long, short string
	says        string
	value       flag.Value // shows the default, and takes what is given
}

// options are all flags, setting the fields of l.
func (l *Load) options() []option {
	return []option{
		{"uri", "h", "a broker; again or with commas for several. For compare: NAME=URI", addresses{&l.Brokers}},
		{"cacert", "", "amqps: a PEM file of the authorities to trust, in place of the system's", text{&l.Trust.CACert, nil}},
		{"insecure", "", "amqps: trust whatever the broker shows", toggle{&l.Trust.Insecure}},
		{"cert", "", "amqps: a PEM file with our certificate", text{&l.Trust.Cert, nil}},
		{"key", "", "amqps: a PEM file with its key", text{&l.Trust.Key, nil}},
		{"id", "d", "a name for the run, in its output and in the names of its queues", text{&l.ID, nil}},
		{"scenario", "", "a set of flags by its name, as does the name alone", text{&l.Scenario, scenarioNames()}},
		{"scenarios", "", "list the scenarios", toggle{&l.List}},

		{"producers", "x", "producers, each a connection", number{&l.Producers, 0, maxClients}},
		{"consumers", "y", "consumers, each a connection", number{&l.Consumers, 0, maxClients}},
		{"producer-channel-count", "X", "channels of each producer", number{&l.ProducerChannels, 1, maxChannels}},
		{"consumer-channel-count", "Y", "channels of each consumer, with a consumer on each", number{&l.ConsumerChannels, 1, maxChannels}},
		{"pmessages", "C", "messages of each producer; 0: no limit", number{&l.PublishCount, 0, maxMessages}},
		{"cmessages", "D", "messages of each consumer; 0: no limit", number{&l.ConsumeCount, 0, maxMessages}},
		{"time", "z", "how long, in seconds or as 1m30s; 0: until interrupted", duration{&l.Duration, 0}},
		{"rate", "r", "messages a second of each producer; 0: no limit", rate{&l.PublishRate}},
		{"variable-rate", "vr", "RATE:SECONDS, again for each phase: that rate for so long, and 0 is a pause", variable{&l.VariableRate, maxRate}},
		{"consumer-rate", "R", "messages a second of each consumer; 0: no limit", rate{&l.ConsumeRate}},
		{"fill", "", "let consumers begin when producers are done", toggle{&l.FillFirst}},

		{"size", "s", "bytes of a body; latency needs 16, order and loss 8", number{&l.SizeBytes, 0, maxBody}},
		{"variable-size", "vs", "BYTES:SECONDS, again for each phase: bodies of that size for so long", variable{&l.VariableSize, maxBody}},
		{"flag", "f", "persistent (and durable queues), mandatory", flags{&l.Persistent, &l.Mandatory}},
		{"confirm", "c", "publish with confirms, so many outstanding on a channel; 0: without", number{&l.Window, 0, maxOpen}},
		{"qos", "q", "prefetch of a consumer; 0: no limit", number{&l.Prefetch, 0, maxPrefetch}},
		{"multi-ack-every", "A", "acknowledge so many at once", number{&l.AckEvery, 1, maxOpen}},
		{"autoack", "a", "consume without acknowledgements", toggle{&l.AutoAck}},

		{"type", "t", "type of the exchange", text{&l.ExchangeType, nil}},
		{"exchange", "e", "the exchange; default: the default exchange, or one named after the type", text{&l.Exchange, nil}},
		{"queue", "u", "the queue of all; default: one for each consumer, with a copy of each message", text{&l.Queue, nil}},
		{"queue-pattern", "qp", "many queues, named like perf-%d, shared out in turn", text{&l.QueuePattern, nil}},
		{"queue-pattern-from", "qpf", "first number in the pattern", number{&l.PatternFrom, 0, maxMessages}},
		{"queue-pattern-to", "qpt", "last number in the pattern", number{&l.PatternTo, 0, maxMessages}},
		{"queue-args", "qa", "arguments of the queues: x-max-length=10,x-queue-type=quorum", table{&l.QueueArgs}},
		{"auto-delete", "ad", "whether queues go with their last consumer", boolean{&l.AutoDelete}},
		{"predeclared", "p", "use what is there, and declare nothing", toggle{&l.Predeclared}},
		{"routing-key", "k", "the routing key, and the binding key", text{&l.RoutingKey, nil}},
		{"random-routing-key", "K", "another routing key for each message", toggle{&l.RandomKey}},
		{"bindings", "", "so many bindings shared out over the queues, published to in turn", number{&l.Bindings, 0, maxLanes}},

		{"churn", "", "no messages: open and close again: connections, channels, queues", text{&l.Churn, things}},
		{"idle", "", "no messages: open and keep: connections, channels, queues", text{&l.Idle, things}},
		{"count", "n", "how many to keep", number{&l.Count, 1, maxQueues}},

		{"dir", "", "fsync: where to write", text{&l.Dir, nil}},

		{"pid", "", "the broker's process on this machine, to tell its CPU and memory. For compare: NAME=PID", processes{&l.PIDs}},
		{"interval", "i", "between two lines, in seconds or as 500ms", duration{&l.Interval, time.Millisecond}},
		{"quiet", "", "only the summary", toggle{&l.Quiet}},
		{"json", "", "the summary as JSON", toggle{&l.JSON}},
		{"markdown", "", "compare: the table in Markdown", toggle{&l.Markdown}},
		{"runs", "", "compare: runs of each scenario on each broker", number{&l.Runs, 1, 1000}},
	}
}

// parse makes a load of each scenario in args, or one of the flags alone. Flags
// of the user come after those of a scenario.
func parse(args []string) ([]*Load, error) {
	asked := newLoad()
	names, err := asked.parse(args)
	if err != nil {
		return nil, err
	}
	if asked.Scenario != "" {
		names = append(names, asked.Scenario)
	}
	if len(names) == 0 {
		return []*Load{asked}, asked.ready()
	}
	var loads []*Load
	for _, name := range names {
		s, ok := scenarioNamed(name)
		if !ok {
			return nil, fmt.Errorf("no scenario '%s': see hutchmq perf --scenarios", name)
		}
		l := newLoad()
		for _, given := range [][]string{strings.Fields(s.flags), args} {
			if _, err := l.parse(given); err != nil {
				return nil, err
			}
		}
		l.Scenario = name
		if err := l.ready(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		loads = append(loads, l)
	}
	return loads, nil
}

// attached is a flag with its value behind it, as in -y0.
var attached = regexp.MustCompile(`^-[A-Za-z][0-9]+$`)

// parse sets the fields args name, and returns what is no flag.
func (l *Load) parse(args []string) (rest []string, err error) {
	set := flag.NewFlagSet("hutchmq perf", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	for _, o := range l.options() {
		set.Var(o.value, o.long, o.says)
		if o.short != "" {
			set.Var(o.value, o.short, o.says)
		}
	}
	var split []string
	for _, arg := range args {
		if attached.MatchString(arg) {
			split = append(split, arg[:2])
			arg = arg[2:]
		}
		split = append(split, arg)
	}
	for {
		if err := set.Parse(split); err != nil {
			return nil, err
		}
		if set.NArg() == 0 {
			return rest, nil
		}
		rest, split = append(rest, set.Arg(0)), set.Args()[1:]
	}
}

const intro = `Load an AMQP 0-9-1 broker, and tell how it does.

Usage: hutchmq perf [SCENARIO ...] [flags]
       hutchmq perf compare [SCENARIO ...] --uri NAME=URI --uri NAME=URI [flags]
       hutchmq perf fsync [--dir DIR] [--time TIME]

Flags come after those of a scenario. It ends with status 1 if messages were
lost, doubled or disordered.

`

func printHelp(w io.Writer) error {
	fmt.Fprint(w, intro)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, o := range newLoad().options() {
		short := ""
		if o.short != "" {
			short = "-" + o.short + ","
		}
		says := o.says
		if d := o.value.String(); d != "" && d != "0" && d != "false" && o.long != "id" {
			says += " (" + d + ")"
		}
		fmt.Fprintf(t, "  %s\t--%s\t%s\n", short, o.long, says)
	}
	return t.Flush()
}
