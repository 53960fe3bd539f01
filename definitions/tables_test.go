package definitions

import (
	"cmp"
	"strings"
)

// ArgumentRow is a row of the table of arguments, for who compares it with what
// queues take.
type ArgumentRow struct {
	Key, Kinds, PolicyKey string
	Sample                any // a value that is fine
}

// ArgumentTable is the table of arguments.
func ArgumentTable() (rows []ArgumentRow) {
	for i := range arguments {
		a := &arguments[i]
		row := ArgumentRow{Key: a.key, Kinds: a.kinds, Sample: sample(&a.shape)}
		if !a.declared {
			row.PolicyKey = strings.TrimPrefix(a.key, "x-")
		}
		switch a.key {
		case "x-max-age":
			row.Sample = "7D"
		case "x-message-groups":
			row.Sample = true
		case "x-rate-limit":
			row.Sample = "60/1m, 90000/1m cost=tokens"
		}
		rows = append(rows, row)
	}
	return rows
}

// OtherPolicyKeys are the keys of policies that no queue has, with a value each.
func OtherPolicyKeys() map[string]any {
	keys := map[string]any{}
	for _, k := range otherPolicyKeys {
		keys[k.name] = sample(k.shape)
	}
	return keys
}

func sample(s *shape) any {
	switch s.form {
	case textForm:
		return append(s.choices, "x")[0]
	case flagForm:
		return true
	}
	return cmp.Or(s.most, int64(20))
}
