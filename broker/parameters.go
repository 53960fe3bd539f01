package broker

import (
	"encoding/json"
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
)

// RabbitMQ's definitions hold the limits of a vhost in a parameter of this
// component and name, and once more with the vhost, where it does not read
// them. Here they belong to the vhost's record.
const (
	limitsComponent = "vhost-limits"
	limitsName      = "limits"
)

// keptComponents are those whose parameters are kept as they are for whoever
// reads them, and which keys of them hold addresses: an address or a list of
// them. The rest of what is known, limits and operator policies, has a place of
// its own.
var keptComponents = map[string][]string{
	"federation-upstream":     {"uri"},
	"federation-upstream-set": nil,
	"shovel":                  {"src-uri", "dest-uri"},
}

// ParameterError says what is wrong with a parameter.
type ParameterError string

// Error implements error.
func (e ParameterError) Error() string { return string(e) }

// SetParameter makes a parameter or changes it; created tells which. What is
// wrong with it comes back as a ParameterError, a LimitError or a
// *policy.Invalid.
func (b Acting) SetParameter(r *definitions.Parameter) (created bool, err error) {
	_, there := b.Parameter(r.Component, r.Vhost, r.Name)
	switch {
	case r.Component == definitions.OperatorPolicy:
		return !there, b.importOperatorPolicy(r)
	case r.Component == limitsComponent:
		return !there, b.importLimits(r)
	case r.Component == definitions.ScheduleComponent:
		return !there, b.setSchedule(r)
	}
	if err := checkKept(r); err != nil {
		return false, err
	}
	return !there, b.keepParameter(r)
}

// checkKept refuses a parameter that nobody could make use of.
func checkKept(r *definitions.Parameter) error {
	uris, known := keptComponents[r.Component]
	if !known {
		return ParameterError("component " + r.Component + " not found")
	}
	if r.Component == "federation-upstream-set" {
		var list []definitions.Object
		if json.Unmarshal(r.Value, &list) != nil {
			return ParameterError(r.Name + " should be a list of upstreams")
		}
		return nil
	}
	var value definitions.Object
	if json.Unmarshal(r.Value, &value) != nil {
		return ParameterError(r.Name + " should be an object")
	}
	for _, key := range uris {
		switch v := value[key].(type) {
		case string:
		case []any:
			if len(v) == 0 {
				return ParameterError(key + " should not be empty")
			}
		default:
			return ParameterError("Key \"" + key + "\" not found in " + r.Name)
		}
	}
	return nil
}

func (b Acting) keepParameter(r *definitions.Parameter) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	if _, err := b.Vhost(r.Vhost); err != nil {
		return err
	}
	if err := set(b.store, r); err != nil {
		return err
	}
	b.emit("parameter.set", func() amqp.Table {
		return amqp.Table{"vhost": r.Vhost, "component": r.Component, "name": r.Name}
	})
	return nil
}

// DeleteParameter removes a parameter; there tells whether it was there.
func (b Acting) DeleteParameter(component, vhostName, name string) (there bool, err error) {
	r, there := b.Parameter(component, vhostName, name)
	if !there {
		return false, nil
	}
	switch component {
	case definitions.OperatorPolicy:
		p, err := r.Policy()
		if err != nil {
			return true, err
		}
		return b.DeletePolicy(policy.Operator, vhostName, p.Name)
	case limitsComponent:
		return true, b.editVhostLimits(vhostName, func(definitions.Object) definitions.Object { return nil })
	case definitions.ScheduleComponent:
		b.schedules.changing.Lock()
		defer b.schedules.changing.Unlock()
	}
	b.topology.Lock()
	defer b.topology.Unlock()
	if err := b.forget(r); err != nil {
		return true, err
	}
	if v, err := b.Vhost(vhostName); err == nil && component == definitions.ScheduleComponent {
		if err := b.schedules.drop(v, name); err != nil {
			return true, err
		}
	}
	b.emit("parameter.cleared", func() amqp.Table {
		return amqp.Table{"vhost": vhostName, "component": component, "name": name}
	})
	return true, nil
}

// Parameter finds a parameter.
func (b *Broker) Parameter(component, vhostName, name string) (*definitions.Parameter, bool) {
	list, err := b.Parameters()
	if err != nil {
		return nil, false
	}
	at := slices.IndexFunc(list, func(r definitions.Parameter) bool {
		return r.Component == component && r.Vhost == vhostName && r.Name == name
	})
	if at < 0 {
		return nil, false
	}
	return &list[at], true
}

// Parameters lists all parameters, those that are the limits of a vhost
// included. The slice is the caller's.
func (b *Broker) Parameters() (list []definitions.Parameter, err error) {
	err = each(b.store, definitions.KindParameter, func(r *definitions.Parameter) error {
		list = append(list, *r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = each(b.store, definitions.KindVhost, func(r *definitions.Vhost) error {
		if len(r.Limits) == 0 {
			return nil
		}
		p, err := limitsParameter(r)
		list = append(list, p)
		return err
	})
	return list, err
}

// importParameter takes the parameters of what is known; others change
// nothing. What is kept for others is not looked at.
func (b Acting) importParameter(r *definitions.Parameter) error {
	switch r.Component {
	case definitions.OperatorPolicy, limitsComponent, definitions.ScheduleComponent:
		_, err := b.SetParameter(r)
		return err
	}
	if _, kept := keptComponents[r.Component]; kept {
		return b.keepParameter(r)
	}
	return nil
}

func (b Acting) importLimits(r *definitions.Parameter) error {
	if r.Name != limitsName {
		return ParameterError("the limits of a vhost are named '" + limitsName + "'")
	}
	var limits definitions.Object
	if err := json.Unmarshal(r.Value, &limits); err != nil {
		return ParameterError("the limits of a vhost are an object")
	}
	return b.editVhostLimits(r.Vhost, func(definitions.Object) definitions.Object { return limits })
}

// limitsParameter is how RabbitMQ writes the limits of v down.
func limitsParameter(v *definitions.Vhost) (definitions.Parameter, error) {
	value, err := json.Marshal(v.Limits)
	return definitions.Parameter{Vhost: v.Name, Component: limitsComponent, Name: limitsName, Value: value}, err
}
