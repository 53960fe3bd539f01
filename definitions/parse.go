package definitions

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// Parse reads a definitions file. The name tells the dialect: YAML when it
// ends in .yaml or .yml, and JSON otherwise. The error names the file, the
// line and the record. Users may come with a plain Password.
func Parse(name string, text []byte) (*Definitions, error) {
	p := parser{name: name}
	var err error
	switch filepath.Ext(name) {
	case ".yaml", ".yml":
		p.strict = true
		err = p.yaml(text)
	default:
		err = p.json(text)
	}
	if err != nil {
		return nil, err
	}
	p.d.strip()
	return &p.d, nil
}

// parser collects what a file holds, whatever its dialect.
type parser struct {
	name   string
	strict bool // unknown keys are errors
	d      Definitions
}

// record adds the record at index of s, given as JSON. Its errors, and those
// of header, do not say the line yet: to find it costs something in JSON.
func (p *parser) record(s *section, index int, text []byte) error {
	if err := s.add(&p.d, text, p.strict); err != nil {
		return fmt.Errorf("%s[%d]: %s", s.name, index, explain(err))
	}
	return nil
}

// header takes a key that is no section, and its value as JSON.
func (p *parser) header(key string, value []byte) error {
	field := p.d.header(key)
	if field == nil {
		if p.strict {
			return fmt.Errorf("unknown key '%s'", key)
		}
		return nil
	}
	if err := json.Unmarshal(value, field); err != nil {
		return fmt.Errorf("%s: %s", key, explain(err))
	}
	return nil
}

func (p *parser) at(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", p.name, line, fmt.Sprintf(format, args...))
}

// explain says what the decoder found wrong, without Go's words for it.
func explain(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return strings.TrimPrefix(wrong.Field+": ", ": ") + "a " + wrong.Value + " cannot stand here"
	}
	if key, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return "unknown key " + strings.ReplaceAll(key, `"`, "'")
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}
