package definitions

import "fmt"

// Title is what r is, for people: queue 'q' in '/'.
func Title(r Record) string {
	switch r := r.(type) {
	case *User:
		return fmt.Sprintf("user '%s'", r.Name)
	case *Vhost:
		return fmt.Sprintf("vhost '%s'", r.Name)
	case *Permission:
		return fmt.Sprintf("permission of '%s' in '%s'", r.User, r.Vhost)
	case *TopicPermission:
		return fmt.Sprintf("topic permission of '%s' on '%s' in '%s'", r.User, r.Exchange, r.Vhost)
	case *Parameter:
		if r.Component == OperatorPolicy {
			return fmt.Sprintf("operator policy '%s' in '%s'", r.Name, r.Vhost)
		}
		return fmt.Sprintf("%s '%s' in '%s'", r.Component, r.Name, r.Vhost)
	case *GlobalParameter:
		return fmt.Sprintf("global parameter '%s'", r.Name)
	case *Policy:
		return fmt.Sprintf("policy '%s' in '%s'", r.Name, r.Vhost)
	case *Exchange:
		return fmt.Sprintf("exchange '%s' in '%s'", r.Name, r.Vhost)
	case *Queue:
		return fmt.Sprintf("queue '%s' in '%s'", r.Name, r.Vhost)
	case *Binding:
		return fmt.Sprintf("binding of %s '%s' to '%s' by '%s' in '%s'", r.DestinationType, r.Destination, r.Source, r.RoutingKey, r.Vhost)
	}
	return string(r.Kind())
}
