package definitions

import (
	"reflect"
	"testing"
)

// TestVhostMetadata: what RabbitMQ has at one time written beside the metadata
// counts as well.
func TestVhostMetadata(t *testing.T) {
	want := Metadata{Description: "d", Tags: Tags{"a"}, DefaultQueueType: "quorum", ProtectedFromDeletion: true}
	for _, text := range []string{
		`{"vhosts": [{"name": "v", "metadata": {"description": "d", "tags": ["a"], "default_queue_type": "quorum",
			"protected_from_deletion": true}}]}`,
		`{"vhosts": [{"name": "v", "description": "d", "tags": "a", "default_queue_type": "quorum",
			"protected_from_deletion": true}]}`,
	} {
		d, err := Parse("d.json", []byte(text))
		if err != nil || len(d.Vhosts) != 1 || !reflect.DeepEqual(d.Vhosts[0].Metadata, want) {
			t.Errorf("%s: %+v, %v", text, d, err)
		}
	}
}

// TestAdd: a record of each kind goes into its list, and comes out again in an
// order in which it can be created.
func TestAdd(t *testing.T) {
	var d Definitions
	for i := range Kinds {
		d.Add(newRecord(Kinds[len(Kinds)-1-i]))
	}
	records := d.Records()
	if len(records) != len(Kinds) {
		t.Fatalf("%d records, want %d", len(records), len(Kinds))
	}
	for i, r := range records {
		if r.Kind() != Kinds[i] {
			t.Errorf("record %d is a %s, want a %s", i, r.Kind(), Kinds[i])
		}
	}
}

// TestComplete: an export has every list, empty or not.
func TestComplete(t *testing.T) {
	var d Definitions
	d.Add(&User{Name: "u"})
	d.Complete()
	for _, s := range sections {
		before := len(d.Records())
		s.present(&d)
		if len(d.Records()) != before {
			t.Errorf("%s lost what was in it", s.name)
		}
	}
	text, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("d.json", text)
	if err != nil || again.Bindings == nil || again.TopicPermissions == nil || len(again.Users) != 1 {
		t.Errorf("%s: %+v, %v", text, again, err)
	}
}
