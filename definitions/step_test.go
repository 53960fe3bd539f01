package definitions

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	for _, tt := range []struct {
		was, is Record
		want    []string
	}{
		{&Policy{Priority: 1, Definition: Object{"max-length": int64(5), "expires": int64(9)}}, &Policy{Definition: Object{"max-length": int64(6)}},
			[]string{"definition.expires: 9 → none", "definition.max-length: 5 → 6", "priority: 1 → 0"}},
		{&User{PasswordHash: "old", Tags: Tags{"a"}}, &User{PasswordHash: "new"}, []string{"password_hash", `tags: ["a"] → []`}},
		{&Parameter{Value: []byte(`{"uri":"amqp://u:secret@h","x":1}`)}, &Parameter{Value: []byte(`{"x":2}`)}, []string{"value"}},
		{&Vhost{}, &Vhost{}, nil},
	} {
		if got := Diff(tt.was, tt.is); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	if got := Diff(&Queue{}, &Queue{Arguments: Object{"a": strings.Repeat("x", 1000)}}); len(got) != 1 || len(got[0]) > 2*maxSaid {
		t.Errorf("got %q", got)
	}
}

// TestStep: a plan is read as it was written.
func TestStep(t *testing.T) {
	want := Plan{Counts: map[string]int{"change": 1}, Whole: true, Steps: []Step{
		{Action: "change", Kind: KindQueue, Vhost: "/", Was: &Queue{Name: "q", Arguments: Object{"a": int64(1)}}, Is: &Queue{Name: "q", Arguments: Object{}}, Changes: []string{"a"}},
		{Action: "conflict", Kind: KindUser, Is: &User{Name: "u", Tags: Tags{}, Limits: Object{}}, Reason: "why", Owner: "o"},
	}}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Plan
	if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	if err := json.Unmarshal([]byte(`{"records":[{"kind":"odd","is":{}}]}`), &got); err == nil {
		t.Error("a record of no kind was read")
	}
}
