package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/hutchmq/hutchmq/config"
)

// settings are the flags of the broker. What they mean is in the table of
// package config; flagHelp takes it from there.
type settings struct {
	Config        string  `placeholder:"FILE" env:"HUTCHMQ_CONFIG" help:"The YAML file with all other settings: see hutchmq config reference."`
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
	c, err := config.Load(s.sources())
	if err != nil {
		return nil, fmt.Errorf("%w%w", errUsage, err)
	}
	return c, nil
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
	Reference referenceCommand `cmd:"" help:"Print every key, with its meaning and default."`
	Check     checkCommand     `cmd:"" help:"Check the settings the broker would start with."`
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
	if _, err := c.load(); err != nil {
		return err
	}
	fmt.Println("the configuration is valid")
	return nil
}
