package definitions

import (
	"bytes"
	"encoding/json"
	"errors"
)

// section is one list of a definitions file.
type section struct {
	name string
	// add decodes a record to the end of its list in d, and returns it. Unknown
	// keys are an error when strict.
	add func(d *Definitions, record []byte, strict bool) (Record, error)
	// present makes the list empty when there is none.
	present func(d *Definitions)
}

// sections are all lists, with the values their records have where the file
// is silent.
var sections = []section{
	list("users", User{}, func(d *Definitions) *[]User { return &d.Users }),
	list("vhosts", Vhost{}, func(d *Definitions) *[]Vhost { return &d.Vhosts }),
	list("permissions", Permission{}, func(d *Definitions) *[]Permission { return &d.Permissions }),
	list("topic_permissions", TopicPermission{}, func(d *Definitions) *[]TopicPermission { return &d.TopicPermissions }),
	list("parameters", Parameter{}, func(d *Definitions) *[]Parameter { return &d.Parameters }),
	list("global_parameters", GlobalParameter{}, func(d *Definitions) *[]GlobalParameter { return &d.GlobalParameters }),
	list("policies", Policy{ApplyTo: "all"}, func(d *Definitions) *[]Policy { return &d.Policies }),
	list("queues", Queue{Durable: true}, func(d *Definitions) *[]Queue { return &d.Queues }),
	list("exchanges", Exchange{Durable: true}, func(d *Definitions) *[]Exchange { return &d.Exchanges }),
	list("bindings", Binding{DestinationType: "queue"}, func(d *Definitions) *[]Binding { return &d.Bindings }),
}

func list[T any, P pointer[T]](name string, initial T, of func(d *Definitions) *[]T) section {
	return section{
		name: name,
		add: func(d *Definitions, record []byte, strict bool) (Record, error) {
			r := initial
			err := decode(record, &r, strict)
			*of(d) = append(*of(d), r)
			return P(&r), err
		},
		present: func(d *Definitions) {
			if *of(d) == nil {
				*of(d) = []T{}
			}
		},
	}
}

func sectionNamed(name string) *section {
	for i := range sections {
		if sections[i].name == name {
			return &sections[i]
		}
	}
	return nil
}

var errNoObject = errors.New("want an object")

func decode(record []byte, into any, strict bool) error {
	if !bytes.HasPrefix(record, []byte("{")) {
		return errNoObject
	}
	d := json.NewDecoder(bytes.NewReader(record))
	if strict {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(into); err != nil {
		return err
	}
	if v, ok := into.(*Vhost); ok {
		return v.modernise(record)
	}
	return nil
}

// modernise reads what older brokers wrote beside the metadata of a vhost,
// under the same keys, and their way of saying nothing.
func (v *Vhost) modernise(record []byte) error {
	var beside Metadata
	if err := json.Unmarshal(record, &beside); err != nil {
		return err
	}
	m := &v.Metadata
	if m.Description == "" {
		m.Description = beside.Description
	}
	if len(beside.Tags) > 0 && len(m.Tags) == 0 {
		m.Tags = beside.Tags
	}
	if m.DefaultQueueType == "" {
		m.DefaultQueueType = beside.DefaultQueueType
	}
	m.ProtectedFromDeletion = m.ProtectedFromDeletion || beside.ProtectedFromDeletion
	if m.DefaultQueueType == "undefined" {
		m.DefaultQueueType = ""
	}
	return nil
}
