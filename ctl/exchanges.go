package ctl

type exchangeVerbs struct {
	ListExchanges listExchanges `cmd:"" name:"list_exchanges" group:"Queues" help:"List the exchanges of the vhost."`
	ListBindings  listBindings  `cmd:"" name:"list_bindings" group:"Queues" help:"List the bindings of the vhost."`
}

var exchanges = listing{
	plainColumns("name", "vhost", "type", "durable", "auto_delete", "internal", "arguments", "policy", "user_who_performed_action", "message_stats"),
	"name type",
}

type listExchanges struct {
	Columns []string `arg:"" optional:"" name:"column" columns:"exchange" help:"What to show, of: ${exchange_columns}."`
}

// Run lists exchanges.
func (v *listExchanges) Run(o *operator) error {
	o.say("Listing exchanges for vhost %s ...", o.Vhost)
	return o.inVhost(o.show(exchanges, v.Columns, "exchanges", o.Vhost))
}

var bindings = listing{
	[]column{
		{name: "source_name", key: "source"}, {name: "source_kind", key: "source", text: func(any) string { return "exchange" }},
		{name: "destination_name", key: "destination"}, {name: "destination_kind", key: "destination_type"},
		{name: "routing_key", key: "routing_key"}, {name: "arguments", key: "arguments"}, {name: "vhost", key: "vhost"},
	},
	"source_name source_kind destination_name destination_kind routing_key arguments",
}

type listBindings struct {
	Columns []string `arg:"" optional:"" name:"column" columns:"binding" help:"What to show, of: ${binding_columns}."`
}

// Run lists bindings.
func (v *listBindings) Run(o *operator) error {
	o.say("Listing bindings for vhost %s...", o.Vhost)
	return o.inVhost(o.show(bindings, v.Columns, "bindings", o.Vhost))
}
