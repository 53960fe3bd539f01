package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"

	"github.com/hutchmq/hutchmq/amqp/dial"
	"github.com/hutchmq/hutchmq/ctl/client"
	"github.com/hutchmq/hutchmq/drain"
)

// Exit codes of a drain, beside 0 and 1.
const (
	exitStays       = 3  // some messages stay at the source
	exitUnreachable = 69 // a broker cannot be reached, or a connection broke
)

type drainCommand struct {
	Queues []string `arg:"" optional:"" name:"queue" help:"Names of queues. By default all that the source's management API lists."`

	Source    string   `required:"" placeholder:"URI" env:"HUTCHMQ_DRAIN_SOURCE" help:"The broker to empty: amqp://user:password@host:5672 or amqps://."`
	Target    string   `placeholder:"URI" default:"amqp://guest:guest@localhost:5672" env:"HUTCHMQ_DRAIN_TARGET" help:"The broker to fill; its queues must be there. Default ${default}."`
	SourceAPI string   `name:"source-api" placeholder:"URI" env:"HUTCHMQ_DRAIN_SOURCE_API" help:"The management API of the source, http://host:15672, to list its queues; with the user of --source unless it has one."`
	Vhosts    []string `name:"vhost" placeholder:"NAME" sep:"none" help:"Only this vhost; again for several. By default that in --source, or all that are listed."`
	Pattern   string   `placeholder:"REGEXP" help:"Only queues with such a name."`

	Follow   bool `help:"Go on until interrupted, whether there is anything or not."`
	DryRun   bool `name:"dry-run" help:"Count what would be moved, and move nothing."`
	Parallel int  `placeholder:"N" default:"4" help:"So many queues at a time. Default ${default}."`
	Prefetch int  `placeholder:"N" default:"200" help:"So many messages of a queue under way at a time. Default ${default}."`

	CACert   string `name:"cacert" placeholder:"FILE" help:"amqps: a PEM file of the authorities to trust, in place of the system's; for the API beside them."`
	Insecure bool   `help:"amqps: trust whatever a broker shows."`
	Cert     string `placeholder:"FILE" help:"amqps: a PEM file with our certificate."`
	Key      string `placeholder:"FILE" help:"amqps: a PEM file with its key."`

	JSON bool `name:"json" help:"Print the sums as JSON."`
}

// Run moves messages until the queues are empty, or a signal asks to stop; a
// second one ends the process at once, which loses nothing.
func (c *drainCommand) Run() error {
	o, err := c.options()
	if err != nil {
		return fmt.Errorf("%w%w", errUsage, err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop)
	work := drain.Run
	if c.DryRun {
		work = drain.Survey
	}
	line := newDrainLine()
	o.Tell, o.Say = line.tell, line.say
	report, err := work(ctx, o)
	line.end()
	print := report.Print
	if c.JSON {
		print = report.PrintJSON
	}
	return errors.Join(err, print(os.Stdout))
}

// options are what was asked for.
func (c *drainCommand) options() (o drain.Options, err error) {
	o = drain.Options{Follow: c.Follow, Parallel: c.Parallel, Prefetch: c.Prefetch}
	o.Choice = drain.Choice{Vhosts: c.Vhosts, Names: c.Queues}
	switch {
	case c.SourceAPI == "" && len(c.Queues) == 0:
		return o, errors.New("say which queues, or where they are listed: --source-api http://host:15672")
	case c.Parallel < 1 || c.Parallel > 256:
		return o, errors.New("--parallel: want 1 to 256")
	case c.Prefetch < 1 || c.Prefetch > 65535:
		return o, errors.New("--prefetch: want 1 to 65535")
	}
	if o.Choice.Pattern, err = regexp.Compile(c.Pattern); err != nil {
		return o, fmt.Errorf("--pattern: %w", err)
	}
	if err := c.brokers(&o); err != nil {
		return o, err
	}
	if c.SourceAPI != "" {
		o.API, err = client.New(client.Options{URI: c.apiURI(o.Source), CA: c.CACert})
	}
	return o, err
}

// brokers sets where both are, and which vhosts are meant.
func (c *drainCommand) brokers(o *drain.Options) (err error) {
	trust := dial.Trust{CACert: c.CACert, Insecure: c.Insecure, Cert: c.Cert, Key: c.Key}
	for _, b := range []struct {
		flag, uri string
		to        *dial.Address
	}{{"source", c.Source, &o.Source}, {"target", c.Target, &o.Target}} {
		if *b.to, err = dial.ParseAddress(b.uri); err == nil {
			err = trust.Ready(b.to)
		}
		if err != nil {
			return fmt.Errorf("--%s: %w", b.flag, err)
		}
	}
	if len(c.Vhosts) == 0 && (hasVhost(c.Source) || c.SourceAPI == "") {
		o.Choice.Vhosts = []string{o.Source.Vhost}
	}
	if hasVhost(c.Target) {
		o.TargetVhost = o.Target.Vhost
		if len(o.Choice.Vhosts) != 1 {
			return errors.New("--target has a vhost: say which one is moved there, with --vhost")
		}
	}
	return nil
}

// hasVhost reports whether an AMQP URI that was parsed before names a vhost.
func hasVhost(uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && strings.TrimPrefix(u.Path, "/") != ""
}

// apiURI is where the API is, with the user of the source unless it has one.
func (c *drainCommand) apiURI(source dial.Address) string {
	u, err := url.Parse(c.SourceAPI)
	if err != nil || u.User != nil || u.Host == "" {
		return c.SourceAPI
	}
	u.User = url.UserPassword(source.User, source.Password)
	return u.String()
}
