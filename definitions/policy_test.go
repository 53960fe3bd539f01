package definitions

import (
	"reflect"
	"testing"
)

// TestOperatorPolicy: an operator policy goes into a parameter as RabbitMQ
// exports it, and comes back.
func TestOperatorPolicy(t *testing.T) {
	p := &Policy{Vhost: "v1", Name: "op1", Pattern: "^q", ApplyTo: "queues", Definition: Object{"max-length": int64(50)}, Priority: 1}
	r, err := p.Parameter()
	if err != nil {
		t.Fatal(err)
	}
	text, err := Encode(r)
	const want = `{"vhost":"v1","component":"operator_policy","name":"op1","value":{"apply-to":"queues","definition":{"max-length":50},"pattern":"^q","priority":1}}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v\nwant %s", text, err, want)
	}
	if back, err := r.Policy(); err != nil || !reflect.DeepEqual(back, p) {
		t.Errorf("came back as %+v, %v", back, err)
	}
	r.Value = []byte(`{"pattern": "", "definition": {}}`)
	if p, err := r.Policy(); err != nil || p.ApplyTo != "all" || p.Priority != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	r.Value = []byte(`{"priority": "high"}`)
	if p, err := r.Policy(); err == nil || err.Error() != "value: priority: a string cannot stand here" {
		t.Errorf("%+v, %v", p, err)
	}
}
