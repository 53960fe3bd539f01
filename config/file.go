package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"
)

// document is what a file says.
type document struct {
	entries map[string]entry
	notes   []Note
}

// entry is the value of one key in the file.
type entry struct {
	text         string
	line, column int
	key          string // as the file calls it
}

// readFile reads a file of either kind; an empty name is an empty document.
// RabbitMQ may leave out the .conf of its file, and so may we.
func readFile(name string, lookup func(string) (string, bool)) (*document, error) {
	if name == "" {
		return &document{}, nil
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && filepath.Ext(name) == "" {
		if text, e := os.ReadFile(name + ".conf"); e == nil {
			return parseRabbit(name+".conf", text, lookup)
		}
	}
	if err != nil {
		return &document{}, fmt.Errorf("config file: %w", err)
	}
	if filepath.Ext(name) == filepath.Ext(advanced) {
		return &document{}, fmt.Errorf("%s: Erlang's terms cannot be read: give a rabbitmq.conf or a YAML file", name)
	}
	if isRabbit(name, text) {
		return parseRabbit(name, text, lookup)
	}
	entries, err := parseFile(name, text)
	return &document{entries: entries}, err
}

// parseFile reads a YAML file into the text of each key. The error names
// every place that is wrong.
func parseFile(name string, text []byte) (map[string]entry, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f := file{name: name, entries: map[string]entry{}}
	if len(doc.Content) > 0 {
		f.section("", doc.Content[0])
	}
	return f.entries, errors.Join(f.problems...)
}

type file struct {
	name     string
	entries  map[string]entry
	problems []error
}

func (f *file) refuse(at *yaml.Node, format string, args ...any) {
	f.problems = append(f.problems, fmt.Errorf("%s:%d:%d: %s", f.name, at.Line, at.Column, fmt.Sprintf(format, args...)))
}

// section reads the keys below path. It goes no deeper than the table of
// keys, so an alias that contains itself ends as an unknown key.
func (f *file) section(path string, n *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		if n.Tag != "!!null" {
			f.refuse(n, "want keys and values, got '%s'", n.Value)
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		below := strings.TrimPrefix(path+"."+key.Value, ".")
		switch {
		case isKey(below):
			f.value(below, key, value)
		case isSection(below):
			f.section(below, value)
		default:
			f.refuse(key, "unknown key '%s'; did you mean '%s'?", below, nearest(below))
		}
	}
}

func (f *file) value(path string, key, n *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if _, twice := f.entries[path]; twice {
		f.refuse(key, "key '%s' is set twice", path)
	}
	switch n.Kind {
	case yaml.ScalarNode:
		f.entries[path] = entry{scalar(n), key.Line, key.Column, path}
	case yaml.SequenceNode:
		f.entries[path] = entry{f.sequence(path, n), key.Line, key.Column, path}
	default:
		f.refuse(key, "key '%s' takes a value, not further keys", path)
	}
}

// scalar is the text of n; YAML's null is an empty text.
func scalar(n *yaml.Node) string {
	if n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// sequence joins the items of a list, as they would stand in a variable.
func (f *file) sequence(path string, n *yaml.Node) string {
	if len(n.Content) == 0 {
		return "none"
	}
	var items []string
	for _, item := range n.Content {
		if item.Kind != yaml.ScalarNode {
			f.refuse(item, "key '%s' takes a list of plain values", path)
		}
		items = append(items, item.Value)
	}
	return strings.Join(items, ",")
}

func isKey(path string) bool {
	for i := range Keys {
		if Keys[i].Path == path {
			return true
		}
	}
	return false
}

func isSection(path string) bool {
	for i := range Keys {
		if strings.HasPrefix(Keys[i].Path, path+".") {
			return true
		}
	}
	return false
}
