package definitions

import (
	"fmt"
	"math"
	"strconv"

	"gopkg.in/yaml.v3"
)

// node is a value of a YAML file, with its aliases followed, its merges made
// and its variables put in. A nil node is one that is not there.
type node struct {
	Place
	kind    yaml.Kind // ScalarNode, SequenceNode or MappingNode
	tag     string    // of a scalar: "!!str"
	text    string    // of a scalar
	varied  bool      // a variable stood in it
	failed  bool      // it cannot be known, which was told
	items   []*node
	entries []entry
}

// entry is a key and its value; Place is that of the key.
type entry struct {
	Place
	key   string
	value *node
}

// Bounds on what a file can make of itself with aliases: so many nodes, and so
// many more for each that is written.
const (
	freeNodes    = 10_000
	nodesPerNode = 20
	maxNodes     = 5_000_000
	maxDepth     = 50
)

// grower makes nodes of what the YAML library read.
type grower struct {
	file     string
	lookup   func(string) (string, bool)
	problems Problems
	nodes    int
	most     int // nodes
}

// written counts the nodes that are written, each once.
func written(y *yaml.Node) int {
	n := 1
	for _, child := range y.Content {
		n += written(child)
	}
	return n
}

func (g *grower) place(y *yaml.Node) Place { return Place{g.file, y.Line, y.Column} }

func (g *grower) refuse(at Place, format string, args ...any) {
	g.problems = append(g.problems, Problem{Place: at, Text: fmt.Sprintf(format, args...)})
}

// grow makes a node of y, or nil when it cannot. Once too much has grown it
// grows no more, and has said so.
func (g *grower) grow(y *yaml.Node, depth int) *node {
	if g.nodes > g.most {
		return nil
	}
	g.nodes++
	switch {
	case g.nodes > g.most:
		g.refuse(g.place(y), "the file holds too much, with what its aliases repeat")
		return nil
	case depth > maxDepth:
		g.refuse(g.place(y), "this is nested too deeply")
		return nil
	}
	n := &node{Place: g.place(y), kind: y.Kind}
	switch y.Kind {
	case yaml.AliasNode:
		return g.grow(y.Alias, depth+1)
	case yaml.ScalarNode:
		g.scalar(n, y)
	case yaml.SequenceNode:
		for _, item := range y.Content {
			n.items = append(n.items, g.grow(item, depth+1))
		}
	case yaml.MappingNode:
		g.mapping(n, y, depth)
	}
	return n
}

func (g *grower) scalar(n *node, y *yaml.Node) {
	n.tag, n.text = y.ShortTag(), y.Value
	switch n.tag {
	case "!!timestamp", "!!merge": // it is the name of something
		n.tag = "!!str"
	case "!!str", "!!int", "!!float", "!!bool", "!!null":
	default:
		g.refuse(n.Place, "the tag %s means nothing here", n.tag)
		n.tag = "!!str"
	}
	if n.tag == "!!str" {
		text, varied, err := expand(n.text, g.lookup)
		if n.text, n.varied, n.failed = text, varied, err != nil; n.failed {
			g.refuse(n.Place, "%s", err)
		}
	}
}

// mapping takes first what stands there itself, and then what is merged into it
// and is not there yet. Keys of a file that begin with x- are there for their
// anchors only.
func (g *grower) mapping(n *node, y *yaml.Node, depth int) {
	own := map[string]Place{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		switch {
		case k.ShortTag() == "!!merge":
			merged = append(merged, v)
			continue
		case depth == 0 && k.Kind == yaml.ScalarNode && len(k.Value) > 2 && k.Value[:2] == "x-":
			continue
		}
		key, ok := g.key(k)
		if !ok {
			continue
		}
		if first, twice := own[key]; twice {
			g.refuse(g.place(k), "'%s' is set twice, first at line %d", key, first.Line)
			continue
		}
		own[key] = g.place(k)
		n.entries = append(n.entries, entry{g.place(k), key, g.grow(v, depth+1)})
	}
	for _, m := range merged {
		g.merge(n, own, m, depth)
	}
}

func (g *grower) key(k *yaml.Node) (string, bool) {
	if k.Kind == yaml.AliasNode {
		k = k.Alias
	}
	if k.Kind != yaml.ScalarNode {
		g.refuse(g.place(k), "a key must be a text")
		return "", false
	}
	text, _, err := expand(k.Value, g.lookup)
	if err != nil {
		g.refuse(g.place(k), "%s", err)
	}
	return text, err == nil
}

// merge adds the keys of m, a mapping or a list of them, that are not there.
func (g *grower) merge(n *node, there map[string]Place, m *yaml.Node, depth int) {
	at := g.place(m)
	from := g.grow(m, depth+1)
	if from == nil {
		return
	}
	list := from.items
	if from.kind != yaml.SequenceNode {
		list = []*node{from}
	}
	for _, one := range list {
		if one == nil {
			continue
		}
		if one.kind != yaml.MappingNode {
			g.refuse(at, "only a mapping can be merged")
			return
		}
		for _, e := range one.entries {
			if _, ok := there[e.key]; !ok {
				there[e.key] = e.Place
				n.entries = append(n.entries, e)
			}
		}
	}
}

// null reports whether there is no value.
func (n *node) null() bool { return n == nil || n.kind == yaml.ScalarNode && n.tag == "!!null" }

// at is the value under key, or nil.
func (n *node) at(key string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.entries {
		if e.key == key {
			return e.value
		}
	}
	return nil
}

// plain is n as definitions hold it: see Object.
func (n *node) plain() (any, error) {
	if n.null() {
		return nil, nil
	}
	switch n.kind {
	case yaml.SequenceNode:
		list := make([]any, len(n.items))
		for i, item := range n.items {
			v, err := item.plain()
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	case yaml.MappingNode:
		return n.object()
	}
	return n.scalar()
}

func (n *node) object() (map[string]any, error) {
	if n.null() {
		return nil, nil
	}
	o := make(map[string]any, len(n.entries))
	for _, e := range n.entries {
		v, err := e.value.plain()
		if err != nil {
			return nil, err
		}
		o[e.key] = v
	}
	return o, nil
}

func (n *node) scalar() (any, error) {
	y := yaml.Node{Kind: yaml.ScalarNode, Tag: n.tag, Value: n.text}
	switch n.tag {
	case "!!bool":
		var b bool
		err := y.Decode(&b)
		return b, err
	case "!!int":
		var i int64
		if err := y.Decode(&i); err != nil {
			return nil, fmt.Errorf("number %s is out of range", n.text)
		}
		return i, nil
	case "!!float":
		var f float64
		if err := y.Decode(&f); err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("number %s is out of range", n.text)
		}
		if f == 0 {
			return int64(0), nil
		}
		return f, nil
	}
	return n.text, nil
}

// number reads a whole number, or a text that is one where a variable stood.
func (n *node) number() (int64, bool) {
	switch {
	case n == nil:
		return 0, false
	case n.tag == "!!int":
		v, err := n.scalar()
		i, ok := v.(int64)
		return i, ok && err == nil
	case n.tag == "!!str" && n.varied:
		i, err := parseWhole(n.text)
		return i, err == nil
	}
	return 0, false
}

// flag reads true or false, as number does.
func (n *node) flag() (is, ok bool) {
	if n == nil || n.tag != "!!bool" && !(n.tag == "!!str" && n.varied) {
		return false, false
	}
	is, err := strconv.ParseBool(n.text)
	return is, err == nil
}
