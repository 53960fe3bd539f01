package definitions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Object is a JSON object of free content: arguments, limits, a policy's
// definition. Whole numbers are int64, others float64; the rest is string,
// bool, nil, []any and map[string]any. What JSON cannot say, such as NaN, must
// be kept out: it could not be stored.
type Object map[string]any

// UnmarshalJSON implements json.Unmarshaler. A list of pairs is an object, and
// an empty list an empty one, because older brokers wrote them so.
func (o *Object) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("[")) {
		return o.fromPairs(text)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return err
	}
	*o = m
	for key := range m {
		var err error
		if m[key], err = plain(m[key]); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// fromPairs reads [["max-length", 5], …].
func (o *Object) fromPairs(text []byte) error {
	var pairs [][]json.RawMessage
	if json.Unmarshal(text, &pairs) != nil {
		return noObject()
	}
	*o = Object{}
	for _, pair := range pairs {
		var key string
		if len(pair) != 2 || json.Unmarshal(pair[0], &key) != nil {
			return noObject()
		}
		var one Object
		if err := json.Unmarshal(append(append([]byte(`{"":`), pair[1]...), '}'), &one); err != nil {
			return err
		}
		(*o)[key] = one[""]
	}
	return nil
}

// noObject is what the decoder says of a list that stands for none.
func noObject() error { return &json.UnmarshalTypeError{Value: "array"} }

// plain replaces every json.Number within v, in place.
func plain(v any) (_ any, err error) {
	switch v := v.(type) {
	case json.Number:
		return number(v)
	case []any:
		for i := range v {
			if v[i], err = plain(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for key := range v {
			if v[key], err = plain(v[key]); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

func number(n json.Number) (any, error) {
	if i, err := n.Int64(); err == nil {
		return i, nil
	}
	f, err := n.Float64()
	if err != nil {
		return nil, fmt.Errorf("number %s is out of range", n)
	}
	if f == 0 {
		return int64(0), nil // minus zero, once written, would be read back as an integer
	}
	return f, nil
}

// MarshalJSON implements json.Marshaler: no object is an empty one.
func (o Object) MarshalJSON() ([]byte, error) {
	if o == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(map[string]any(o))
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
