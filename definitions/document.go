package definitions

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"

	"gopkg.in/yaml.v3"
)

// MaxBytes bounds a definitions file.
const MaxBytes = 64 << 20

// Document is a definitions file: what it describes, and what only a file has.
type Document struct {
	*Definitions
	Name   string
	Doubts Problems // what is odd and can be applied

	places map[string]Place // of records, by Key
}

// Place is where the file describes r, or another record of its identity.
func (d *Document) Place(r Record) Place {
	if p, ok := d.places[string(Key(r))]; ok {
		return p
	}
	return Place{File: d.Name}
}

// Source is what a file may refer to. Nil functions have nothing.
type Source struct {
	Lookup   func(variable string) (string, bool)
	ReadFile func(path string) ([]byte, error)
}

// Read reads a file of any dialect: people's YAML, which has a version, or
// RabbitMQ's lists in YAML or JSON. The name tells which of the two by .yaml,
// .yml or .json, else the first letter does. What is wrong comes back as
// Problems, all of it at once. Users may come with a plain Password.
func Read(name string, text []byte, s Source) (*Document, error) {
	p := parser{name: name, source: s, d: new(Document)}
	if len(text) > MaxBytes {
		return nil, Problems{{Place: Place{File: name}, Text: fmt.Sprintf("the file is larger than %d bytes", MaxBytes)}}
	}
	p.d.Definitions, p.d.Name, p.d.places = new(Definitions), name, map[string]Place{}
	if isJSON(name, text) {
		p.failed(p.json(text))
	} else {
		p.strict = true
		p.failed(p.yaml(text))
	}
	if err := p.problems.orNil(); err != nil {
		return nil, err
	}
	p.d.strip()
	return p.d, nil
}

func isJSON(name string, text []byte) bool {
	switch filepath.Ext(name) {
	case ".json":
		return true
	case ".yaml", ".yml":
		return false
	}
	return bytes.HasPrefix(bytes.TrimSpace(text), []byte("{"))
}

// failed takes up what keeps the rest of a file from being read.
func (p *parser) failed(err error) {
	var ps Problems
	var one Problem
	switch {
	case err == nil:
	case errors.As(err, &ps):
		p.problems = append(p.problems, ps...)
	case errors.As(err, &one):
		p.problems = append(p.problems, one)
	default:
		p.problems = append(p.problems, Problem{Place: Place{File: p.name}, Text: err.Error()})
	}
}

// syntaxLine finds the line in an error of the YAML library.
var syntaxLine = regexp.MustCompile(`^yaml: line (\d+): (.*)$`)

// yaml reads either dialect of YAML.
func (p *parser) yaml(text []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		if m := syntaxLine.FindStringSubmatch(err.Error()); m != nil {
			line, _ := strconv.Atoi(m[1])
			return p.at(line, "%s", m[2])
		}
		return p.at(0, "%s", err)
	}
	if len(doc.Content) == 0 {
		return nil
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		return p.at(top.Line, "want the lists of a definitions file")
	}
	for i := 0; i < len(top.Content); i += 2 {
		if top.Content[i].Value == "version" {
			return p.people(top)
		}
	}
	return p.lists(top)
}

// people reads the dialect that people write.
func (p *parser) people(top *yaml.Node) error {
	g := grower{file: p.name, lookup: p.source.Lookup, most: min(freeNodes+nodesPerNode*written(top), maxNodes)}
	n := g.grow(top, 0)
	var c checker
	c.check(Place{p.name, 1, 1}, "the file", n, &fileShape)
	r := reader{source: p.source, d: p.d}
	r.file(n)
	return Problems(append(append(g.problems, c.problems...), r.problems...)).orNil()
}
