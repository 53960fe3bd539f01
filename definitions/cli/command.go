// Package cli is what people do with definitions files: check them, see
// what a broker would make of them, and have it do so. It knows files and an
// API, and nothing of how a broker does it.
package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/hutchmq/hutchmq/definitions"
)

// Exit is an error of which all is said: only the exit code is left.
type Exit int

// The exit codes beside 0 and 1.
const (
	ExitChanges   Exit = 2 // a plan would change something
	ExitConflicts Exit = 3 // something is in the way, and nothing was changed
)

// Error implements error.
func (e Exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Options say how far to go.
type Options struct {
	Prune   bool // delete what the owner of the files made and does not describe any more
	Replace bool // change or make anew what is there otherwise
	Discard bool // with the messages that are in it
}

// Broker is what plans and applies definitions. What conflicts is in the plan,
// and no error.
type Broker interface {
	Plan(ctx context.Context, d *definitions.Definitions, o Options) (*definitions.Plan, error)
	Apply(ctx context.Context, d *definitions.Definitions, o Options) (*definitions.Plan, error)
	Export(ctx context.Context) (*definitions.Definitions, error)
}

// Command works with the files at Paths: files, directories, or - for In.
type Command struct {
	Paths  []string
	Source definitions.Source
	In     io.Reader
	Out    io.Writer
	Err    io.Writer
	JSON   bool // print for programs
}

// Validate checks the files by themselves, and as all there is: strict makes
// doubts mistakes.
func (c *Command) Validate(strict bool) error {
	docs, err := Load(c.Paths, c.In, c.Source)
	if err != nil {
		return err
	}
	if err := c.tell(definitions.Check(docs), strict); err != nil {
		return err
	}
	records := 0
	for _, d := range docs {
		records += len(d.Records())
	}
	fmt.Fprintf(c.Out, "valid: %s, %s\n", counted(len(docs), "file"), counted(records, "record"))
	return nil
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// tell prints doubts, and returns what is wrong.
func (c *Command) tell(found definitions.Problems, strict bool) error {
	var wrong definitions.Problems
	for _, p := range found {
		if p.Doubt && !strict {
			fmt.Fprintln(c.Err, p.Error())
			continue
		}
		p.Doubt = false
		wrong = append(wrong, p)
	}
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

// load reads the files as one set of definitions, for b, which knows what is
// outside of them.
func (c *Command) load(ctx context.Context, b Broker) (*set, error) {
	docs, err := Load(c.Paths, c.In, c.Source)
	if err != nil {
		return nil, err
	}
	found := definitions.Check(docs)
	there, err := exchangesOf(ctx, b, found)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(p definitions.Problem) bool {
		return p.Outside && (!p.Doubt || p.Needs == nil || there[string(definitions.Key(p.Needs))])
	})
	if err := c.tell(found, false); err != nil {
		return nil, err
	}
	return merge(docs)
}

// exchangesOf are the keys of the exchanges that b has, if any are doubtful.
func exchangesOf(ctx context.Context, b Broker, found definitions.Problems) (map[string]bool, error) {
	if !slices.ContainsFunc(found, func(p definitions.Problem) bool { return p.Doubt && p.Needs != nil }) {
		return nil, nil
	}
	d, err := b.Export(ctx)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for i := range d.Exchanges {
		there[string(definitions.Key(&d.Exchanges[i]))] = true
	}
	return there, nil
}

// Plan prints what b would do. The error is ExitChanges or ExitConflicts if
// that is not nothing.
func (c *Command) Plan(ctx context.Context, b Broker, o Options) error {
	s, err := c.load(ctx, b)
	if err != nil {
		return err
	}
	if err := s.mayPrune(o); err != nil {
		return err
	}
	p, err := b.Plan(ctx, s.all, o)
	if err != nil {
		return err
	}
	if err := c.print(s, p, "to "); err != nil {
		return err
	}
	switch {
	case p.Counts["conflict"] > 0:
		return ExitConflicts
	case changes(p) > 0:
		return ExitChanges
	}
	return nil
}

// Apply has b do it, all or nothing, and prints what was done. The error is
// ExitConflicts if something is in the way.
func (c *Command) Apply(ctx context.Context, b Broker, o Options) error {
	s, err := c.load(ctx, b)
	if err != nil {
		return err
	}
	if err := s.mayPrune(o); err != nil {
		return err
	}
	p, err := b.Apply(ctx, s.all, o)
	if err != nil {
		return err
	}
	conflicts := p.Counts["conflict"] > 0
	tense := ""
	if conflicts {
		tense = "to "
	}
	if err := c.print(s, p, tense); err != nil {
		return err
	}
	if conflicts {
		fmt.Fprintln(c.Err, "nothing was changed")
		return ExitConflicts
	}
	return nil
}

// Export prints what b holds: YAML as people write it, or RabbitMQ's JSON.
func (c *Command) Export(ctx context.Context, b Broker) error {
	d, err := b.Export(ctx)
	if err != nil {
		return err
	}
	write := d.YAML
	if c.JSON {
		write = d.Plain().JSON
	}
	text, err := write()
	if err != nil {
		return err
	}
	if c.JSON {
		text = append(text, '\n')
	}
	_, err = c.Out.Write(text)
	return err
}

func (c *Command) printJSON(v any) error {
	e := json.NewEncoder(c.Out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
