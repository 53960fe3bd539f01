package definitions

import "encoding/json"

// Schema is the JSON Schema of the YAML that people write, for editors and
// for checks before anything is sent. It follows from the table of shapes.
func Schema() []byte {
	s := fileShape.schema()
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "HutchMQ definitions"
	s["patternProperties"] = map[string]any{"^x-": map[string]any{"description": "Anything, to be used by its anchor."}}
	text, _ := json.MarshalIndent(s, "", "  ") // of texts, numbers and flags: it cannot fail
	return append(text, '\n')
}

// variableSchema is a text with a variable, which may become anything.
var variableSchema = map[string]any{"type": "string", "pattern": `\$\{`}

// schema is s as a JSON Schema.
func (s *shape) schema() map[string]any {
	own := s.ownSchema()
	if s.short != nil {
		own = map[string]any{"anyOf": []any{own, s.short.schema()}}
	}
	if s.says != "" {
		own["description"] = s.says
	}
	return own
}

func (s *shape) ownSchema() map[string]any {
	switch s.form {
	case objectForm:
		return s.objectSchema()
	case namesForm:
		return map[string]any{"type": []any{"object", "null"}, "additionalProperties": s.of.schema()}
	case listForm:
		return map[string]any{"type": []any{"array", "null"}, "items": s.of.schema()}
	case textForm:
		if len(s.choices) == 0 {
			return map[string]any{"type": "string"}
		}
		return either(map[string]any{"enum": s.choices}, variableSchema)
	case numberForm:
		return either(s.numberSchema(), variableSchema)
	case flagForm:
		return either(map[string]any{"type": "boolean"}, variableSchema)
	case durationForm:
		return either(s.numberSchema(), map[string]any{"type": "string", "pattern": unitPattern(durations, "+")}, variableSchema)
	case sizeForm:
		return either(s.numberSchema(), map[string]any{"type": "string", "pattern": unitPattern(sizes, "")}, variableSchema)
	}
	return map[string]any{}
}

func either(schemas ...any) map[string]any { return map[string]any{"anyOf": schemas} }

// unitPattern matches a number with a unit, as often as repeat says, or one
// without.
func unitPattern(units []unit, repeat string) string {
	any := ""
	for _, u := range units {
		any += "|" + u.name
	}
	return "^([0-9][0-9_]*|([0-9][0-9_]* *(" + any[1:] + "))" + repeat + ")$"
}

func (s *shape) numberSchema() map[string]any {
	n := map[string]any{"type": "integer", "minimum": s.least}
	if s.most > 0 {
		n["maximum"] = s.most
	}
	return n
}

func (s *shape) objectSchema() map[string]any {
	properties, required := map[string]any{}, []any{}
	for _, k := range s.keys {
		properties[k.name] = k.shape.schema()
		if k.must {
			required = append(required, k.name)
		}
	}
	o := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		o["required"] = required
	} else {
		o["type"] = []any{"object", "null"}
	}
	return o
}
