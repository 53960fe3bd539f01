package definitions

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Parse reads a definitions file that refers to nothing beside itself: see
// Read.
func Parse(name string, text []byte) (*Definitions, error) {
	d, err := Read(name, text, Source{})
	if err != nil {
		return nil, err
	}
	return d.Definitions, nil
}

// parser collects what a file holds, whatever its dialect.
type parser struct {
	name     string
	source   Source
	strict   bool // unknown keys are errors
	d        *Document
	problems Problems
}

// record adds the record at index of s, given as JSON, which stands at that
// line. What is wrong with it keeps no other from being read.
func (p *parser) record(s *section, index, line int, text []byte) {
	r, err := s.add(p.d.Definitions, text, p.strict)
	if err != nil {
		p.failed(p.at(line, "%s[%d]: %s", s.name, index, explain(err)))
		return
	}
	p.d.places[string(Key(r))] = Place{File: p.name, Line: line}
}

// header takes a key that is no section, and its value as JSON. Its error does
// not say the line yet.
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
	return Problem{Place: Place{File: p.name, Line: line}, Text: fmt.Sprintf(format, args...)}
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
