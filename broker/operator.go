package broker

import "github.com/hutchmq/hutchmq/auth"

// Operator is whoever may open the files of the node: a face that has made sure
// of that lets it in. It is no account and nobody can log in as it; it may do
// everything in every vhost.
var Operator = &auth.User{Name: "local", Tags: []string{"administrator"}, Authority: everything{}}

// everything is the Authority that refuses nothing.
type everything struct{}

// Allowed implements auth.Authority.
func (everything) Allowed(*auth.User, auth.Right, auth.Resource) bool { return true }

// Reachable implements auth.Authority.
func (everything) Reachable(*auth.User, string) bool { return true }

// AllowedTopic implements auth.Authority.
func (everything) AllowedTopic(*auth.User, auth.Right, string, string, string) bool { return true }
