package definitions

import (
	"bytes"
	"math"
	"slices"
	"testing"
)

func TestKeysAreStable(t *testing.T) {
	arguments := Object{"n": int64(5)}
	tests := []struct {
		r    Record
		want string
	}{
		{&User{Name: "guest"}, "d/user/\x05guest"},
		{&Vhost{Name: "/"}, "d/vhost/\x01/"},
		{&Permission{Vhost: "/", User: "guest"}, "d/permission/\x01/\x05guest"},
		{&TopicPermission{Vhost: "/", User: "u", Exchange: "e"}, "d/topic_permission/\x01/\x01u\x01e"},
		{&Parameter{Vhost: "/", Component: "shovel", Name: "s"}, "d/parameter/\x01/\x06shovel\x01s"},
		{&GlobalParameter{Name: "g"}, "d/global_parameter/\x01g"},
		{&Policy{Vhost: "/", Name: "p"}, "d/policy/\x01/\x01p"},
		{&Exchange{Vhost: "/", Name: "e"}, "d/exchange/\x01/\x01e"},
		{&Queue{Vhost: "/", Name: "q"}, "d/queue/\x01/\x01q"},
		{&Binding{Vhost: "/", Source: "e", DestinationType: "queue", Destination: "q"}, "d/binding/\x01/\x01e\x05queue\x01q\x00"},
		{
			&Binding{Vhost: "/", Source: "e", DestinationType: "queue", Destination: "q", Arguments: arguments},
			"d/binding/\x01/\x01e\x05queue\x01q\x00\x20" +
				"\x11\xd0\xa8\x96\x70\x09\xcb\xcd\xf4\x68\xf0\x9e\x5b\x09\xe7\x3e\x71\x19\xb5\x28\xc3\x5a\x0e\x0b\x23\xf2\xae\x05\x27\x86\xb8\xfa",
		},
	}
	for _, tt := range tests {
		if got := Key(tt.r); string(got) != tt.want {
			t.Errorf("key of %+v is %q, want %q", tt.r, got, tt.want)
		}
		if !bytes.HasPrefix(Key(tt.r), Prefix(tt.r.Kind())) {
			t.Errorf("key %q lacks the prefix of its kind", Key(tt.r))
		}
	}
}

func TestKeysAreApart(t *testing.T) {
	rs := []Record{
		&Queue{Vhost: "a", Name: "bc"},
		&Queue{Vhost: "ab", Name: "c"},
		&Queue{Vhost: "a\x01b", Name: "c"},
		&Queue{Vhost: "a", Name: "b\x01c"},
		&Exchange{Vhost: "a", Name: "bc"},
		&Binding{Source: "s", RoutingKey: "k"},
		&Binding{Source: "s", RoutingKey: "k", Arguments: Object{"a": int64(1)}},
		&Binding{Source: "s", RoutingKey: "k", Arguments: Object{"a": int64(2)}},
		&Binding{Source: "s", RoutingKey: "k", Arguments: Object{"a": math.NaN()}, Encoded: []byte{1}},
		&Binding{Source: "s", RoutingKey: "k", Arguments: Object{"a": math.NaN()}, Encoded: []byte{2}},
	}
	seen := map[string]Record{}
	for _, r := range rs {
		if other := seen[string(Key(r))]; other != nil {
			t.Errorf("%+v and %+v have the same key", r, other)
		}
		seen[string(Key(r))] = r
	}
}

// A binding is the same whether it came from a client, with types, or from a
// file, without: else deleting it would leave a copy behind.
func TestBindingKeyForgetsTypes(t *testing.T) {
	fromClient := &Binding{Source: "s", Arguments: Object{"n": int32(5)}, Encoded: []byte("typed")}
	fromFile := &Binding{Source: "s", Arguments: Object{"n": int64(5)}}
	if !bytes.Equal(Key(fromClient), Key(fromFile)) {
		t.Error("the keys differ")
	}
}

