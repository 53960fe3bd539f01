package definitions

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// TestSchema: what the schema takes is what is read, but for what no schema
// can say.
func TestSchema(t *testing.T) {
	compiled, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("definitions.schema.json", compiled); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("definitions.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	orders, err := os.ReadFile("testdata/orders.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for text, good := range map[string]bool{
		string(orders): true,
		"version: 1":   true, "version: 1\nvhosts:": true, "version: 1\nvhosts: {/: }": true, "version: 1\nx-a: [1]": true,
		"version: 1\nvhosts: {/: {queues: {q: {message_ttl: 1h30m, max_length: '${N}', durable: '${D}'}}}}": true,
		"{}": false, "version: 2": false, "version: 1\nvhost: {}": false, "version: 1\nowner: 5": false, "version: 1\nvhosts: []": false,
		"version: 1\nvhosts: {/: {queues: {q: {mesage_ttl: 5s}}}}":                   false,
		"version: 1\nvhosts: {/: {queues: {q: {message_ttl: 5 parsecs}}}}":           false,
		"version: 1\nvhosts: {/: {queues: {q: {max_length_bytes: 3XB}}}}":            false,
		"version: 1\nvhosts: {/: {queues: {q: {type: qourum}}}}":                     false,
		"version: 1\nvhosts: {/: {queues: {q: {max_priority: 256}}}}":                false,
		"version: 1\nvhosts: {/: {queues: {q: {durable: 1}}}}":                       false,
		"version: 1\nvhosts: {/: {queues: {q: {bind: [{key: a}]}}}}":                 false,
		"version: 1\nvhosts: {/: {policies: {p: {definition: {max-length: 5}}}}}":    false,
		"version: 1\nvhosts: {/: {permissions: {u: {read: x}}}}":                     false,
		"version: 1\nvhosts: {/: {policies: {p: {pattern: a, definition: {a: 5}}}}}": false,
	} {
		err := s.Validate(decodedYAML(t, text))
		_, wrong := Read("testdata/f.yaml", []byte(text), surroundings)
		if (err == nil) != good || good && wrong != nil && string(orders) == text {
			t.Errorf("%s\nschema: %v\nreader: %v", text, err, wrong)
		}
		if !good && wrong == nil && text != "{}" {
			t.Errorf("%s\nis read", text)
		}
	}
}

// decodedYAML is text as an editor hands it to a schema.
func decodedYAML(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	is, err := jsonschema.UnmarshalJSON(bytes.NewReader(plain))
	if err != nil {
		t.Fatal(err)
	}
	return is
}

// TestSchemaIsPublished: the file in docs is the schema.
func TestSchemaIsPublished(t *testing.T) {
	text, err := os.ReadFile("../docs/definitions.schema.json")
	if err != nil || !bytes.Equal(text, Schema()) {
		t.Errorf("docs/definitions.schema.json is not the schema (%v): run make docs", err)
	}
}
