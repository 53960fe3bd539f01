package perf

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// scenario is a load by name: a command line, which that of the user follows.
type scenario struct{ name, says, flags string }

// scenarios are all of them, in the order they are listed and compared.
var scenarios = []scenario{
	{"transient-16", "as fast as it goes: 16 B, one queue, automatic acknowledgement",
		"-u perf -s 16 -a -z 10"},
	{"transient-1k", "the same with 1 KiB",
		"-u perf -s 1024 -a -z 10"},
	{"shared", "4 producers and 4 consumers of one queue, prefetch 500, acks by the hundred",
		"-u perf -s 1024 -x 4 -y 4 -q 500 -A 100 -z 10"},
	{"four-queues", "the same on 4 queues",
		"-qp perf-%d -qpt 4 -s 1024 -x 4 -y 4 -q 500 -A 100 -z 10"},
	{"persistent", "1 KiB to a durable queue, 1,000 confirms outstanding, acks by the hundred",
		"-u perf -s 1024 -f persistent -c 1000 -q 500 -A 100 -z 10"},
	{"ten-queues", "10 queues, 10 producers and 10 consumers of those",
		"-qp perf-%d -qpt 10 -x 10 -y 10 -s 1024 -f persistent -c 1000 -q 500 -A 100 -z 10"},
	{"fanout-50", "each message to 50 queues, 128 B",
		"-t fanout -y 5 -Y 10 -s 128 -a -z 10"},
	{"topic-1000", "1,000 topic bindings of 10 queues, 128 B",
		"-t topic --bindings 1000 -qp perf-%d -qpt 10 -y 10 -s 128 -a -z 10"},
	{"topic-10000", "10,000 topic bindings",
		"-t topic --bindings 10000 -qp perf-%d -qpt 10 -y 10 -s 128 -a -z 10"},
	{"headers-1000", "1,000 headers bindings of 10 queues, 128 B",
		"-t headers --bindings 1000 -qp perf-%d -qpt 10 -y 10 -s 128 -a -z 10"},
	{"latency", "publish to consume at 5,000 a second",
		"-u perf -s 128 -r 5000 -a -z 10"},
	{"round-trip", "one persistent message after the other, each confirmed",
		"-u perf -s 1024 -f persistent -c 1 -q 500 -A 100 -z 10"},
	{"backlog", "200,000 persistent messages of 1 KiB into a queue, and then out",
		"-u perf -s 1024 -f persistent -c 1000 -C 200000 --fill -q 1000 -A 100"},
	{"backlog-fill", "1,000,000 of these into a queue that stays",
		"-u perf-backlog -ad false -s 1024 -f persistent -c 1000 -C 1000000 -y 0"},
	{"backlog-drain", "and out of it",
		"-u perf-backlog -p -x 0 -D 1000000 -q 1000 -A 100"},
	{"connection-churn", "connect, open, declare, publish, get, close, by 4 at a time",
		"--churn connections -x 4 -z 10"},
	{"channel-churn", "open and close channels",
		"--churn channels -x 4 -z 10"},
	{"queue-churn", "declare and delete queues",
		"--churn queues -x 4 -z 10"},
	{"idle-connections", "1,000 connections with a channel each",
		"--idle connections -n 1000 -z 5"},
	{"idle-channels", "1,000 channels of one connection",
		"--idle channels -n 1000 -z 5"},
	{"idle-queues", "1,000 empty queues",
		"--idle queues -n 1000 -z 5"},
}

func scenarioNamed(name string) (scenario, bool) {
	i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == name })
	if i < 0 {
		return scenario{}, false
	}
	return scenarios[i], true
}

func scenarioNames() []string {
	var names []string
	for _, s := range scenarios {
		names = append(names, s.name)
	}
	return names
}

func printScenarios(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range scenarios {
		fmt.Fprintf(t, "%s\t%s\n\t  %s\n", s.name, s.says, s.flags)
	}
	return t.Flush()
}
