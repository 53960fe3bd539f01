package definitions

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
)

func parseTestdata(t *testing.T, name string) (*Definitions, []byte) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return d, text
}

// TestRoundTrip: an export comes out as it went in, but for the order of keys.
func TestRoundTrip(t *testing.T) {
	for _, name := range []string{"cluster.json", "vhost.json"} {
		d, text := parseTestdata(t, name)
		out, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := anyJSON(t, out), anyJSON(t, text); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got  %v\nwant %v", name, got, want)
		}
	}
}

func anyJSON(t *testing.T, text []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNumbers(t *testing.T) {
	d, _ := parseTestdata(t, "cluster.json")
	if got := d.Policies[0].Definition; got["message-ttl"] != int64(9007199254740993) || got["ratio"] != 0.5 {
		t.Errorf("definition %#v", got)
	}
	nested := d.Queues[0].Arguments["x-nested"].(map[string]any)
	if want := []any{int64(1), 2.5, "a", true, nil}; !reflect.DeepEqual(nested["list"], want) {
		t.Errorf("nested list %#v, want %#v", nested["list"], want)
	}
}

func TestYAML(t *testing.T) {
	d, _ := parseTestdata(t, "cluster.yaml")
	want := &Definitions{
		Vhosts:      []Vhost{{Name: "/"}, {Name: "shop", Metadata: Metadata{Tags: Tags{"eu"}}}},
		Users:       []User{{Name: "shop", Password: "secret", Tags: Tags{"management", "policymaker"}}},
		Permissions: []Permission{{User: "shop", Vhost: "shop", Configure: `^shop\.`, Write: ".*", Read: ".*"}},
		Queues: []Queue{
			{Vhost: "shop", Name: "2024-01-01", Durable: true, Arguments: Object{"x-message-ttl": int64(60000), "x-since": "2024-01-01"}},
			{Vhost: "shop", Name: "shop.temporary"},
		},
		Exchanges: []Exchange{{Vhost: "shop", Name: "shop", Type: "topic", Durable: true}},
		Bindings:  []Binding{{Vhost: "shop", Source: "shop", Destination: "2024-01-01", DestinationType: "queue", RoutingKey: "order.#"}},
	}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("got  %+v\nwant %+v", d, want)
	}
}

