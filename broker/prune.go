package broker

import (
	"bytes"
	"errors"
	"slices"

	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/vhost"
)

// prune are the deletions of what the owners of the definitions made, and none
// of them describes any more: what refers to others before them.
func (p *planner) prune(docs []*definitions.Definitions, wanted []want) (list []Intent) {
	described := map[string]bool{}
	for _, w := range wanted {
		described[string(definitions.Key(w.r))] = true
	}
	seen := map[string]bool{}
	for _, d := range docs {
		if d.Owner == "" || seen[d.Owner] {
			continue
		}
		seen[d.Owner] = true
		for _, key := range p.b.owners.keysOf(d.Owner) {
			if !described[string(key)] {
				list = p.deletion(list, key, d.Owner)
			}
		}
	}
	slices.SortFunc(list, func(a, b Intent) int {
		x, y := slices.Index(definitions.Kinds, a.is.Kind()), slices.Index(definitions.Kinds, b.is.Kind())
		if x != y {
			return y - x
		}
		return bytes.Compare(definitions.Key(a.is), definitions.Key(b.is))
	})
	return list
}

// deletion adds that of the record under key, if there is one.
func (p *planner) deletion(list []Intent, key []byte, owner string) []Intent {
	value, err := p.b.store.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return list
	}
	var r definitions.Record
	if err == nil {
		r, err = definitions.Decode(key, value)
	}
	if err != nil {
		return append(list, Intent{Deed: Conflict, Reason: err.Error(), err: err, Is: &definitions.GlobalParameter{}, is: &definitions.GlobalParameter{}})
	}
	i := Intent{Deed: Remove, Was: discreet(r), Is: discreet(r), was: r, is: r, owner: owner}
	if err := p.mayPrune(r, owner); err != nil {
		i.conflict(err)
	}
	return append(list, i)
}

// mayPrune tells why a record stays.
func (p *planner) mayPrune(r definitions.Record, owner string) error {
	switch r := r.(type) {
	case *definitions.Queue:
		if v, err := p.b.Vhost(r.Vhost); err == nil {
			if q, err := v.Queue(r.Name, 0); err == nil {
				return p.mayDelete(q)
			}
		}
	case *definitions.Vhost:
		if r.Metadata.ProtectedFromDeletion {
			return ProtectedError(r.Name)
		}
		if v, err := p.b.Vhost(r.Name); err == nil {
			return p.mayEmpty(v, owner)
		}
	}
	return nil
}

// mayEmpty refuses to delete a vhost in which there is something of somebody
// else.
func (p *planner) mayEmpty(v *vhost.Vhost, owner string) error {
	for _, q := range v.Queues() {
		if p.b.Owner(queueRecord(q)) != owner {
			return InvalidError("queue '" + q.Name + "' in it is not of '" + owner + "'")
		}
	}
	for _, x := range v.Exchanges() {
		if !systemExchange(x.Name) && p.b.Owner(exchangeRecord(x)) != owner {
			return InvalidError("exchange '" + x.Name + "' in it is not of '" + owner + "'")
		}
	}
	return nil
}
