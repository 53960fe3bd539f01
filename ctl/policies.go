package ctl

import "encoding/json"

type policyVerbs struct {
	SetPolicy     setPolicy            `cmd:"" name:"set_policy" group:"Policies" help:"Make a policy, or change it."`
	ClearPolicy   clearPolicy          `cmd:"" name:"clear_policy" group:"Policies" help:"Delete a policy."`
	ListPolicies  listPolicies         `cmd:"" name:"list_policies" group:"Policies" help:"List the policies of the vhost."`
	SetOperator   setOperatorPolicy    `cmd:"" name:"set_operator_policy" group:"Policies" help:"Make an operator policy, or change it."`
	ClearOperator clearOperatorPolicy  `cmd:"" name:"clear_operator_policy" group:"Policies" help:"Delete an operator policy."`
	ListOperator  listOperatorPolicies `cmd:"" name:"list_operator_policies" group:"Policies" help:"List the operator policies of the vhost."`
}

// policy is what the arguments say of a policy.
type policy struct {
	Name       string `arg:"" help:"Its name." json:"-"`
	Pattern    string `arg:"" help:"A regular expression: the names it is for." json:"pattern"`
	Definition string `arg:"" help:"What it sets, as JSON." json:"-"`
	Priority   int    `default:"0" help:"Of all that match, the highest counts first." json:"priority"`
	ApplyTo    string `name:"apply-to" default:"all" help:"all, queues, exchanges, classic_queues, quorum_queues or streams." json:"apply-to"`
}

func (p *policy) set(o *operator, kind string) error {
	definition, err := parseJSON(p.Definition)
	if err != nil {
		return err
	}
	body := map[string]any{"pattern": p.Pattern, "priority": p.Priority, "apply-to": p.ApplyTo, "definition": definition}
	return o.inVhost(o.put(body, kind, o.Vhost, p.Name))
}

// parseJSON reads an argument that is JSON.
func parseJSON(text string) (json.RawMessage, error) {
	if !json.Valid([]byte(text)) {
		return nil, fail(exitData, "Failed to parse JSON value: '%s'", text)
	}
	return json.RawMessage(text), nil
}

type setPolicy struct{ policy }

// Run sets a policy.
func (v *setPolicy) Run(o *operator) error {
	o.say("Setting policy \"%s\" for pattern \"%s\" to \"%s\" with priority \"%d\" for vhost \"%s\" ...",
		v.Name, v.Pattern, v.Definition, v.Priority, o.Vhost)
	return v.set(o, "policies")
}

type setOperatorPolicy struct{ policy }

// Run sets an operator policy.
func (v *setOperatorPolicy) Run(o *operator) error {
	o.say("Setting operator policy override \"%s\" for pattern \"%s\" to \"%s\" with priority \"%d\" for vhost \"%s\" ...",
		v.Name, v.Pattern, v.Definition, v.Priority, o.Vhost)
	return v.set(o, "operator-policies")
}

type clearPolicy struct {
	Name string `arg:"" help:"Its name."`
}

// Run deletes a policy.
func (v *clearPolicy) Run(o *operator) error {
	o.say("Clearing policy \"%s\" on vhost \"%s\" ...", v.Name, o.Vhost)
	return o.in(o.remove("policies", o.Vhost, v.Name), "Policy", v.Name)
}

type clearOperatorPolicy struct {
	Name string `arg:"" help:"Its name."`
}

// Run deletes an operator policy.
func (v *clearOperatorPolicy) Run(o *operator) error {
	o.say("Clearing operator policy \"%s\" on vhost \"%s\" ...", v.Name, o.Vhost)
	return o.in(o.remove("operator-policies", o.Vhost, v.Name), "Operator policy", v.Name)
}

var policies = listing{
	[]column{
		{name: "vhost", key: "vhost"}, {name: "name", key: "name"}, {name: "pattern", key: "pattern"},
		{name: "apply-to", key: "apply-to"}, {name: "definition", key: "definition", text: asJSON}, {name: "priority", key: "priority"},
	},
	"vhost name pattern apply-to definition priority",
}

type listPolicies struct{}

// Run lists policies.
func (v *listPolicies) Run(o *operator) error {
	o.say("Listing policies for vhost \"%s\" ...", o.Vhost)
	return o.inVhost(o.show(policies, nil, "policies", o.Vhost))
}

type listOperatorPolicies struct{}

// Run lists operator policies.
func (v *listOperatorPolicies) Run(o *operator) error {
	o.say("Listing operator policy overrides for vhost \"%s\" ...", o.Vhost)
	return o.inVhost(o.show(policies, nil, "operator-policies", o.Vhost))
}
