// Package perf loads an AMQP 0-9-1 broker, ours or another, and tells what came
// of it: rates, latencies, and whether every message came, once and in order.
// It is a client. It knows the wire, and nothing of what is inside a broker.
package perf

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
)

// ErrUsage marks a mistake on the command line. It has no text of its own.
var ErrUsage = errors.New("")

// ErrViolated is returned when messages were lost, doubled or disordered.
var ErrViolated = errors.New("the broker did not keep its promises")

// Command is the command line of the tool.
type Command struct {
	Out  io.Writer // for results
	Live io.Writer // for what is told while a load runs
}

// Run does what args say, and returns when it is done or ctx has ended, which
// is no error.
func (c *Command) Run(ctx context.Context, args []string) error {
	verb := ""
	if len(args) > 0 && (args[0] == "compare" || args[0] == "fsync") {
		verb, args = args[0], args[1:]
	}
	switch loads, err := parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return printHelp(c.Out)
	case err != nil:
		return fmt.Errorf("%w%w", ErrUsage, err)
	case loads[0].List:
		return printScenarios(c.Out)
	case verb == "compare":
		return c.compare(ctx, loads)
	case verb == "fsync":
		return c.fsync(ctx, loads[0])
	default:
		return c.runEach(ctx, loads)
	}
}

// runEach runs one load after the other, and tells of each.
func (c *Command) runEach(ctx context.Context, loads []*Load) error {
	var problems []error
	for _, l := range loads {
		if ctx.Err() != nil {
			break
		}
		live := c.Live
		if l.Quiet {
			live = io.Discard
		}
		report, err := run(ctx, l, live)
		if report != nil {
			problems = append(problems, report.print(c.Out, l.JSON), report.verdict())
		}
		problems = append(problems, err)
	}
	return errors.Join(slices.DeleteFunc(problems, func(err error) bool { return err == nil })...)
}