// TestOldExports: what brokers of the 3.x series wrote.
func TestOldExports(t *testing.T) {
	d, err := Parse("old.json", []byte(`{
		"users": [{"name": "a", "password_hash": "", "tags": "administrator, monitoring"}, {"name": "b", "tags": ""}],
		"vhosts": [
			{"name": "v", "description": "d", "tags": "t,u", "default_queue_type": "quorum", "limits": [["max-queues", 5], ["a", [["b", 1.5]]]]},
			{"name": "w", "metadata": {"description": "m", "tags": [], "default_queue_type": "undefined"}, "description": "m"}
		],
		"queues": [{"vhost": "v", "name": "q", "arguments": [], "id": 7, "encoded_arguments": "AAAA", "leader": "rabbit@x"}],
		"new_in_some_version": {"a": [1]}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	want := &Definitions{
		Users: []User{{Name: "a", Tags: Tags{"administrator", "monitoring"}}, {Name: "b", Tags: Tags{}}},
		Vhosts: []Vhost{
			{Name: "v", Metadata: Metadata{Description: "d", Tags: Tags{"t", "u"}, DefaultQueueType: "quorum"},
				Limits: Object{"max-queues": int64(5), "a": []any{[]any{"b", 1.5}}}},
			{Name: "w", Metadata: Metadata{Description: "m", Tags: Tags{}}},
		},
		Queues: []Queue{{Vhost: "v", Name: "q", Durable: true, Arguments: Object{}}},
	}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("got  %+v\nwant %+v", d, want)
	}
}

func TestErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"f.json", ``, "f.json:1: the file ends too early"},
		{"f.json", "{\n\"queues\": [\n", "f.json:3: the file ends too early"},
		{"f.json", `[]`, "f.json:1: want a {"},
		{"f.json", "{\n\n  nonsense", "f.json:3: invalid character 'n'"},
		{"f.json", `{} {}`, "f.json:1: something follows the definitions"},
		{"f.json", `{"queues": {}}`, "f.json:1: want a [ of queues"},
		{"f.json", "{\"queues\": [\n{\"name\": \"a\"},\n{\"name\":\n 5}]}", "f.json:3: queues[1]: name: a number cannot stand here"},
		{"f.json", `{"queues": [5]}`, "f.json:1: queues[0]: want an object"},
		{"f.json", `{"rabbit_version": 4}`, "f.json:1: rabbit_version: a number cannot stand here"},
		{"f.json", `{"queues": [{"arguments": 5}]}`, "f.json:1: queues[0]: arguments: a number cannot stand here"},
		{"f.json", `{"queues": [{"arguments": {"a": {"b": [1e400]}}}]}`, "f.json:1: queues[0]: a: number 1e400 is out of range"},
		{"f.yaml", "queue: []", "f.yaml:1: unknown key 'queue'"},
		{"f.yaml", "\nqueues:\n  - name: a\n  - {name: b, durible: true}", "f.yaml:4: queues[1]: unknown key 'durible'"},
		{"f.yaml", "queues: []\nqueues: []", "f.yaml:2: key 'queues' is set twice"},
		{"f.yaml", "queues: {a: b}", "f.yaml:1: want a list of queues"},
		{"f.yml", "- a", "f.yml:1: want the lists of a definitions file"},
		{"f.yaml", "queues: [{name: 5}]", "f.yaml:1: queues[0]: name: a number cannot stand here"},
		{"f.yaml", "queues: [", "f.yaml:1: did not find expected node content"},
		{"f.yaml", "queues: [&a {arguments: *a}]", "f.yaml:1: queues[0]: "},
	}
	for _, tt := range tests {
		if d, err := Parse(tt.name, []byte(tt.text)); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%q: got %+v, error %v; want %q", tt.text, d, err, tt.want)
		}
	}
}

func TestEmpty(t *testing.T) {
	for name, text := range map[string]string{"a.json": "{}", "a.yaml": "# nothing\n", "b.yaml": "queues:\n"} {
		if d, err := Parse(name, []byte(text)); err != nil || len(d.Records()) != 0 {
			t.Errorf("%q: %+v, %v", text, d, err)
		}
	}
}

// FuzzParse: whatever is parsed can be written and parsed again, and is the
// same then.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"cluster.json", "cluster.yaml"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, strings.HasSuffix(name, ".yaml"))
	}
	f.Add([]byte(`{"queues": [{"arguments": {"a": [-0, -0e0, 1e3, 1e-400]}}], "parameters": [{}]}`), false)
	f.Add([]byte("queues: [{arguments: {a: [-0, -0.0, -0e0, 1e3, 1e-400]}}]"), true)
	f.Fuzz(func(t *testing.T, text []byte, isYAML bool) {
		name := "f.json"
		if isYAML {
			name = "f.yaml"
		}
		d, err := Parse(name, text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), name+":") {
				t.Errorf("error %q does not name the file", err)
			}
			return
		}
		once, err := d.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("f.json", once)
		if err != nil {
			t.Fatalf("%v in\n%s", err, once)
		}
		if twice, _ := again.JSON(); string(twice) != string(once) {
			t.Errorf("written once:\n%s\ntwice:\n%s", once, twice)
		}
	})
}

// FuzzRead: what people may write is read, or refused with a place, and what
// was read can be written and is read as the same.
func FuzzRead(f *testing.F) {
	text, err := os.ReadFile("testdata/orders.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("version: 1\nvhosts: {&a /: {queues: {*a : {<<: [*a]}}}}"))
	f.Add([]byte("version: 1\nusers: {a: {password_hash: $${, tags: [[]]}}\nglobal_parameters: {a: !!binary aa, b: ? c}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Read("f.yaml", text, Source{})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml") {
				t.Errorf("error %q does not name the file", err)
			}
			return
		}
		for _, r := range d.Records() {
			if u, ok := r.(*User); ok && u.Password != "" {
				return // which is never written
			}
		}
		once, err := d.YAML()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Read("f.yaml", once, Source{})
		if err != nil {
			t.Fatalf("%v in\n%s", err, once)
		}
		if twice, _ := again.YAML(); string(twice) != string(once) {
			t.Errorf("written once:\n%s\ntwice:\n%s", once, twice)
		}
	})
}
