package broker

import (
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
)

const shopText = `{
	"users": [{"name":"bob","password_hash":"kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR","hashing_algorithm":"rabbit_password_hashing_sha256","tags":"management","limits":{}}],
	"vhosts": [{"name":"shop","description":"all of it","metadata":{"description":"all of it","tags":[]},"limits":{}}],
	"permissions": [{"user":"bob","vhost":"shop","configure":".*","write":".*","read":".*"}],
	"topic_permissions": [{"user":"bob","vhost":"shop","exchange":"amq.topic","write":"^a","read":".*"}],
	"parameters": [
		{"vhost":"shop","component":"vhost-limits","name":"limits","value":{"max-queues":10}},
		{"vhost":"shop","component":"operator_policy","name":"op","value":{"pattern":".*","apply-to":"queues","priority":0,"definition":{"max-length":5}}},
		{"vhost":"shop","component":"nobody-knows","name":"n","value":{}}],
	"global_parameters": [{"name":"cluster_name","value":"here"}],
	"policies": [{"vhost":"shop","name":"p","pattern":"^q","apply-to":"queues","definition":{"max-length":7},"priority":1}],
	"queues": [{"name":"q","vhost":"shop","durable":true,"auto_delete":false,"arguments":{"x-max-priority":3}}],
	"exchanges": [{"name":"x","vhost":"shop","type":"topic","durable":true,"auto_delete":false,"internal":false,"arguments":{}}],
	"bindings": [{"source":"x","vhost":"shop","destination":"q","destination_type":"queue","routing_key":"a.#","arguments":{"n":5}}]
}`

func parsed(t *testing.T, text string) *definitions.Definitions {
	t.Helper()
	d, err := definitions.Parse("d.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (f *fixture) planOf(d *definitions.Definitions) []Intent {
	return f.Plan([]*definitions.Definitions{d}, ApplyOptions{})
}

func deeds(list []Intent) map[Deed]int {
	n := map[Deed]int{}
	for _, i := range list {
		n[i.Deed]++
	}
	return n
}

// TestPlanTellsWhatImportDoes: a plan changes nothing; what it wants to create is
// there after the import, and then there is nothing left to do.
func TestPlanTellsWhatImportDoes(t *testing.T) {
	f := newFixture(t)
	before, d := f.export(), parsed(t, shopText)
	list := f.planOf(d)
	if n := deeds(list); n[Create] != 11 || n[Ignore] != 1 || len(n) != 2 {
		t.Errorf("planned %v: %+v", n, list)
	}
	if f.export() != before {
		t.Error("the plan has changed something")
	}
	f.importText(shopText)
	list = f.planOf(parsed(t, shopText))
	if n := deeds(list); n[Keep] != 11 || n[Ignore] != 1 {
		t.Errorf("planned again %v: %+v", n, list)
	}
	f.must(f.SetPermission("guest", "shop", auth.Permission{Configure: ".*", Write: ".*", Read: ".*"}))
	f.must(f.session("guest", "shop").AmendQueue("q", amqp.Table{"x-max-length": int64(9)}))
	all, err := f.Export()
	f.must(err)
	if n := deeds(f.planOf(all)); n[Keep] != len(all.Records()) {
		t.Errorf("of its own export it would do %v", n)
	}
}

// TestPlanChangesAndConflicts: a conflict is where the import fails, with the
// same reason.
func TestPlanChangesAndConflicts(t *testing.T) {
	f := newFixture(t)
	f.importText(shopText)
	for _, tt := range []struct {
		text string
		deed Deed
	}{
		{`{"users":[{"name":"bob","password":"new","tags":"management"}]}`, Change},
		{`{"users":[{"name":"bob","password_hash":"","tags":"","limits":{"nonsense":1}}]}`, Conflict},
		{`{"permissions":[{"user":"bob","vhost":"shop","configure":"","write":".*","read":".*"}]}`, Change},
		{`{"permissions":[{"user":"bob","vhost":"shop","configure":"(","write":".*","read":".*"}]}`, Conflict},
		{`{"permissions":[{"user":"amy","vhost":"shop","configure":"","write":".*","read":".*"}]}`, Conflict},
		{`{"permissions":[{"user":"bob","vhost":"none","configure":"","write":".*","read":".*"}]}`, Conflict},
		{`{"policies":[{"vhost":"shop","name":"p","pattern":"^q","apply-to":"queues","definition":{"max-length":8},"priority":1}]}`, Change},
		{`{"policies":[{"vhost":"shop","name":"r","pattern":"^q","apply-to":"queues","definition":{"nonsense":8},"priority":1}]}`, Conflict},
		{`{"parameters":[{"vhost":"shop","component":"vhost-limits","name":"limits","value":{"max-queues":11}}]}`, Change},
		{`{"parameters":[{"vhost":"shop","component":"vhost-limits","name":"limits","value":{"nonsense":11}}]}`, Conflict},
		{`{"global_parameters":[{"name":"cluster_name","value":"there"}]}`, Change},
		{`{"queues":[{"name":"q","vhost":"shop","durable":false,"auto_delete":false,"arguments":{"x-max-priority":3}}]}`, Conflict},
		{`{"queues":[{"name":"q2","vhost":"shop","durable":true,"auto_delete":false,"arguments":{"x-message-ttl":"soon"}}]}`, Conflict},
		{`{"queues":[{"name":"q2","vhost":"shop","type":"nonsense","durable":true,"auto_delete":false,"arguments":{}}]}`, Conflict},
		{`{"queues":[{"name":"amq.q","vhost":"shop","durable":true,"auto_delete":false,"arguments":{}}]}`, Conflict},
		{`{"queues":[{"name":"q","vhost":"shop","durable":true,"auto_delete":false,"arguments":{"x-max-priority":3},"paused":true}]}`, Change},
		{`{"exchanges":[{"name":"x","vhost":"shop","type":"fanout","durable":true,"auto_delete":false,"arguments":{}}]}`, Conflict},
		{`{"exchanges":[{"name":"y","vhost":"shop","type":"nonsense","durable":true,"auto_delete":false,"arguments":{}}]}`, Conflict},
		{`{"bindings":[{"source":"x","vhost":"shop","destination":"q","destination_type":"queue","routing_key":"b","arguments":{}}]}`, Create},
		{`{"bindings":[{"source":"x","vhost":"shop","destination":"none","destination_type":"queue","routing_key":"b","arguments":{}}]}`, Conflict},
		{`{"bindings":[{"source":"none","vhost":"shop","destination":"q","destination_type":"queue","routing_key":"b","arguments":{}}]}`, Conflict},
	} {
		list := f.planOf(parsed(t, tt.text))
		if len(list) != 1 || list[0].Deed != tt.deed {
			t.Errorf("%s: planned %+v, want %s", tt.text, list, tt.deed)
			continue
		}
		if u, ok := list[0].Is.(*definitions.User); ok && u.Password != "" {
			t.Errorf("a plan tells a password")
		}
		if err := f.Import(parsed(t, tt.text)); (err != nil) != (tt.deed == Conflict) {
			t.Errorf("%s: planned %s, imported %v", tt.text, tt.deed, err)
		}
	}
}