// TestEncode: every record comes back from the store whole, what is never
// exported included.
func TestEncode(t *testing.T) {
	d, _ := parseTestdata(t, "cluster.json")
	d.Queues[0].ID, d.Queues[0].Encoded = 42, []byte{0, 1, 2}
	d.Exchanges[1].Encoded = []byte{3}
	d.Bindings[1].Encoded = []byte{4}
	for _, r := range d.Records() {
		value, err := Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(Key(r), value)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := Encode(back); !bytes.Equal(Key(back), Key(r)) || !bytes.Equal(again, value) {
			t.Errorf("got %s, %v; want %s", again, err, value)
		}
	}
}

func TestExportHidesWhatIsOurs(t *testing.T) {
	d := &Definitions{
		Queues:    []Queue{{Name: "q", ID: 42, Encoded: []byte{1}}},
		Exchanges: []Exchange{{Name: "e", Encoded: []byte{1}}},
		Bindings:  []Binding{{Source: "e", Encoded: []byte{1}}},
	}
	text, err := d.JSON()
	if err != nil || bytes.Contains(text, []byte(`"id"`)) || bytes.Contains(text, []byte("encoded")) {
		t.Errorf("%s, %v", text, err)
	}
	if d.Queues[0].ID != 42 || d.Bindings[0].Encoded == nil {
		t.Error("the export changed what it exported")
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, tt := range []struct{ key, value string }{
		{"d/planet/\x04mars", "{}"}, {"", "{}"}, {"d/", "{}"}, {"d/queue/\x00\x01q", "{"}, {"d/queue/\x00\x01q", `{"name": 5}`},
	} {
		if r, err := Decode([]byte(tt.key), []byte(tt.value)); err == nil {
			t.Errorf("Decode(%q, %q) = %+v", tt.key, tt.value, r)
		}
	}
}

func TestRecordsCanBeCreatedInOrder(t *testing.T) {
	d, _ := parseTestdata(t, "cluster.json")
	last := -1
	seen := map[Kind]bool{}
	for _, r := range d.Records() {
		at := slices.Index(Kinds, r.Kind())
		if at < last {
			t.Errorf("a %s after a %s", r.Kind(), Kinds[last])
		}
		last, seen[r.Kind()] = at, true
	}
	if len(seen) != len(Kinds) {
		t.Errorf("the test has records of %d kinds, of %d", len(seen), len(Kinds))
	}
}

func TestInVhost(t *testing.T) {
	d := &Definitions{
		Permissions:      []Permission{{}},
		TopicPermissions: []TopicPermission{{}},
		Parameters:       []Parameter{{}},
		Policies:         []Policy{{}},
		Queues:           []Queue{{}, {Vhost: "other"}},
		Exchanges:        []Exchange{{}},
		Bindings:         []Binding{{}},
	}
	d.InVhost("v")
	var got []string
	for _, r := range d.Records() {
		got = append(got, *vhostOf(r))
	}
	if want := []string{"v", "v", "v", "v", "v", "other", "v", "v"}; !slices.Equal(got, want) {
		t.Errorf("vhosts %q, want %q", got, want)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("d/queue/\x01/\x01q"), []byte(`{"vhost": "/", "name": "q", "arguments": {"a": 1}}`))
	f.Add([]byte("d/vhost/\x01/"), []byte(`{"name": "/", "metadata": {"tags": "a,b"}}`))
	f.Fuzz(func(t *testing.T, key, value []byte) {
		r, err := Decode(key, value)
		if err != nil {
			return
		}
		again, err := Encode(r)
		if err != nil {
			t.Fatalf("%+v: %v", r, err)
		}
		if back, err := Decode(Key(r), again); err != nil || !bytes.Equal(Key(back), Key(r)) {
			t.Errorf("%+v came back as %+v, %v", r, back, err)
		}
	})
}
