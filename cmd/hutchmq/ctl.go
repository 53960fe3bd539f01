package main

import (
	"cmp"
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"golang.org/x/term"

	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/ctl"
)

// otherNames are RabbitMQ's tools, which the binary can be called by: then it
// is hutchmq ctl.
var otherNames = []string{"rabbitmqctl", "rabbitmq-diagnostics", "rabbitmq-queues"}

// programName is what the binary was called by.
func programName(path string) string {
	if name := filepath.Base(path); slices.Contains(otherNames, name) {
		return name
	}
	return "hutchmq"
}

// arguments are those of hutchmq, whatever name it was called by.
func arguments(all []string) []string {
	args := all[1:]
	if programName(all[0]) != "hutchmq" {
		args = append([]string{"ctl"}, args...)
	}
	return args
}

type ctlCommand struct {
	Args []string `arg:"" optional:"" help:"See hutchmq ctl --help."`
}

// Run does what the verb says, until that is done or a signal asks to stop.
func (c *ctlCommand) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop)
	return operator().Run(ctx, c.Args)
}

// operator is the command line of whoever runs this process.
func operator() *ctl.Command {
	name := programName(os.Args[0])
	if name == "hutchmq" {
		name = "hutchmq ctl"
	}
	c := &ctl.Command{
		Name: name, Version: version, In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Terminal: term.IsTerminal(int(os.Stdout.Fd())), Socket: filepath.Join(dataDir(), socketName),
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		c.Password = askPassword
	}
	return c
}

// dataDir is where the broker of this machine has its data, if the environment
// says so here as it does for the broker.
func dataDir() string {
	s := settings{Config: cmp.Or(os.Getenv("HUTCHMQ_CONFIG"), os.Getenv("RABBITMQ_CONFIG_FILE"))}
	cfg, err := config.Load(s.sources())
	if err != nil {
		return os.Getenv("HUTCHMQ_DATA_DIR")
	}
	return cfg.DataDir
}

// askPassword asks on the terminal, which does not show what is typed.
func askPassword(prompt string) (string, error) {
	os.Stderr.WriteString(prompt)
	password, err := term.ReadPassword(int(os.Stdin.Fd()))
	os.Stderr.WriteString("\n")
	return string(password), err
}
