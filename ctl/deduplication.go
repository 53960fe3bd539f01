package ctl

import (
	"net/url"
	"strconv"

	"github.com/hutchmq/hutchmq/ctl/client"
)

type deduplicationVerbs struct {
	ListProducers      listProducers      `cmd:"" name:"list_producers" group:"Queues" help:"List the producers of the vhost that number their messages."`
	ForgetProducer     forgetProducer     `cmd:"" name:"forget_producer" group:"Queues" help:"Forget a producer, whose next message may have any number."`
	DeduplicationState deduplicationState `cmd:"" name:"deduplication_status" group:"Queues" help:"Show what an exchange remembers to tell what came before."`
	ClearDeduplication clearDeduplication `cmd:"" name:"clear_deduplication" group:"Queues" help:"Have an exchange forget what came before: one key, or all."`
}

var producers = listing{plainColumns("id", "vhost", "epoch", "last_seq", "missing", "published_at_ms"), "id epoch last_seq"}

type listProducers struct {
	Columns []string `arg:"" optional:"" name:"column" columns:"producer" help:"What to show, of: ${producer_columns}."`
}

// Run lists producers.
func (v *listProducers) Run(o *operator) error {
	o.say("Listing producers for vhost %s ...", o.Vhost)
	return o.inVhost(o.show(producers, v.Columns, "x", "producers", o.Vhost))
}

type forgetProducer struct {
	ID string `arg:"" name:"producer" help:"Its x-producer-id."`
}

// Run forgets a producer.
func (v *forgetProducer) Run(o *operator) error {
	o.say("Forgetting producer '%s' in vhost '%s' ...", v.ID, o.Vhost)
	return o.in(o.remove("x", "producers", o.Vhost, v.ID), "Producer", v.ID)
}

// dedupKey names a key, as a text or a number.
type dedupKey struct {
	Key    *string `help:"A key that is a text."`
	Number *int64  `help:"A key that is a number."`
}

// query is what asks for the key, "" if there is none.
func (k *dedupKey) query() string {
	switch {
	case k.Number != nil:
		return "?number=" + strconv.FormatInt(*k.Number, 10)
	case k.Key != nil:
		return "?key=" + url.QueryEscape(*k.Key)
	}
	return ""
}

type deduplicationState struct {
	Exchange string `arg:"" name:"exchange" help:"Its name."`
	dedupKey `embed:""`
}

// remembered are the columns of what is remembered.
var remembered = listing{plainColumns("keys", "max_keys", "ttl_ms", "bytes", "evicted", "deduplicated", "known", "expires_at_ms"), "keys max_keys deduplicated evicted"}

// Run shows it.
func (v *deduplicationState) Run(o *operator) error {
	o.say("What exchange '%s' in vhost '%s' remembers ...", v.Exchange, o.Vhost)
	var shown row
	path := client.Path("x", "exchanges", o.Vhost, v.Exchange, "deduplication") + v.query()
	if err := o.client.Get(o.ctx, path, &shown); err != nil {
		return o.in(err, "De-duplicating exchange", v.Exchange)
	}
	var columns []string
	if v.query() != "" {
		columns = []string{"known", "expires_at_ms"}
	}
	return o.showRows(remembered, columns, []row{shown})
}

type clearDeduplication struct {
	Exchange string `arg:"" name:"exchange" help:"Its name."`
	dedupKey `embed:""`
}

// Run has an exchange forget.
func (v *clearDeduplication) Run(o *operator) error {
	o.say("Clearing what exchange '%s' in vhost '%s' remembers ...", v.Exchange, o.Vhost)
	path := client.Path("x", "exchanges", o.Vhost, v.Exchange, "deduplication") + v.query()
	return o.in(o.client.Delete(o.ctx, path), "De-duplicating exchange, or key in it", v.Exchange)
}
