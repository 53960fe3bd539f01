package ctl

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/hutchmq/hutchmq/ctl/client"
)

// operator is what a verb works with: the broker, the options, and where to
// print.
type operator struct {
	*globals
	command *Command
	client  *client.Client
	call    *kong.Context
	machine *Machine
	ctx     context.Context
	limit   time.Duration // of a request; negative: none
}

func newOperator(ctx context.Context, c *Command, g *globals) (*operator, error) {
	limit, err := g.timeout()
	if err != nil {
		return nil, err
	}
	m := c.Machine(g.Config, g.DataDir)
	options := client.Options{URI: g.URI, Socket: m.Socket, User: g.User, Password: g.Password, CA: g.CA, Timeout: limit}
	if c.Password != nil {
		options.Ask = func(user string) (password string, err error) {
			g.Password, err = c.Password("Password of " + user + ": ") // asked for once, whoever waits
			return g.Password, err
		}
	}
	api, err := client.New(options)
	if err != nil {
		return nil, err
	}
	return &operator{globals: g, command: c, machine: m, client: api, ctx: ctx, limit: limit}, nil
}

// checkNode refuses to go on when another node is meant than the one there.
func (o *operator) checkNode() error {
	if o.Node == "" {
		return nil
	}
	v, err := o.overview()
	if err != nil {
		return err
	}
	if v.Node != o.Node && !strings.HasPrefix(v.Node, o.Node+"@") {
		return fail(exitNoHost, "there is no node '%s': the one at %s is '%s'", o.Node, o.client.Where(), v.Node)
	}
	return nil
}

// overview is what a node says of itself.
type overview struct {
	Node, ClusterName string
	Version           string
	Compatible        string
	Listeners         []listener
}

func (o *operator) overview() (v overview, err error) {
	var said struct {
		Node            string     `json:"node"`
		ClusterName     string     `json:"cluster_name"`
		ProductVersion  string     `json:"product_version"`
		RabbitMQVersion string     `json:"rabbitmq_version"`
		Listeners       []listener `json:"listeners"`
	}
	err = o.get(&said, "overview")
	return overview{said.Node, said.ClusterName, said.ProductVersion, said.RabbitMQVersion, said.Listeners}, err
}

func (o *operator) get(into any, parts ...string) error {
	return o.client.Get(o.ctx, client.Path(parts...), into)
}

func (o *operator) put(body any, parts ...string) error {
	return o.client.Put(o.ctx, client.Path(parts...), body)
}

func (o *operator) remove(parts ...string) error {
	return o.client.Delete(o.ctx, client.Path(parts...))
}

// say tells what is being done, unless only results are wanted.
func (o *operator) say(format string, args ...any) {
	if !o.Quiet {
		fmt.Fprintf(o.command.Out, format+"\n", args...)
	}
}

// print prints a result.
func (o *operator) print(format string, args ...any) {
	fmt.Fprintf(o.command.Out, format+"\n", args...)
}

// maxLineBytes bounds what is read for an argument.
const maxLineBytes = 1 << 16

// line reads a line, without its end, where no argument was given.
func (o *operator) line(what, given string) (string, error) {
	if given != "" {
		return given, nil
	}
	if o.command.Password != nil {
		return o.command.Password(what + ": ")
	}
	text, err := bufio.NewReader(io.LimitReader(o.command.In, maxLineBytes)).ReadString('\n')
	if text = strings.TrimRight(text, "\r\n"); text == "" {
		return "", fail(exitUsage, "the %s is missing, as an argument and in the input", what)
	}
	if err != nil && err != io.EOF {
		return "", err
	}
	return text, nil
}

// of makes err say that what has no such name is not there, if that is what it
// says.
func (o *operator) of(err error, what, name string) error {
	if !client.NotFound(err) {
		return err
	}
	if what == "User" {
		return fail(exitNoUser, "User '%s' does not exist", name)
	}
	return fail(exitData, "%s '%s' does not exist", what, name)
}

// inVhost makes err say that there is no such vhost, if that is what it says.
func (o *operator) inVhost(err error) error { return o.of(err, "Virtual host", o.Vhost) }

// in makes err say that something is not there in the vhost.
func (o *operator) in(err error, what, name string) error {
	if !client.NotFound(err) {
		return err
	}
	if missing := o.get(nil, "vhosts", o.Vhost); client.NotFound(missing) {
		return o.inVhost(missing)
	}
	return fail(exitData, "%s '%s' does not exist in vhost '%s'", what, name, o.Vhost)
}

func (o *operator) post(body, into any, parts ...string) error {
	return o.client.Post(o.ctx, client.Path(parts...), body, into)
}

// ifThere makes err say that there is no such vhost, and is fine with anything
// else that was not there to be taken away.
func (o *operator) ifThere(err error) error {
	if client.NotFound(err) {
		return o.inVhost(o.get(nil, "vhosts", o.Vhost))
	}
	return err
}

// sleep waits, unless it is to stop.
func (o *operator) sleep(d time.Duration) error {
	if d <= 0 {
		return o.ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-o.ctx.Done():
		return o.ctx.Err()
	}
}
