package ctl

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/hutchmq/hutchmq/ctl/client"
)

type delayedVerbs struct {
	ListDelayed    listDelayed    `cmd:"" name:"list_delayed" group:"Delayed messages and schedules" help:"List the messages of the vhost that are held until they are due."`
	CancelDelayed  cancelDelayed  `cmd:"" name:"cancel_delayed" group:"Delayed messages and schedules" help:"Cancel delayed messages."`
	DeliverDelayed deliverDelayed `cmd:"" name:"deliver_delayed" group:"Delayed messages and schedules" help:"Deliver a delayed message now."`
}

var delayedMessages = listing{
	append(plainColumns("id", "exchange", "routing_key", "payload_bytes", "persistent"),
		column{name: "due", key: "due", text: moment}, column{name: "since", key: "since", text: moment}),
	"id due exchange routing_key payload_bytes",
}

// moment prints Unix milliseconds.
func moment(v any) string {
	var ms int64
	if _, err := fmt.Sscan(fmt.Sprint(v), &ms); err != nil || ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format(time.RFC3339)
}

// chosen are the messages that options name.
type chosen struct {
	Exchange *string `help:"Only those published to this exchange; amq.default is the one without a name."`
	Key      string  `help:"Only those with such a routing key: * stands for any text."`
}

func (c *chosen) query() url.Values {
	q := url.Values{}
	if c.Exchange != nil {
		q.Set("exchange", *c.Exchange)
	}
	if c.Key != "" {
		q.Set("key", c.Key)
	}
	return q
}

type listDelayed struct {
	chosen
	Columns []string `arg:"" optional:"" name:"column" columns:"delayed" help:"What to show, of: ${delayed_columns}."`
	Limit   int      `default:"1000" help:"How many at most; 0 is all."`
}

// Run lists delayed messages, page by page.
func (v *listDelayed) Run(o *operator) error {
	o.say("Listing delayed messages for vhost %s ...", o.Vhost)
	columns, err := choose(delayedMessages.columns, delayedMessages.usual, v.Columns)
	if err != nil {
		return err
	}
	out, query := o.sink(columns), v.query()
	query.Set("limit", "500")
	for left := v.Limit; ; {
		var page struct {
			Messages []json.RawMessage
			Next     string
			End      bool
		}
		if err := o.client.Get(o.ctx, client.Path("x", "delayed", o.Vhost)+"?"+query.Encode(), &page); err != nil {
			return o.inVhost(err)
		}
		for _, text := range page.Messages {
			r, err := parseRow(text)
			if err != nil {
				return err
			}
			if err := out.row(values(columns, r)); err != nil {
				return err
			}
			if left--; left == 0 {
				return out.end()
			}
		}
		if page.End {
			return out.end()
		}
		query.Set("after", page.Next)
	}
}

type cancelDelayed struct {
	chosen
	IDs []string `arg:"" optional:"" name:"id" help:"Their ids, as list_delayed shows them."`
	All bool     `help:"All of the vhost."`
}

// Run cancels the messages that are named, or those that options choose.
func (v *cancelDelayed) Run(o *operator) error {
	query := v.query()
	switch {
	case len(v.IDs) > 0 && (len(query) > 0 || v.All):
		return fail(exitUsage, "name ids or say which, not both")
	case len(v.IDs) == 0 && len(query) == 0 && !v.All:
		return fail(exitUsage, "name ids, or say which: --exchange, --key or --all")
	}
	o.say("Cancelling delayed messages in vhost %s ...", o.Vhost)
	for _, id := range v.IDs {
		if err := o.remove("x", "delayed", o.Vhost, id); err != nil {
			return o.in(err, "Delayed message", id)
		}
	}
	if len(v.IDs) > 0 {
		return nil
	}
	if v.All {
		query.Set("all", "true")
	}
	var done struct{ Cancelled int }
	path := client.Path("x", "delayed", o.Vhost) + "?" + query.Encode()
	if err := o.client.Do(o.ctx, http.MethodDelete, path, nil, &done); err != nil {
		return o.inVhost(err)
	}
	o.say("%d messages were cancelled", done.Cancelled)
	return nil
}

type deliverDelayed struct {
	ID string `arg:"" help:"Its id, as list_delayed shows it."`
}

// Run delivers a message.
func (v *deliverDelayed) Run(o *operator) error {
	o.say("Delivering delayed message %s in vhost %s ...", v.ID, o.Vhost)
	return o.in(o.post(nil, nil, "x", "delayed", o.Vhost, v.ID, "deliver"), "Delayed message", v.ID)
}
