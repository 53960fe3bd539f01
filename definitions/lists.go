package definitions

import (
	"encoding/json"

	"gopkg.in/yaml.v3"
)

// lists takes the keys of RabbitMQ's JSON, in YAML. People write it by hand, so
// unknown keys are errors.
func (p *parser) lists(top *yaml.Node) error {
	seen := map[string]bool{}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key := top.Content[i]
		if seen[key.Value] {
			p.failed(p.at(key.Line, "key '%s' is set twice", key.Value))
			continue
		}
		seen[key.Value] = true
		p.failed(p.yamlEntry(key, top.Content[i+1]))
	}
	return nil
}

func (p *parser) yamlEntry(key, value *yaml.Node) error {
	s := sectionNamed(key.Value)
	if s == nil {
		text, err := asJSON(value)
		if err != nil {
			return p.at(key.Line, "%s: %s", key.Value, err)
		}
		if err := p.header(key.Value, text); err != nil {
			return p.at(key.Line, "%s", err)
		}
		return nil
	}
	s.present(p.d.Definitions)
	if value.Tag == "!!null" {
		return nil
	}
	if value.Kind != yaml.SequenceNode {
		return p.at(value.Line, "want a list of %s", s.name)
	}
	for i, n := range value.Content {
		text, err := asJSON(n)
		if err != nil {
			p.failed(p.at(n.Line, "%s[%d]: %s", s.name, i, err))
			continue
		}
		p.record(s, i, n.Line, text)
	}
	return nil
}

// asJSON turns a node into JSON. What looks like a date stays a text: it is
// the name of something.
func asJSON(n *yaml.Node) ([]byte, error) {
	undate(n)
	var v any
	if err := n.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

func undate(n *yaml.Node) {
	if n.Tag == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, child := range n.Content {
		undate(child)
	}
}
