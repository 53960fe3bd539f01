package ctl

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
)

// report is what is known of one thing, in sections.
type report []section

type section struct {
	title string
	facts []fact
}

// fact is a value with its name for people, and its key for programs. A name
// is empty where the title says it all.
type fact struct {
	name, key string
	value     any
}

// bytesOf is a size, which people read in other units.
type bytesOf int64

func (b bytesOf) String() string { return humanize.IBytes(uint64(max(b, 0))) }

func (r *report) section(title string, facts ...fact) { *r = append(*r, section{title, facts}) }

// report prints r: sections for people, and one object for programs.
func (o *operator) report(r report) error {
	if o.Formatter == "json" {
		object := map[string]any{}
		for _, s := range r {
			for _, f := range s.facts {
				object[f.key] = f.value
			}
		}
		o.print("%s", asJSON(object))
		return nil
	}
	for i, s := range r {
		if i > 0 {
			o.print("")
		}
		o.print("%s\n", s.title)
		for _, f := range s.facts {
			o.print("%s", f.text())
		}
	}
	return nil
}

// text is f in a line, or in one for each of a list.
func (f *fact) text() string {
	if list, ok := f.value.([]string); ok {
		if len(list) == 0 {
			return "(none)"
		}
		return strings.Join(list, "\n")
	}
	value := oneLine(fmt.Sprint(f.value))
	if f.name == "" {
		return value
	}
	return f.name + ": " + value
}

// properties are the keys and values of a message, for people to read.
func properties(r row) []row {
	var rows []row
	for _, key := range []string{"payload_bytes", "redelivered", "exchange", "routing_key", "delivery_count", "priority", "payload_encoding", "payload"} {
		rows = append(rows, row{"keys": key, "values": r[key]})
	}
	return append(rows, row{"keys": "properties", "values": r["properties"]})
}
