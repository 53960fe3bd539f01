package ctl

import (
	"strconv"
	"time"

	"github.com/hutchmq/hutchmq/ctl/client"
)

// formats are how lists can be printed; table is rabbitmqctl's, with tabs.
var formats = []string{"table", "pretty_table", "json", "csv"}

// globals are the options of every verb. They may stand before it and after.
type globals struct {
	URI        string `placeholder:"URI" env:"HUTCHMQ_URI" help:"Where the management API is: http://host:15672, https://… or unix:/path. By default the socket in the data directory, else http://127.0.0.1:15672."`
	User       string `name:"username" placeholder:"NAME" env:"HUTCHMQ_USER" help:"Who asks; nobody needs to say it on the socket."`
	Password   string `placeholder:"TEXT" env:"HUTCHMQ_PASSWORD" help:"The password of that user; on a terminal it is asked for."`
	CA         string `name:"cacert" placeholder:"FILE" env:"HUTCHMQ_CACERT" help:"Trust the authorities in this PEM file, beside those of the system, when the URI is https."`
	DataDir    string `name:"data-dir" placeholder:"DIR" help:"The data directory of the broker, if it is not where $$HUTCHMQ_DATA_DIR or the settings say."`
	Config     string `placeholder:"FILE" env:"HUTCHMQ_CONFIG" help:"The settings of the broker, which say where its data directory is."`
	Node       string `short:"n" placeholder:"NODE" help:"Refuse to talk to another node than this."`
	Vhost      string `short:"p" default:"/" placeholder:"VHOST" help:"The vhost that is meant; by default /."`
	Timeout    string `short:"t" placeholder:"SECONDS" help:"How long a request may take; infinity is for ever."`
	Quiet      bool   `short:"q" help:"Print results only."`
	Silent     bool   `short:"s" help:"Print results only, and no table headers."`
	Formatter  string `enum:",${formats}" default:"" placeholder:"FORMAT" help:"How to print lists: ${formats}. By default pretty_table on a terminal, and table otherwise."`
	JSON       bool   `help:"The same as --formatter=json."`
	NoHeaders  bool   `name:"no-table-headers" help:"Print no table headers."`
	LongNames  bool   `name:"longnames" short:"l" hidden:""`
	Cookie     string `name:"erlang-cookie" hidden:""`
	ScriptName string `name:"script-name" hidden:""`
	DryRun     bool   `name:"dry-run" hidden:""`
}

// settle follows from what was given.
func (g *globals) settle() {
	if g.JSON {
		g.Formatter = "json"
	}
	g.NoHeaders = g.NoHeaders || g.Silent
	g.Quiet = g.Quiet || g.Silent || g.Formatter == "json" || g.Formatter == "csv"
}

// timeout is how long a request may take.
func (g *globals) timeout() (time.Duration, error) {
	switch g.Timeout {
	case "":
		return client.DefaultTimeout, nil
	case "infinity":
		return -1, nil
	}
	seconds, err := strconv.ParseFloat(g.Timeout, 64)
	if err != nil || !(seconds > 0 && seconds < 1e8) {
		return 0, fail(exitUsage, "--timeout: want a number of seconds or infinity, got '%s'", g.Timeout)
	}
	return time.Duration(seconds * float64(time.Second)), nil
}
