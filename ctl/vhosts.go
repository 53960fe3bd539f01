package ctl

import (
	"strings"
)

type vhostVerbs struct {
	AddVhost       addVhost       `cmd:"" name:"add_vhost" group:"Vhosts" help:"Make a vhost."`
	DeleteVhost    deleteVhost    `cmd:"" name:"delete_vhost" group:"Vhosts" help:"Delete a vhost, and everything in it."`
	ListVhosts     listVhosts     `cmd:"" name:"list_vhosts" group:"Vhosts" help:"List vhosts."`
	UpdateMetadata updateMetadata `cmd:"" name:"update_vhost_metadata" group:"Vhosts" help:"Change what is said of a vhost."`
	SetVhostTags   setVhostTags   `cmd:"" name:"set_vhost_tags" group:"Vhosts" help:"Set the tags of a vhost, in place of those it has."`
	Protect        protectVhost   `cmd:"" name:"enable_vhost_protection_from_deletion" group:"Vhosts" help:"Have a vhost refuse to be deleted."`
	Unprotect      unprotectVhost `cmd:"" name:"disable_vhost_protection_from_deletion" group:"Vhosts" help:"Let a vhost be deleted."`
	RestartVhost   restartVhost   `cmd:"" name:"restart_vhost" group:"Vhosts" help:"Start a vhost that has failed; here vhosts stop only with their node."`
	TraceOn        traceOn        `cmd:"" name:"trace_on" group:"Vhosts" help:"Copy all messages of the vhost to amq.rabbitmq.trace."`
	TraceOff       traceOff       `cmd:"" name:"trace_off" group:"Vhosts" help:"Copy them no more."`
}

// metadata is what can be said of a vhost.
type metadata struct {
	Description string `placeholder:"TEXT" help:"What it is for."`
	Tags        string `placeholder:"TAG,TAG" help:"Words to find it by."`
	DefaultType string `name:"default-queue-type" placeholder:"TYPE" help:"The type of queues that are declared without one."`
}

// body is what is given of m.
func (m *metadata) body() map[string]any {
	b := map[string]any{}
	for key, value := range map[string]string{
		"description": m.Description, "tags": m.Tags, "default_queue_type": m.DefaultType,
	} {
		if value != "" {
			b[key] = value
		}
	}
	return b
}

type addVhost struct {
	Name string `arg:"" name:"vhost" help:"Its name."`
	metadata
}

// Run makes a vhost; one that is there may be made again.
func (v *addVhost) Run(o *operator) error {
	o.say("Adding vhost \"%s\" ...", v.Name)
	return o.put(v.body(), "vhosts", v.Name)
}

type deleteVhost struct {
	Name string `arg:"" name:"vhost" help:"Its name."`
}

// Run deletes a vhost.
func (v *deleteVhost) Run(o *operator) error {
	o.say("Deleting vhost \"%s\" ...", v.Name)
	return o.of(o.remove("vhosts", v.Name), "Virtual host", v.Name)
}

type listVhosts struct {
	Columns []string `arg:"" optional:"" name:"column" columns:"vhost" help:"What to show, of: ${vhost_columns}."`
}

var vhosts = listing{
	plainColumns("name", "tracing", "description", "tags", "default_queue_type", "cluster_state", "protected_from_deletion",
		"metadata", "messages", "messages_ready", "messages_unacknowledged"),
	"name",
}

// Run lists vhosts.
func (v *listVhosts) Run(o *operator) error {
	o.say("Listing vhosts ...")
	return o.show(vhosts, v.Columns, "vhosts")
}

type updateMetadata struct {
	Name string `arg:"" name:"vhost" help:"Its name."`
	metadata
}

// Run changes what is given of a vhost that is there.
func (v *updateMetadata) Run(o *operator) error {
	o.say("Updating metadata of vhost \"%s\" ...", v.Name)
	return o.changeVhost(v.Name, v.body())
}

// changeVhost changes a vhost, but makes none.
func (o *operator) changeVhost(name string, body map[string]any) error {
	if err := o.get(nil, "vhosts", name); err != nil {
		return o.of(err, "Virtual host", name)
	}
	return o.put(body, "vhosts", name)
}

type setVhostTags struct {
	Name string   `arg:"" name:"vhost" help:"Its name."`
	Tags []string `arg:"" optional:"" name:"tag" help:"Its tags from now on."`
}

// Run changes the tags.
func (v *setVhostTags) Run(o *operator) error {
	o.say("Setting tags for vhost \"%s\" to %s ...", v.Name, plain(anys(v.Tags)))
	return o.changeVhost(v.Name, map[string]any{"tags": strings.Join(v.Tags, ",")})
}

type protectVhost struct {
	Name string `arg:"" name:"vhost" help:"Its name."`
}

// Run protects a vhost.
func (v *protectVhost) Run(o *operator) error {
	err := o.post(nil, nil, "vhosts", v.Name, "deletion", "protection")
	return o.of(err, "Virtual host", v.Name)
}

type unprotectVhost struct {
	Name string `arg:"" name:"vhost" help:"Its name."`
}

// Run protects a vhost no more.
func (v *unprotectVhost) Run(o *operator) error {
	return o.of(o.remove("vhosts", v.Name, "deletion", "protection"), "Virtual host", v.Name)
}

type restartVhost struct{}

// Run has the API say whether the vhost runs.
func (v *restartVhost) Run(o *operator) error {
	n, err := o.overview()
	if err != nil {
		return err
	}
	o.say("Trying to restart vhost '%s' on node '%s' ...", o.Vhost, n.Node)
	return o.inVhost(o.post(nil, nil, "vhosts", o.Vhost, "start", n.Node))
}

type traceOn struct{}

// Run traces the vhost.
func (v *traceOn) Run(o *operator) error {
	o.say("Starting tracing for vhost \"%s\" ...", o.Vhost)
	return o.changeVhost(o.Vhost, map[string]any{"tracing": true})
}

type traceOff struct{}

// Run traces the vhost no more.
func (v *traceOff) Run(o *operator) error {
	o.say("Stopping tracing for vhost \"%s\" ...", o.Vhost)
	return o.changeVhost(o.Vhost, map[string]any{"tracing": false})
}
