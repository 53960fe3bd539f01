package auth

import (
	"fmt"
	"regexp"
	"strings"
)

// TopicPermission limits the routing keys a user may use on a topic exchange:
// those to publish with, and those to bind with. Each is one regular
// expression, unanchored, an empty one matching the empty key only. In it
// {username}, {vhost} and {client_id} stand for the text of what they name,
// whatever that means in an expression; a client without an id has the last
// one as it is written.
type TopicPermission struct {
	Write, Read string
}

// Check tells what is wrong with the expressions of p for a user in a vhost,
// if anything.
func (p TopicPermission) Check(user, vhost string) error {
	_, err := newTopicGrant(user, vhost, p)
	return err
}

// Topics is what topic permissions say of one user in one vhost. It never
// changes; a nil one says nothing.
type Topics struct {
	grants map[string]*topicGrant // by exchange
	// ask is an Authority, which has a say on every exchange; nil: grants say it all.
	ask func(r Right, exchange, key string) bool
}

// Restricts reports whether some routing keys of exchange may be refused.
func (t *Topics) Restricts(exchange string) bool {
	return t != nil && (t.ask != nil || t.grants[exchange] != nil)
}

// Allowed reports whether the user has right r, Write or Read, on a routing
// key of exchange. Where nothing is said everything is allowed.
func (t *Topics) Allowed(r Right, exchange, key string) bool {
	if !t.Restricts(exchange) {
		return true
	}
	if t.ask != nil {
		return t.ask(r, exchange, key)
	}
	g := t.grants[exchange]
	switch r {
	case Write:
		return g.write.match(key)
	case Read:
		return g.read.match(key)
	}
	return false
}

// topicGrant is a topic permission ready for use.
type topicGrant struct {
	TopicPermission                 // as it was given
	expanded        TopicPermission // with all but the client's id put in
	write, read     pattern
}

const clientIDVariable = "{client_id}"

// newTopicGrant makes the grant of a user in a vhost.
func newTopicGrant(user, vhost string, p TopicPermission) (*topicGrant, error) {
	g, err := compileTopics(p.expand("{username}", user, "{vhost}", vhost))
	if err != nil {
		return nil, err
	}
	g.TopicPermission = p
	return g, nil
}

func compileTopics(p TopicPermission) (*topicGrant, error) {
	g := &topicGrant{TopicPermission: p, expanded: p}
	var err error
	if g.write, err = compile(p.Write); err != nil {
		return nil, fmt.Errorf("%s topic permission: %w", Write, err)
	}
	if g.read, err = compile(p.Read); err != nil {
		return nil, fmt.Errorf("%s topic permission: %w", Read, err)
	}
	return g, nil
}

// expand puts values in the place of variables. A client chooses its id: as
// text it cannot widen what it is put into.
func (p TopicPermission) expand(pairs ...string) TopicPermission {
	for i := 1; i < len(pairs); i += 2 {
		pairs[i] = regexp.QuoteMeta(pairs[i])
	}
	r := strings.NewReplacer(pairs...)
	return TopicPermission{Write: r.Replace(p.Write), Read: r.Replace(p.Read)}
}

// of is g for one client. An id that makes an invalid expression grants
// nothing.
func (g *topicGrant) of(clientID string) *topicGrant {
	mine := g.expanded.expand(clientIDVariable, clientID)
	if clientID == "" || mine == g.expanded {
		return g
	}
	c, err := compileTopics(mine)
	if err != nil {
		return &topicGrant{write: nothing{}, read: nothing{}}
	}
	return c
}

// nothing is the pattern that matches nothing.
type nothing struct{}

func (nothing) match(string) bool { return false }
