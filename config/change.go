package config

import (
	"reflect"
	"slices"
)

// Change is a setting that is not what it was.
type Change struct {
	Key  string `json:"key"`
	From string `json:"from"` // as written; Masked when secret
	To   string `json:"to"`   // likewise
	Live bool   `json:"live"` // it changes at once; others need a restart
}

// Outcome is what a reload did.
type Outcome struct {
	Applied []Change `json:"applied"`
	Waiting []Change `json:"needs_restart"`
}

// Changes are the settings that have another value in next, in the order of
// Keys. How a value is written does not count.
func (r *Reading) Changes(next *Reading) []Change {
	var list []Change
	for i := range Keys {
		k := &Keys[i]
		if !k.same(r.Config, next.Config) {
			list = append(list, Change{k.Path, r.Settings[i].Value, next.Settings[i].Value, k.Live})
		}
	}
	return list
}

// Adopt is what is in effect once a running broker has taken over from next
// what changes at once; r stays as it is. Settings that wait for a restart
// tell what they will be.
func (r *Reading) Adopt(next *Reading) *Reading {
	c := *r.Config
	now := &Reading{Config: &c, Settings: slices.Clone(next.Settings), Notes: next.Notes}
	for i := range Keys {
		k := &Keys[i]
		switch {
		case k.same(r.Config, next.Config):
		case k.Live:
			reflect.ValueOf(k.field(&c)).Elem().Set(reflect.ValueOf(k.field(next.Config)).Elem())
		default:
			now.Settings[i] = r.Settings[i]
			now.Settings[i].Pending = next.Settings[i].Value
		}
	}
	return now
}

// same reports whether k has the same value in both.
func (k *Key) same(a, b *Config) bool { return reflect.DeepEqual(k.field(a), k.field(b)) }

// Sort sorts changes by whether they wait for a restart.
func Sort(list []Change) Outcome {
	o := Outcome{Applied: []Change{}, Waiting: []Change{}}
	for _, c := range list {
		if c.Live {
			o.Applied = append(o.Applied, c)
		} else {
			o.Waiting = append(o.Waiting, c)
		}
	}
	return o
}
