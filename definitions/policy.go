package definitions

import (
	"encoding/json"
	"fmt"
)

// OperatorPolicy is the component whose parameters are operator policies.
const OperatorPolicy = "operator_policy"

// ScheduleComponent is the component whose parameters are schedules: what is
// published again and again. RabbitMQ does not know it.
const ScheduleComponent = "schedule"

// operatorPolicy is the value of such a parameter.
type operatorPolicy struct {
	ApplyTo    string `json:"apply-to"`
	Definition Object `json:"definition"`
	Pattern    string `json:"pattern"`
	Priority   int    `json:"priority"`
}

// Parameter is p, an operator policy, as RabbitMQ has it among its parameters.
func (p *Policy) Parameter() (*Parameter, error) {
	value, err := json.Marshal(operatorPolicy{p.ApplyTo, p.Definition, p.Pattern, p.Priority})
	return &Parameter{Vhost: p.Vhost, Component: OperatorPolicy, Name: p.Name, Value: value}, err
}

// Policy undoes Policy.Parameter.
func (p *Parameter) Policy() (*Policy, error) {
	v := operatorPolicy{ApplyTo: "all"}
	if err := json.Unmarshal(p.Value, &v); err != nil {
		return nil, fmt.Errorf("value: %s", explain(err))
	}
	return &Policy{
		Vhost: p.Vhost, Name: p.Name, Pattern: v.Pattern, ApplyTo: v.ApplyTo,
		Definition: v.Definition, Priority: v.Priority,
	}, nil
}
