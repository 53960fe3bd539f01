package broker

import "github.com/hutchmq/hutchmq/auth"

// Operator is whoever may open the files of the node: a face that has made sure
// of that lets it in. It is no account and nobody can log in as it; it may do
// everything in every vhost.
var Operator = &auth.User{Name: "local", Tags: []string{"administrator"}}

// may answers whether u has a right on a resource.
func (b *Broker) may(u *auth.User, vhostName string, r auth.Right, resource string) bool {
	return u == Operator || b.auth.Allowed(u, vhostName, r, resource)
}

// topicsOf is what topic permissions say of u, nil when nothing.
func (b *Broker) topicsOf(u *auth.User, vhostName, clientID string) *auth.Topics {
	if u == Operator {
		return nil
	}
	return b.auth.Topics(u, vhostName, clientID)
}
