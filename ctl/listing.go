package ctl

import (
	"encoding/json"
	"net/url"

	"github.com/hutchmq/hutchmq/ctl/client"
)

// listing is a kind of thing that can be listed.
type listing struct {
	columns []column
	usual   string // the columns that are shown unless others are chosen
}

// listings are those whose columns people choose.
var listings = map[string]listing{
	"vhost": vhosts, "queue": queues, "exchange": exchanges, "binding": bindings, "producer": producers, "connection": connections,
	"channel": channels, "consumer": consumers, "feature": features, "deprecated": deprecated, "certificate": certificateColumns,
	"delayed": delayedMessages, "schedule": schedules,
}

// show lists what is at a path, in the columns that are chosen.
func (o *operator) show(l listing, chosen []string, parts ...string) error {
	columns, err := choose(l.columns, l.usual, chosen)
	if err != nil {
		return err
	}
	out := o.sink(columns)
	err = o.each(client.Path(parts...), url.Values{"columns": {keys(columns)}}, func(r row) error {
		return out.row(values(columns, r))
	})
	if err != nil {
		return err
	}
	return out.end()
}

// showRows lists rows that are here.
func (o *operator) showRows(l listing, chosen []string, rows []row) error {
	columns, err := choose(l.columns, l.usual, chosen)
	if err != nil {
		return err
	}
	out := o.sink(columns)
	for _, r := range rows {
		if err := out.row(values(columns, r)); err != nil {
			return err
		}
	}
	return out.end()
}

// each yields the rows at a path.
func (o *operator) each(path string, query url.Values, yield func(r row) error) error {
	return o.client.List(o.ctx, path, query, func(text json.RawMessage) error {
		r, err := parseRow(text)
		if err != nil {
			return err
		}
		return yield(r)
	})
}

// rows are all rows at a path.
func (o *operator) rows(parts ...string) (list []row, err error) {
	err = o.each(client.Path(parts...), nil, func(r row) error {
		list = append(list, r)
		return nil
	})
	return list, err
}

func values(columns []column, r row) []any {
	list := make([]any, len(columns))
	for i := range columns {
		list[i] = columns[i].of(r)
	}
	return list
}
