package main

import (
	"cmp"
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
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
		Terminal: term.IsTerminal(int(os.Stdout.Fd())), Machine: machine,
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		c.Password = askPassword
	}
	if c.Terminal {
		c.Screen = openScreen()
	}
	return c
}

type topCommand struct {
	Args []string `arg:"" optional:"" help:"See hutchmq top --help."`
}

// Run is hutchmq ctl top.
func (c *topCommand) Run() error { return (&ctlCommand{append([]string{"top"}, c.Args...)}).Run() }

type doctorCommand struct {
	Args []string `arg:"" optional:"" help:"See hutchmq doctor --help."`
}

// Run is hutchmq ctl doctor.
func (c *doctorCommand) Run() error {
	return (&ctlCommand{append([]string{"doctor"}, c.Args...)}).Run()
}

// machine is what the broker of this machine would be started with.
func machine(configFile, dataDir string) *ctl.Machine {
	s := settings{Config: configFile}
	if dataDir != "" {
		s.DataDir = &dataDir
	}
	m := &ctl.Machine{ConfigFile: configFile, DataDir: cmp.Or(dataDir, os.Getenv("HUTCHMQ_DATA_DIR"), "data")}
	m.ConfigProblem = describe(&s, m)
	m.Socket = filepath.Join(m.DataDir, socketName)
	return m
}

// describe puts into m what the settings say.
func describe(s *settings, m *ctl.Machine) error {
	cfg, err := config.Load(s.sources())
	if err != nil {
		return err
	}
	list, err := config.Settings(s.sources())
	if err != nil {
		return err
	}
	m.DataDir, m.DiskFreeLimit, m.KeyFile = cfg.DataDir, int64(cfg.Alarms.DiskFreeLimit), cfg.Encryption.KeyFile
	for _, s := range list {
		switch {
		case strings.HasSuffix(s.Key, ".addr") && strings.Contains(s.Value, ":"):
			m.Listeners = append(m.Listeners, ctl.Endpoint{Name: s.Key, Addr: s.Value})
		case (strings.HasSuffix(s.Key, ".cert") || strings.HasSuffix(s.Key, ".ca")) && s.Value != "":
			for file := range strings.SplitSeq(s.Value, ",") {
				m.Certificates = append(m.Certificates, ctl.Certificate{Key: s.Key, File: strings.TrimSpace(file)})
			}
		}
	}
	return nil
}

// askPassword asks on the terminal, which does not show what is typed.
func askPassword(prompt string) (string, error) {
	os.Stderr.WriteString(prompt)
	password, err := term.ReadPassword(int(os.Stdin.Fd()))
	os.Stderr.WriteString("\n")
	return string(password), err
}
