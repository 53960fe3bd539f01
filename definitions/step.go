package definitions

import (
	"encoding/json"
	"fmt"
)

// Step is what a broker does with one record when definitions are applied, or
// would do. It holds no password, nor a hash of one.
type Step struct {
	Action  string   `json:"action"` // create, change, recreate, delete, keep, conflict or ignore
	Kind    Kind     `json:"kind"`
	Vhost   string   `json:"vhost,omitempty"`
	Was     Record   `json:"was,omitempty"`
	Is      Record   `json:"is"`                // as it is described, or as what is deleted was
	Changes []string `json:"changes,omitempty"` // for people: "priority: 0 → 5"
	Owner   string   `json:"owner,omitempty"`   // whose it is, if anybody's
	Reason  string   `json:"reason,omitempty"`  // of a conflict
}

// UnmarshalJSON implements json.Unmarshaler: the kind tells what records are.
func (s *Step) UnmarshalJSON(text []byte) error {
	type bare Step
	in := struct {
		*bare
		Was json.RawMessage `json:"was"`
		Is  json.RawMessage `json:"is"`
	}{bare: (*bare)(s)}
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	var err error
	if s.Is, err = recordOf(s.Kind, in.Is); err == nil && len(in.Was) > 0 {
		s.Was, err = recordOf(s.Kind, in.Was)
	}
	return err
}

func recordOf(kind Kind, text []byte) (Record, error) {
	r := newRecord(kind)
	if r == nil {
		return nil, fmt.Errorf("a record is of no known kind: '%s'", kind)
	}
	return r, json.Unmarshal(text, r)
}

// Plan is what a broker does or would do: first what conflicts, then what
// changes.
type Plan struct {
	Counts map[string]int `json:"counts"`  // of steps, by their action
	Steps  []Step         `json:"records"` // those that change nothing only when asked for
	Whole  bool           `json:"complete"`
}
