package ctl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// row is something that the API lists. Its numbers are json.Numbers.
type row map[string]any

func parseRow(text []byte) (r row, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&r)
	return r, err
}

// at is the value at a dotted key, nil if there is none.
func (r row) at(key string) any {
	var v any = map[string]any(r)
	for part := range strings.SplitSeq(key, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[part]
	}
	return v
}

// column is something that can be shown of a row.
type column struct {
	name string
	key  string // where it is in the row; nowhere: it is only known in RabbitMQ
	// text has it printed in another way than plain; nil: plain.
	text func(v any) string
}

// nowhere is the key of what RabbitMQ has and we do not: an empty column.
const nowhere = ""

// plainColumns are columns whose keys are their names.
func plainColumns(names ...string) []column {
	list := make([]column, len(names))
	for i, name := range names {
		list[i] = column{name: name, key: name}
	}
	return list
}

// choose finds columns by name; a name may have commas. None chosen are those
// that are usual.
func choose(all []column, usual string, chosen []string) ([]column, error) {
	names := strings.Fields(strings.ReplaceAll(strings.Join(chosen, " "), ",", " "))
	if len(names) == 0 {
		names = strings.Fields(usual)
	}
	list := make([]column, 0, len(names))
	var unknown []string
	for _, name := range names {
		at := slices.IndexFunc(all, func(c column) bool { return c.name == name })
		if at < 0 {
			unknown = append(unknown, name)
			continue
		}
		list = append(list, all[at])
	}
	if unknown != nil {
		return nil, fail(exitUsage, "Info key(s) %s are not supported; those that are: %s", strings.Join(unknown, ", "), namesOf(all))
	}
	return list, nil
}

func namesOf(all []column) string {
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].name
	}
	return strings.Join(names, " ")
}

// keys are where the columns are found, for the API to send no more.
func keys(list []column) string {
	var keys []string
	for _, c := range list {
		if c.key != nowhere {
			keys = append(keys, c.key)
		}
	}
	return strings.Join(keys, ",")
}

// of is the value of c in r.
func (c *column) of(r row) any {
	if c.key == nowhere {
		return nil
	}
	return r.at(c.key)
}

// print is v as text: what rabbitmqctl would print, with lists and tables in
// its notation.
func (c *column) print(v any) string {
	if c.text != nil {
		return c.text(v)
	}
	return plain(v)
}

// plain prints a value; texts in a list are bare, as tags are.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return oneLine(v)
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			parts[i] = plain(x)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		return term(v)
	}
	return fmt.Sprint(v)
}

// term prints a value in the notation that RabbitMQ has for tables:
// [{"x-max-length",10}].
func term(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return asJSON(v)
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			parts[i] = term(x)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case map[string]any:
		parts := make([]string, 0, len(v))
		for key, x := range v {
			parts = append(parts, "{"+asJSON(key)+","+term(x)+"}")
		}
		slices.Sort(parts)
		return "[" + strings.Join(parts, ",") + "]"
	}
	return fmt.Sprint(v)
}

// asJSON prints a value as JSON, in one line.
func asJSON(v any) string {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return ""
	}
	return strings.TrimSpace(text.String())
}
