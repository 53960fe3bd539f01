package ctl

import "slices"

type toolVerbs struct {
	Help         help         `cmd:"" name:"help" group:"Help" help:"Explain a verb, or list all."`
	ListCommands listCommands `cmd:"" name:"list_commands" group:"Help" help:"List the verbs there are, one a line."`
}

type help struct {
	Verb string `arg:"" optional:"" help:"Which."`
}

// Run explains.
func (v *help) Run(o *operator) error {
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
