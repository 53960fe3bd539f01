package ctl

import (
	"slices"
	"strings"
)

type toolVerbs struct {
	Top          top          `cmd:"" name:"top" group:"Tools" help:"Watch the broker: its rates, the longest queues, the busiest connections."`
	Doctor       doctor       `cmd:"" name:"doctor" group:"Tools" help:"Examine settings, data directory, ports, limits, certificates and the broker, and say what to do."`
	Help         help         `cmd:"" name:"help" group:"Help" help:"Explain a verb, or list all."`
	ListCommands listCommands `cmd:"" name:"list_commands" group:"Help" help:"List the verbs there are, one a line."`
}

type help struct {
	Verb     string `arg:"" optional:"" help:"Which."`
	Markdown bool   `help:"All verbs, as docs/CLI.md has them."`
}

// Run explains.
func (v *help) Run(o *operator) error {
	if v.Markdown {
		o.print("%s", strings.TrimSuffix(o.command.reference(o.call.Model), "\n"))
		return nil
	}
	args := []string{"--help"}
	if v.Verb != "" {
		args = []string{v.Verb, "--help"}
	}
	return o.command.Run(o.ctx, args)
}

type listCommands struct{}

// Run lists the verbs.
func (*listCommands) Run(o *operator) error {
	var names []string
	for _, n := range o.call.Model.Children {
		if !n.Hidden {
			names = append(names, n.Name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		o.print("%s", name)
	}
	return nil
}
