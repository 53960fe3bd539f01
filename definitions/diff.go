package definitions

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// secretKeys are those whose values are not told; what is below them neither.
var secretKeys = []string{"password", "password_hash", "hashing_algorithm", "value"}

// maxSaid bounds a value in a difference, in bytes.
const maxSaid = 80

// Diff tells how is differs from was, for people: a line for each key. Values
// that may hold secrets are not told. Both are of the same kind.
func Diff(was, is Record) []string {
	before, after := flat(was), flat(is)
	keys := maps.Clone(before)
	maps.Copy(keys, after)
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if before[key] == after[key] {
			continue
		}
		top, _, _ := strings.Cut(key, ".")
		if slices.Contains(secretKeys, top) {
			if !slices.Contains(lines, top) {
				lines = append(lines, top)
			}
			continue
		}
		lines = append(lines, fmt.Sprintf("%s: %s → %s", key, orWords(before[key], "none"), orWords(after[key], "none")))
	}
	return lines
}

// flat are the values of r in JSON, by their path.
func flat(r Record) map[string]string {
	values := map[string]string{}
	text, err := json.Marshal(r)
	var o Object
	if err == nil && json.Unmarshal(text, &o) == nil {
		flatten("", map[string]any(o), values)
	}
	return values
}

func flatten(path string, v any, into map[string]string) {
	if o, ok := v.(map[string]any); ok {
		for key, v := range o {
			flatten(strings.TrimPrefix(path+"."+key, "."), v, into)
		}
		return
	}
	text, _ := json.Marshal(v)
	if len(text) > maxSaid {
		text = append(text[:maxSaid:maxSaid], "…"...)
	}
	into[path] = strings.ToValidUTF8(string(text), "")
}
