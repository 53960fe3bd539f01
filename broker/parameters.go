package broker

import (
	"encoding/json"
	"fmt"

	"github.com/hutchmq/hutchmq/definitions"
)

// RabbitMQ's definitions hold the limits of a vhost in a parameter of this
// component and name, and once more with the vhost, where it does not read
// them. Here they belong to the vhost's record.
const (
	limitsComponent = "vhost-limits"
	limitsName      = "limits"
)

// importParameter takes the settings of what is here; others change nothing.
func (b *Broker) importParameter(r *definitions.Parameter) error {
	switch r.Component {
	case definitions.OperatorPolicy:
		return b.importOperatorPolicy(r)
	case limitsComponent:
		return b.importLimits(r)
	}
	return nil
}

func (b *Broker) importLimits(r *definitions.Parameter) error {
	if r.Name != limitsName {
		return fmt.Errorf("the limits of a vhost are named '%s'", limitsName)
	}
	var limits definitions.Object
	if err := json.Unmarshal(r.Value, &limits); err != nil {
		return err
	}
	return b.editVhost(r.Vhost, func(v *definitions.Vhost) { v.Limits = limits })
}

// limitsParameter is how RabbitMQ writes the limits of v down.
func limitsParameter(v *definitions.Vhost) (definitions.Parameter, error) {
	value, err := json.Marshal(v.Limits)
	return definitions.Parameter{Vhost: v.Name, Component: limitsComponent, Name: limitsName, Value: value}, err
}
