package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/ctl/client"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/definitions/cli"
)

// importDefinitions makes b what the file that c names says, or all files of a
// directory: all of it, or nothing. It is for the start and for a reload.
func importDefinitions(b *broker.Broker, c *config.Config) error {
	path := c.Definitions
	if path == "" {
		return nil
	}
	docs, err := cli.Load([]string{path}, nil, cli.Environment)
	if err != nil {
		return err
	}
	applied, err := newApplied(c.DataDir, docs)
	if err != nil {
		return err
	}
	if c.SkipUnchanged && applied.before() {
		slog.Info("definitions left alone: they are what they were when they were applied", "from", path)
		return nil
	}
	if err := sayDoubts(definitions.Check(docs)); err != nil {
		return err
	}
	all := make([]*definitions.Definitions, len(docs))
	for i, d := range docs {
		all[i] = d.Definitions
	}
	list, err := b.By(broker.Actor{Via: "definitions", From: path}).Apply(all, broker.ApplyOptions{})
	if found, ok := errors.AsType[*broker.ConflictError](err); ok {
		return placed(docs, found)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	counts := b.Summary(list, 0, false).Counts
	slog.Info("definitions applied", "from", path, "created", counts["create"], "changed", counts["change"], "kept", counts["keep"])
	return applied.note()
}

// sayDoubts logs what is odd in files and not wrong. What is not in them may be
// in the broker, which is about to tell.
func sayDoubts(found definitions.Problems) error {
	var wrong definitions.Problems
	for _, p := range found {
		switch {
		case p.Outside:
		case p.Doubt:
			slog.Warn("definitions: "+p.Text, "at", p.Place.String())
		default:
			wrong = append(wrong, p)
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

// placed are conflicts where the files have them.
func placed(docs []*definitions.Document, found *broker.ConflictError) error {
	var ps definitions.Problems
	for _, i := range found.Intents {
		ps = append(ps, definitions.Problem{Place: placeOf(docs, i.Is), Text: definitions.Title(i.Is) + ": " + i.Reason})
	}
	return ps
}

func placeOf(docs []*definitions.Document, r definitions.Record) definitions.Place {
	for _, d := range docs {
		if p := d.Place(r); p.Line > 0 {
			return p
		}
	}
	return definitions.Place{File: docs[0].Name}
}

type definitionsCommand struct {
	Validate validateCommand `cmd:"" help:"Check files by themselves."`
	Plan     planCommand     `cmd:"" help:"Print what a broker would change. Exit code 0: nothing, 2: something, 3: something is in the way."`
	Apply    applyCommand    `cmd:"" help:"Have a broker follow the files: all or nothing."`
	Export   exportCommand   `cmd:"" help:"Print all definitions of a broker, as YAML or JSON."`
	Schema   schemaCommand   `cmd:"" help:"Print the JSON Schema of the YAML, for editors."`
}

// filesGiven are the files of a command.
type filesGiven struct {
	Files []string `arg:"" name:"file" help:"Files or directories, YAML or JSON; - is the standard input."`
}

func (f *filesGiven) command(json bool) *cli.Command {
	return &cli.Command{
		Paths: f.Files, Source: cli.Environment, In: os.Stdin, Out: os.Stdout, Err: os.Stderr, JSON: json,
	}
}

type validateCommand struct {
	filesGiven
	Strict bool `help:"Take doubts for mistakes."`
}

// Run checks the files.
func (c *validateCommand) Run() error { return c.command(false).Validate(c.Strict) }

// brokerGiven says which broker is meant.
type brokerGiven struct {
	URI      string `placeholder:"URI" env:"HUTCHMQ_URI" help:"Where the management API is: http://host:15672, https://… or unix:/path. By default the socket in the data directory, else http://127.0.0.1:15672. ($$HUTCHMQ_URI)"`
	Username string `aliases:"user" placeholder:"NAME" env:"HUTCHMQ_USER" help:"An administrator; nobody needs to say it on the socket. ($$HUTCHMQ_USER)"`
	Password string `placeholder:"TEXT" env:"HUTCHMQ_PASSWORD" help:"The password of that user; on a terminal it is asked for. ($$HUTCHMQ_PASSWORD)"`
	DataDir  string `name:"data-dir" placeholder:"DIR" help:"Work on the data of a broker that does not run."`
}

// with calls do with the broker that is meant, until it is done or a signal
// asks to stop.
func (g *brokerGiven) with(do func(context.Context, cli.Broker) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if g.DataDir != "" {
		return withData(g.DataDir, func(b *broker.Broker) error { return do(ctx, stopped{b}) })
	}
	c, err := client.New(g.reach())
	if err != nil {
		return err
	}
	api := &cli.API{Client: c}
	if isTerminal(os.Stderr) {
		api.Waiting = printWaiting
	}
	return do(ctx, api)
}

// reach is how to reach the broker. An import may take its time.
func (g *brokerGiven) reach() client.Options {
	o := client.Options{
		URI: g.URI, Socket: machine(os.Getenv("HUTCHMQ_CONFIG"), "").Socket, User: g.Username, Password: g.Password, Timeout: -1,
	}
	if isTerminal(os.Stdin) {
		o.Ask = func(user string) (string, error) { return askPassword("Password of " + user + ": ") }
	}
	return o
}

func printWaiting(seconds int) {
	if seconds == 0 {
		fmt.Fprintln(os.Stderr)
		return
	}
	fmt.Fprintf(os.Stderr, "\rwaiting for the broker: %d s ", seconds)
}

type limitsGiven struct {
	Prune   bool `help:"Delete what the owner of the files made before and does not describe any more."`
	Replace bool `help:"Change what is there otherwise, or delete it and make it anew."`
	Discard bool `name:"discard-messages" help:"Delete queues with the messages that are in them."`
	JSON    bool `name:"json" help:"Print JSON."`
}

func (l *limitsGiven) options() cli.Options {
	return cli.Options{Prune: l.Prune, Replace: l.Replace, Discard: l.Discard}
}

type planCommand struct {
	filesGiven
	brokerGiven
	limitsGiven
}

// Run prints the plan.
func (c *planCommand) Run() error {
	return c.with(func(ctx context.Context, b cli.Broker) error {
		return c.command(c.JSON).Plan(ctx, b, c.options())
	})
}

type applyCommand struct {
	filesGiven
	brokerGiven
	limitsGiven
}

// Run carries the plan out.
func (c *applyCommand) Run() error {
	return c.with(func(ctx context.Context, b cli.Broker) error {
		return c.command(c.JSON).Apply(ctx, b, c.options())
	})
}

type exportCommand struct {
	brokerGiven
	JSON   bool   `name:"json" help:"Print RabbitMQ's JSON."`
	Output string `short:"o" placeholder:"FILE" help:"Write to a file that only its owner may read: the hashes of passwords are in it."`
}

// Run prints what the broker holds.
func (c *exportCommand) Run() error {
	var out strings.Builder
	cmd := cli.Command{Out: &out, Err: os.Stderr, JSON: c.JSON}
	if err := c.with(func(ctx context.Context, b cli.Broker) error { return cmd.Export(ctx, b) }); err != nil {
		return err
	}
	if c.Output == "" {
		_, err := os.Stdout.WriteString(out.String())
		return err
	}
	return os.WriteFile(c.Output, []byte(out.String()), 0o600)
}

type schemaCommand struct{}

// Run prints the schema.
func (schemaCommand) Run() error {
	_, err := os.Stdout.Write(definitions.Schema())
	return err
}
