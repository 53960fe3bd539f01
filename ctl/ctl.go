// Package ctl is the command line of an operator: rabbitmqctl's verbs, a live
// view and a doctor. It is a client of the management API and nothing more: it
// knows no queue, no store and no protocol.
package ctl

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// Command is the command line, in the hands of one process. Everything that it
// needs of the machine is given to it.
type Command struct {
	Name    string // what people have typed: "hutchmq ctl", "rabbitmqctl"
	Version string // of this build
	In      io.Reader
	Out     io.Writer
	Err     io.Writer
	// Terminal reports whether Out is one: lists are then printed for people.
	Terminal bool
	// Password asks a person; nil: there is nobody to ask.
	Password func(prompt string) (string, error)
	// Screen is the terminal, for what takes it over; nil: there is none.
	Screen *Screen
	// Machine is what the broker of this machine would be started with, by a
	// file of settings and with a data directory, or by the environment where
	// these are empty.
	Machine func(configFile, dataDir string) *Machine
}

// grammar is every verb there is.
type grammar struct {
	globals

	userVerbs
	vhostVerbs
	permissionVerbs
	topicPermissionVerbs
	policyVerbs
	parameterVerbs
	limitVerbs
	queueVerbs
	exchangeVerbs
	deduplicationVerbs
	delayedVerbs
	scheduleVerbs
	connectionVerbs
	definitionVerbs
	nodeVerbs
	healthVerbs
	certificateVerbs
	logVerbs
	resourceVerbs
	featureVerbs
	toolVerbs
}

// Run does what args say. The error has an exit code: see ExitCode.
func (c *Command) Run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	var g grammar
	helped := false
	parser, err := c.parser(&g, func(int) { helped = true })
	if err != nil {
		return err
	}
	call, err := parser.Parse(args)
	if helped {
		return nil
	}
	if err != nil {
		return failure{exitUsage, fmt.Sprintf("%v; see %s --help", err, c.Name)}
	}
	g.settle()
	o, err := newOperator(ctx, c, &g.globals)
	if err != nil {
		return classify(err)
	}
	o.call = call
	if err := o.checkNode(); err != nil {
		return classify(err)
	}
	return classify(call.Run(o))
}

// parser reads the grammar. Once it has printed help it calls helped, and goes
// on.
func (c *Command) parser(g *grammar, helped func(int)) (*kong.Kong, error) {
	options := []kong.Option{
		kong.Name(c.Name),
		kong.Description("Look after a broker, with the verbs of rabbitmqctl, rabbitmq-diagnostics and rabbitmq-queues."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.Writers(c.Out, c.Err),
		kong.Exit(helped),
		kong.WithHyphenPrefixedParameters(true), // --priority -1
		vars(),
	}
	for name, why := range meaningless {
		options = append(options, kong.DynamicCommand(name, why, "", &meaninglessVerb{why: why}, "hidden"))
	}
	return kong.New(g, options...)
}

// vars are what help texts take from tables.
func vars() kong.Vars {
	v := kong.Vars{"formats": strings.Join(formats, ",")}
	for name, l := range listings {
		v[name+"_columns"] = namesOf(l.columns)
	}
	return v
}
