package definitions

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Object is a JSON object of free content: arguments, limits, a policy's
// definition. Whole numbers are int64, others float64; the rest is string,
// bool, nil, []any and map[string]any.
type Object map[string]any

// UnmarshalJSON implements json.Unmarshaler. An empty list is an empty
// object, because older brokers wrote it so.
func (o *Object) UnmarshalJSON(text []byte) error {
	if bytes.Equal(bytes.Join(bytes.Fields(text), nil), []byte("[]")) {
		*o = Object{}
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return err
	}
	*o, _ = plain(m).(map[string]any)
	return nil
}

// MarshalJSON implements json.Marshaler: no object is an empty one.
func (o Object) MarshalJSON() ([]byte, error) {
	if o == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(map[string]any(o))
}

// plain replaces every json.Number within v, in place.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = plain(v[key])
		}
	}
	return v
}

// Tags is a list of words.
type Tags []string

// UnmarshalJSON implements json.Unmarshaler. Older brokers wrote the words in
// one string, separated by commas.
func (t *Tags) UnmarshalJSON(text []byte) error {
	var list []string
	if err := json.Unmarshal(text, &list); err == nil {
		*t = list
		return nil
	}
	var words string
	if err := json.Unmarshal(text, &words); err != nil {
		return err
	}
	*t = Tags{}
	for word := range strings.SplitSeq(words, ",") {
		if word = strings.TrimSpace(word); word != "" {
			*t = append(*t, word)
		}
	}
	return nil
}

// MarshalJSON implements json.Marshaler: no tags are an empty list.
func (t Tags) MarshalJSON() ([]byte, error) {
	if t == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]string(t))
}
