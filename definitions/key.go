package definitions

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// keyPrefix begins the store key of every record:
//
//	d/<kind>/ <length><vhost> <length><name> …
//
// A length is a uvarint of bytes, so that no name can pass for two.
const keyPrefix = "d/"

// Prefix begins the store keys of all records of kind.
func Prefix(kind Kind) []byte { return []byte(keyPrefix + string(kind) + "/") }

// PrefixIn begins the store keys of the records of kind in a vhost. The kind
// is one that lives in vhosts.
func PrefixIn(kind Kind, vhost string) []byte { return appendName(Prefix(kind), vhost) }

// Key is the store key of r. Records with the same key replace each other.
func Key(r Record) []byte {
	key := Prefix(r.Kind())
	for _, part := range r.identity() {
		key = appendName(key, part)
	}
	return key
}

func appendName(key []byte, name string) []byte {
	return append(binary.AppendUvarint(key, uint64(len(name))), name...)
}

// Encode is the value stored under the key of r, with all that is known of it.
func Encode(r Record) ([]byte, error) { return json.Marshal(r) }

// Decode reads a record back from its key and value.
func Decode(key, value []byte) (Record, error) {
	kind, _, _ := bytes.Cut(bytes.TrimPrefix(key, []byte(keyPrefix)), []byte("/"))
	r := newRecord(Kind(kind))
	if r == nil {
		return nil, fmt.Errorf("record %q is of no known kind", key)
	}
	if err := json.Unmarshal(value, r); err != nil {
		return nil, fmt.Errorf("record %q: %w", key, err)
	}
	return r, nil
}

// Kinds are all kinds, in an order in which their records can be created:
// what another refers to comes first.
var Kinds = []Kind{
	KindUser, KindVhost, KindPermission, KindTopicPermission, KindParameter,
	KindGlobalParameter, KindPolicy, KindQueue, KindExchange, KindBinding,
}

func newRecord(kind Kind) Record {
	switch kind {
	case KindUser:
		return new(User)
	case KindVhost:
		return new(Vhost)
	case KindPermission:
		return new(Permission)
	case KindTopicPermission:
		return new(TopicPermission)
	case KindParameter:
		return new(Parameter)
	case KindGlobalParameter:
		return new(GlobalParameter)
	case KindPolicy:
		return new(Policy)
	case KindExchange:
		return new(Exchange)
	case KindQueue:
		return new(Queue)
	case KindBinding:
		return new(Binding)
	}
	return nil
}

func (u *User) identity() []string            { return []string{u.Name} }
func (v *Vhost) identity() []string           { return []string{v.Name} }
func (p *Permission) identity() []string      { return []string{p.Vhost, p.User} }
func (t *TopicPermission) identity() []string { return []string{t.Vhost, t.User, t.Exchange} }
func (p *Parameter) identity() []string       { return []string{p.Vhost, p.Component, p.Name} }
func (g *GlobalParameter) identity() []string { return []string{g.Name} }
func (p *Policy) identity() []string          { return []string{p.Vhost, p.Name} }
func (e *Exchange) identity() []string        { return []string{e.Vhost, e.Name} }
func (q *Queue) identity() []string           { return []string{q.Vhost, q.Name} }

// identity of a binding includes its arguments, by a digest of fixed length
// because a client may send many. The digest is of their JSON, in which 5 is 5
// whatever the width of the integer, as for the exchange that compares them.
func (b *Binding) identity() []string {
	id := []string{b.Vhost, b.Source, b.DestinationType, b.Destination, b.RoutingKey}
	if len(b.Arguments) == 0 {
		return id
	}
	text, err := json.Marshal(b.Arguments)
	if err != nil { // what JSON cannot say (NaN) still has its bytes
		text = b.Encoded
	}
	digest := sha256.Sum256(text)
	return append(id, string(digest[:]))
}
