package definitions

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/hutchmq/hutchmq/spelling"
)

// form is what sort of value a shape is of.
type form uint8

const (
	anyForm    form = iota
	objectForm      // of the keys of the shape
	namesForm       // of free keys, with values of one shape
	listForm
	textForm
	numberForm
	flagForm
	durationForm // in milliseconds
	sizeForm     // in bytes
)

// shape says what may stand somewhere in a file. The checks, the reading and
// the published schema all follow from the table of shapes.
type shape struct {
	form    form
	says    string   // one sentence
	keys    []key    // of an object
	of      *shape   // the values of names, the items of a list
	choices []string // of a text, if not any
	least   int64    // of a number, a duration or a size
	most    int64    // likewise; 0 no bound
	short   *shape   // what may stand in its place, of another form
	secret  bool     // not to be repeated
}

// key is one of an object.
type key struct {
	name  string
	shape *shape
	must  bool // it must be there
}

// said is s with a sentence of its own.
func said(says string, s shape) *shape {
	s.says = says
	return &s
}

// want is what s takes, in words.
func (s *shape) want() string {
	w := [...]string{
		anyForm: "a value", objectForm: "keys and values", namesForm: "names and what they are", listForm: "a list",
		textForm: "a text", numberForm: "a whole number", flagForm: "true or false",
		durationForm: "a duration such as 60s", sizeForm: "a size such as 2GiB",
	}[s.form]
	switch {
	case len(s.choices) == 1:
		w = s.choices[0]
	case len(s.choices) > 1:
		w = "one of " + strings.Join(s.choices, ", ")
	}
	if s.short != nil {
		w += ", or " + s.short.want()
	}
	return w
}

// fits reports whether n is of the form of s, whatever is in it. Nothing is an
// empty object or list.
func (s *shape) fits(n *node) bool {
	switch s.form {
	case anyForm:
		return true
	case objectForm, namesForm:
		return n.null() || n.kind == yaml.MappingNode
	case listForm:
		return n.null() || n.kind == yaml.SequenceNode
	}
	return !n.null() && n.kind == yaml.ScalarNode
}

// chosen is s, or what stands in its place where n is that.
func (s *shape) chosen(n *node) *shape {
	for c := s; c != nil; c = c.short {
		if c.fits(n) {
			return c
		}
	}
	return s
}

// checker collects what of a file is not as its shape says.
type checker struct{ problems Problems }

func (c *checker) refuse(at Place, format string, args ...any) {
	c.problems = append(c.problems, Problem{Place: at, Text: fmt.Sprintf(format, args...)})
}

// check compares n, which is at that place under that name, with s.
func (c *checker) check(at Place, name string, n *node, s *shape) {
	if n != nil {
		at = n.Place
		if n.failed {
			return
		}
	}
	if s = s.chosen(n); !s.fits(n) {
		c.refuse(at, "%s: want %s", name, s.want())
		return
	}
	switch s.form {
	case objectForm:
		c.object(at, name, n, s)
	case namesForm:
		for _, e := range n.members() {
			c.check(e.Place, e.key, e.value, s.of)
		}
	case listForm:
		for i, item := range n.list() {
			c.check(at, fmt.Sprintf("%s[%d]", name, i), item, s.of)
		}
	default:
		if _, err := s.value(n); err != nil {
			c.refuse(at, "%s: %s", name, err)
		}
	}
}

func (n *node) members() []entry {
	if n == nil {
		return nil
	}
	return n.entries
}

func (n *node) list() []*node {
	if n == nil {
		return nil
	}
	return n.items
}

func (c *checker) object(at Place, name string, n *node, s *shape) {
	for _, e := range n.members() {
		if k := s.key(e.key); k != nil {
			c.check(e.Place, e.key, e.value, k.shape)
			continue
		}
		c.refuse(e.Place, "%s", s.unknown(e.key))
	}
	for _, k := range s.keys {
		if k.must && n.at(k.name) == nil {
			c.refuse(at, "%s: '%s' is missing", name, k.name)
		}
	}
}

func (s *shape) key(name string) *key {
	for i := range s.keys {
		if s.keys[i].name == name {
			return &s.keys[i]
		}
	}
	return nil
}

// impossible are keys that one may look for, and why they are not here.
var impossible = map[string]string{
	"exclusive": "an exclusive queue goes with the connection that declares it, and cannot be in a file",
}

// unknown refuses a key, and tells which there are.
func (s *shape) unknown(name string) string {
	if why := impossible[name]; why != "" {
		return why
	}
	known := make([]string, len(s.keys))
	for i := range s.keys {
		known[i] = s.keys[i].name
	}
	why := fmt.Sprintf("unknown key '%s'", name)
	own := strings.ReplaceAll(strings.TrimPrefix(name, "x-"), "-", "_")
	if !slices.Contains(known, own) {
		own = spelling.Meant(own, known)
	}
	if own != "" {
		why += fmt.Sprintf(": did you mean '%s'?", own)
	}
	return why + " (keys: " + strings.Join(known, ", ") + ")"
}

// value reads n, a scalar or anything, as s takes it: a text, an int64, a bool.
func (s *shape) value(n *node) (any, error) {
	switch s.form {
	case numberForm:
		v, ok := n.number()
		if !ok {
			return nil, fmt.Errorf("want a whole number")
		}
		return v, s.bound(v)
	case flagForm:
		v, ok := n.flag()
		if !ok {
			return nil, fmt.Errorf("want true or false")
		}
		return v, nil
	case durationForm:
		return s.quantity(n, parseDuration)
	case sizeForm:
		return s.quantity(n, parseSize)
	case textForm:
		return s.word(n)
	}
	return n.plain()
}

func (s *shape) quantity(n *node, parse func(string) (int64, error)) (any, error) {
	v, ok := n.number()
	if !ok {
		if n.tag != "!!str" {
			return nil, fmt.Errorf("want %s", s.want())
		}
		var err error
		if v, err = parse(n.text); err != nil {
			return nil, err
		}
	}
	return v, s.bound(v)
}

func (s *shape) bound(v int64) error {
	switch {
	case v < s.least:
		return fmt.Errorf("want at least %d", s.least)
	case s.most > 0 && v > s.most:
		return fmt.Errorf("want at most %d", s.most)
	}
	return nil
}

func (s *shape) word(n *node) (any, error) {
	switch {
	case n.tag != "!!str" && s.secret:
		return nil, fmt.Errorf("want a text: put it in quotes")
	case n.tag != "!!str":
		return nil, fmt.Errorf("want a text: write '%s' in quotes", n.text)
	case len(s.choices) > 0 && !slices.Contains(s.choices, n.text):
		if near := spelling.Meant(n.text, s.choices); near != "" {
			return nil, fmt.Errorf("want %s, got '%s': did you mean '%s'?", s.want(), n.text, near)
		}
		return nil, fmt.Errorf("want %s, got '%s'", s.want(), n.text)
	}
	return n.text, nil
}
