package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Sources is where settings come from, strongest first: flags, environment,
// file, defaults.
type Sources struct {
	Flags  map[string]string // by the flag's name, only those given
	Lookup func(variable string) (string, bool)
	File   string // path of a YAML file, or of a rabbitmq.conf; empty: none

	Version string // of this build
	Host    string // name of this machine
}

// Load reads and checks every setting. The error holds all that is wrong, a
// line each.
func Load(s Sources) (*Config, error) {
	r, err := Read(s)
	if err != nil {
		return nil, err
	}
	return r.Config, nil
}

// Reading is one look at all sources.
type Reading struct {
	Config   *Config
	Settings []Setting // in the order of Keys
	Notes    []Note    // about the file
}

// Read is Load that also tells where each setting comes from.
func Read(s Sources) (*Reading, error) {
	r := &Reading{Config: new(Config)}
	doc, err := readFile(s.File, s.lookup)
	problems := []error{err}
	for i := range Keys {
		k := &Keys[i]
		v, err := s.find(k, doc)
		if err == nil {
			err = k.set(r.Config, v.text)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", v.where, err))
		}
		r.Settings = append(r.Settings, v.setting(k))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if err := errors.Join(r.Config.check()...); err != nil {
		return nil, err
	}
	r.Notes = doc.notes
	r.Config.Advertise.settle(s.Version)
	r.show("advertise.version", r.Config.Advertise.Version)
	return r, nil
}

// value is the text of one setting, and where it comes from.
type value struct {
	text, where string
	origin      Origin
}

// find looks for the value of k in all sources.
func (s *Sources) find(k *Key, doc *document) (value, error) {
	if text, given := s.Flags[k.Flag]; given && k.Flag != "" {
		return value{text, "--" + k.Flag, FromFlag}, nil
	}
	for _, name := range k.Variables() {
		if text, set := s.lookup(name); set && (text != "" || k.Type() == "address") {
			return value{said(name, text), name, FromEnvironment}, nil
		}
		if v, set, err := s.secret(k, name); set {
			return v, err
		}
	}
	if e, set := doc.entries[k.Path]; set {
		return value{s.fill(e.text), fmt.Sprintf("%s:%d:%d: %s", s.File, e.line, e.column, e.key), FromFile}, nil
	}
	return value{s.fill(k.Default), k.Path, FromDefault}, nil
}

// fill puts in what defaults leave open, also where a file repeats them.
func (s *Sources) fill(text string) string {
	host, _, _ := strings.Cut(s.Host, ".")
	return strings.NewReplacer("<host>", host, "<version>", s.Version).Replace(text)
}

// inFiles reports whether the variables of k may end in _FILE or __FILE, and
// then name a file that holds the value.
func (k *Key) inFiles() bool { return k.Secret || strings.HasPrefix(k.Path, "defaults.") }

// secret reads a variable whose value lies in a file, as container platforms
// hand secrets over. A line end behind it does not count.
func (s *Sources) secret(k *Key, name string) (v value, set bool, err error) {
	if !k.inFiles() {
		return v, false, nil
	}
	for _, suffix := range []string{"_FILE", "__FILE"} {
		if path, set := s.lookup(name + suffix); set && path != "" {
			text, err := os.ReadFile(path)
			return value{strings.TrimRight(string(text), "\r\n"), name + suffix, FromEnvironment}, true, err
		}
	}
	return value{}, false, nil
}

// lookup reads a variable. One that is set but empty, as compose files leave
// them, counts only where empty means something.
func (s *Sources) lookup(name string) (string, bool) {
	if s.Lookup == nil {
		return "", false
	}
	return s.Lookup(name)
}

// said is the text of a variable in our words: some of RabbitMQ's have words of
// their own.
func said(name, text string) string {
	switch {
	case name == "RABBITMQ_NODE_PORT":
		return ":" + text
	case name == "RABBITMQ_LOGS" && text == "-":
		return ToStdout
	case name == "RABBITMQ_LOGS" && text == "-stderr":
		return ToStderr
	}
	return text
}

// Variables names the environment variables of k, strongest first.
func (k *Key) Variables() []string {
	own := "HUTCHMQ_" + strings.ToUpper(strings.ReplaceAll(k.Path, ".", "_"))
	return slices.Concat([]string{own}, k.Env)
}
