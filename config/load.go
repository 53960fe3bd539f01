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
	File   string // path of a YAML file; empty: none

	Version string // of this build
	Host    string // name of this machine
}

// Load reads and checks every setting. The error holds all that is wrong, a
// line each.
func Load(s Sources) (*Config, error) {
	c := new(Config)
	file, err := readFile(s.File)
	problems := []error{err}
	for i := range Keys {
		k := &Keys[i]
		text, from, _ := s.find(k, file)
		if err := k.set(c, text); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", from, err))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if err := errors.Join(c.check()...); err != nil {
		return nil, err
	}
	c.Advertise.settle(s.Version)
	return c, nil
}

// find returns the value of k, where it comes from, and what that is.
func (s *Sources) find(k *Key, file map[string]entry) (text, from string, kind Origin) {
	if text, given := s.Flags[k.Flag]; given && k.Flag != "" {
		return text, "--" + k.Flag, FromFlag
	}
	for _, name := range k.Variables() {
		if text, set := s.lookup(name); set && (text != "" || k.Type() == "address") {
			return text, name, FromEnvironment
		}
	}
	if e, set := file[k.Path]; set {
		return e.text, fmt.Sprintf("%s:%d: %s", s.File, e.line, k.Path), FromFile
	}
	host, _, _ := strings.Cut(s.Host, ".")
	return strings.NewReplacer("<host>", host, "<version>", s.Version).Replace(k.Default), k.Path, FromDefault
}

// lookup reads a variable. One that is set but empty, as compose files leave
// them, counts only where empty means something.
func (s *Sources) lookup(name string) (string, bool) {
	if s.Lookup == nil {
		return "", false
	}
	return s.Lookup(name)
}

// Variables names the environment variables of k, strongest first.
func (k *Key) Variables() []string {
	own := "HUTCHMQ_" + strings.ToUpper(strings.ReplaceAll(k.Path, ".", "_"))
	return slices.Concat([]string{own}, k.Env)
}

func readFile(name string) (map[string]entry, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("config file: %w", err)
	}
	return parseFile(name, text)
}
