package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"github.com/hutchmq/hutchmq/config"
)

// settings are the flags of the broker. What they mean is in the table of
// package config; flagHelp takes it from there.
type settings struct {
	Config        string  `placeholder:"FILE" env:"HUTCHMQ_CONFIG,RABBITMQ_CONFIG_FILE" help:"The file with all other settings, YAML or a rabbitmq.conf: see hutchmq config reference."`
	DataDir       *string `placeholder:"DIR" help:"${data_dir}"`
	AMQP          *string `name:"amqp" placeholder:"ADDR" help:"${amqp}"`
	AMQPS         *string `name:"amqps" placeholder:"ADDR" help:"${amqps}"`
	Management    *string `placeholder:"ADDR" help:"${management}"`
	ManagementTLS *string `name:"management-tls" placeholder:"ADDR" help:"${management_tls}"`
	Metrics       *string `placeholder:"ADDR" help:"${metrics}"`
	MetricsTLS    *string `name:"metrics-tls" placeholder:"ADDR" help:"${metrics_tls}"`
	Definitions   *string `placeholder:"FILE" help:"${definitions}"`
}

// load reads the configuration from everywhere.
func (s *settings) load() (*config.Config, error) {
	r, err := s.read()
	if err != nil {
		return nil, err
	}
	return r.Config, nil
}

// read is load that also tells where each setting comes from.
func (s *settings) read() (*config.Reading, error) {
	r, err := config.Read(s.sources())
	if err != nil {
		return nil, fmt.Errorf("%w%w", errUsage, err)
	}
	return r, nil
}

func (s *settings) sources() config.Sources {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return config.Sources{Flags: s.flags(), Lookup: os.LookupEnv, File: s.Config, Version: version, Host: host}
}

// flags are the ones given, by name.
func (s *settings) flags() map[string]string {
	given := map[string]string{}
	for name, value := range map[string]*string{
		"data-dir": s.DataDir, "amqp": s.AMQP, "management": s.Management,
		"metrics": s.Metrics, "definitions": s.Definitions,
		"amqps": s.AMQPS, "management-tls": s.ManagementTLS, "metrics-tls": s.MetricsTLS,
	} {
		if value != nil {
			given[name] = *value
		}
	}
	return given
}

// flagHelp are the sentences for the flags above.
func flagHelp() kong.Vars {
	help := kong.Vars{}
	for i := range config.Keys {
		k := &config.Keys[i]
		if k.Flag == "" {
			continue
		}
		names := k.Variables()
		text := fmt.Sprintf("%s ($%s)", k.Says, names[len(names)-1])
		if k.Default != "" {
			text = fmt.Sprintf("%s Default %s. ($%s)", k.Says, k.Default, names[len(names)-1])
		}
		help[strings.ReplaceAll(k.Flag, "-", "_")] = text
	}
	return help
}

type configCommand struct {
	Init      initCommand      `cmd:"" help:"Print a file with every key, explained."`
	Check     checkCommand     `cmd:"" help:"Check the settings the broker would start with."`
	Show      showCommand      `cmd:"" help:"Print the settings the broker would start with, and where each comes from."`
	Convert   convertCommand   `cmd:"" help:"Print the YAML for a rabbitmq.conf."`
	Reference referenceCommand `cmd:"" help:"Print every key, with its meaning and default."`
}

type initCommand struct{}

// Run prints the template.
func (initCommand) Run() error {
	fmt.Print(config.Template())
	return nil
}

type referenceCommand struct{}

// Run prints the reference in Markdown.
func (referenceCommand) Run() error {
	fmt.Print(config.Reference())
	return nil
}

type checkCommand struct{ settings }

// Run checks the same settings as the server would.
func (c *checkCommand) Run() error {
	r, err := c.read()
	if err != nil {
		return err
	}
	for _, n := range r.Notes {
		fmt.Fprintf(os.Stderr, "%s: %s\n", c.Config, n)
	}
	fmt.Println("the configuration is valid")
	return nil
}

type showCommand struct {
	settings
	JSON bool `name:"json" help:"Print JSON."`
}

// Run prints a line a setting.
func (c *showCommand) Run() error {
	r, err := c.read()
	if err != nil {
		return err
	}
	if c.JSON {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", "  ")
		return e.Encode(r.Settings)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tVALUE\tFROM")
	for _, s := range r.Settings {
		from := s.Where
		if s.Origin == config.FromDefault {
			from = string(config.FromDefault)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.Key, printable(s.Value), printable(from))
	}
	return w.Flush()
}

// exitLost is for scripts: something of weight could not be taken over.
const exitLost = 2

type convertCommand struct {
	File string `arg:"" optional:"" default:"/etc/rabbitmq/rabbitmq.conf" help:"The file to convert. Default ${default}."`
}

// Run prints the file as YAML, and what it lacks on both streams.
func (c *convertCommand) Run() error {
	text, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	yaml, notes, err := config.Convert(c.File, text, os.LookupEnv)
	if err != nil {
		return fmt.Errorf("%w%w", errUsage, err)
	}
	fmt.Print(yaml)
	lost := 0
	for _, n := range notes {
		fmt.Fprintf(os.Stderr, "%s: %s\n", c.File, n)
		if n.Grave {
			lost++
		}
	}
	if lost > 0 {
		return fmt.Errorf("%wlines whose settings the broker would not follow: %d", errLost, lost)
	}
	return nil
}
