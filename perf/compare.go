package perf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// compare runs every load on every broker in turn, A B A B …, so that what else
// the machine does falls on all of them, and prints the medians.
func (c *Command) compare(ctx context.Context, loads []*Load) error {
	if err := checkCompare(loads); err != nil {
		return fmt.Errorf("%w%w", ErrUsage, err)
	}
	first := loads[0]
	live := c.Live
	if first.Quiet {
		live = io.Discard
	}
	result := newComparison(first)
	var problems []error
	for _, l := range loads {
		row := result.add(l)
		for n := range l.Runs * len(result.Brokers) {
			b := n % len(result.Brokers)
			if ctx.Err() != nil {
				break
			}
			report, err := run(ctx, l.on(b), io.Discard)
			if report != nil {
				row.reports[b] = append(row.reports[b], report)
				result.Brokers[b].Product = report.Broker
				fmt.Fprintf(live, "%s  run %d of %d  %s\n", row.Scenario, n/len(result.Brokers)+1, l.Runs, result.Brokers[b].Name)
				err = errors.Join(err, report.verdict())
			}
			if err != nil {
				problems = append(problems, fmt.Errorf("%s on %s: %w", row.Scenario, result.Brokers[b].Name, err))
			}
		}
		row.sum()
	}
	problems = append(problems, result.print(c.Out, first))
	return errors.Join(problems...)
}

func checkCompare(loads []*Load) error {
	if len(loads[0].Brokers) < 2 {
		return errors.New("compare needs two brokers: --uri NAME=URI --uri NAME=URI")
	}
	for _, l := range loads {
		if l.Duration == 0 && l.PublishCount == 0 && l.ConsumeCount == 0 {
			return errors.New("compare needs scenarios, or a load that ends: --time or --pmessages")
		}
	}
	for _, p := range loads[0].PIDs {
		if p.name != "" && loads[0].named(p.name) < 0 {
			return fmt.Errorf("--pid: no broker is called %s", p.name)
		}
	}
	return nil
}

// on is the load on the nth of its brokers alone.
func (l *Load) on(n int) *Load {
	one := *l
	one.Brokers, one.PIDs = l.Brokers[n:n+1], nil
	for i, p := range l.PIDs {
		if p.name == "" && i == n || p.name != "" && l.named(p.name) == n {
			one.PIDs = append(one.PIDs, p)
		}
	}
	return &one
}

// named is which broker has a name, -1 if none has.
func (l *Load) named(name string) int {
	for n := range l.Brokers {
		if l.brokerName(n) == name {
			return n
		}
	}
	return -1
}

// brokerName is what the user calls the nth broker, or else A, B, C and so on.
func (l *Load) brokerName(n int) string {
	if name := l.Brokers[n].Name; name != "" {
		return name
	}
	return strings.Repeat(string(rune('A'+n%26)), n/26+1)
}
