package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"
)

// assignment is one line of a rabbitmq.conf.
type assignment struct {
	key, value   string
	line, column int
}

// Note is what somebody should know of a line of a rabbitmq.conf that was not
// taken over as it is.
type Note struct {
	Line  int
	Key   string
	Says  string
	Grave bool // the broker does not do what the file asks for
}

// String is the note as a sentence.
func (n Note) String() string {
	if n.Line == 0 {
		return n.Key + ": " + n.Says
	}
	return fmt.Sprintf("line %d: %s: %s", n.Line, n.Key, n.Says)
}

// advanced is the file that RabbitMQ reads besides; no other program can.
const advanced = "advanced.config"

var assigns = regexp.MustCompile(`^[a-z][\w-]*(\.[^\s=]+)*\s*=`)

// isRabbit tells a rabbitmq.conf from a YAML file, by its name or its first
// line that says something.
func isRabbit(name string, text []byte) bool {
	switch filepath.Ext(name) {
	case ".conf":
		return true
	case ".yaml", ".yml", ".json":
		return false
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return assigns.MatchString(line)
		}
	}
	return false
}

// parseRabbit reads a rabbitmq.conf as the values of our keys. The error names
// every line that is wrong; what has no counterpart is in the notes.
func parseRabbit(name string, text []byte, lookup func(string) (string, bool)) (*document, error) {
	if !utf8.Valid(text) {
		return &document{}, fmt.Errorf("%s: the text is not UTF-8", name)
	}
	c := conversion{name: name, lookup: lookup, entries: map[string]entry{}}
	for i, line := range strings.Split(string(text), "\n") {
		if a, ok := c.assignment(line, i+1); ok {
			c.take(a)
		}
	}
	c.finish()
	if _, err := os.Stat(filepath.Join(filepath.Dir(name), advanced)); err == nil {
		c.notes = append(c.notes, Note{Key: advanced, Says: "this file beside it is Erlang, and is not read", Grave: true})
	}
	return &document{c.entries, c.notes}, errors.Join(c.problems...)
}

// assignment reads a line; false when it says nothing, or is wrong.
func (c *conversion) assignment(line string, number int) (a assignment, ok bool) {
	text := strings.TrimSpace(line)
	if text == "" || text[0] == '#' || strings.HasPrefix(text, "%%") {
		return a, false
	}
	key, value, found := strings.Cut(text, "=")
	a = assignment{strings.TrimSpace(key), "", number, strings.Index(line, text) + 1}
	if !found {
		c.refuse(a, errors.New("want key = value"))
		return a, false
	}
	var err error
	if a.value, err = c.expand(bare(strings.TrimSpace(value))); err != nil {
		c.refuse(a, err)
		return a, false
	}
	return a, true
}

// bare is a value without its quotes, or without the remark behind it.
func bare(value string) string {
	if inner, ok := strings.CutPrefix(value, "'"); ok {
		if inside, _, closed := strings.Cut(inner, "'"); closed {
			return inside
		}
	}
	if text, _, remark := strings.Cut(value, " #"); remark {
		return strings.TrimSpace(text)
	}
	return value
}

var references = regexp.MustCompile(`\$\((\w+)\)`)

// expand puts in the variables that a value names, as in $(NAME).
func (c *conversion) expand(value string) (text string, err error) {
	text = references.ReplaceAllStringFunc(value, func(ref string) string {
		v, set := c.lookup(ref[2 : len(ref)-1])
		if !set {
			err = fmt.Errorf("the variable %s is not set", ref)
		}
		return v
	})
	if strings.HasPrefix(value, "encrypted:") {
		err = errors.New("an encrypted value cannot be read")
	}
	return text, err
}
