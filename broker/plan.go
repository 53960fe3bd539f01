package broker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/store"
)

// Deed is what an import would do with a record.
type Deed string

// The deeds.
const (
	Create   Deed = "create"
	Change   Deed = "change"
	Keep     Deed = "keep"     // it is there, as it is described
	Conflict Deed = "conflict" // the import would fail here
	Ignore   Deed = "ignore"   // nothing here acts on it
)

// Intent is what an import would do with one record, and why not. Neither
// record has a password, nor a hash of one.
type Intent struct {
	Deed   Deed
	Was    definitions.Record // nil: nothing
	Is     definitions.Record // as it is described
	Reason string
}

// Plan tells what Import of d would do, record by record, without doing it.
func (b *Broker) Plan(d *definitions.Definitions) []Intent {
	p := planner{b: b, users: map[string]bool{}, vhosts: map[string]bool{}, queues: map[place]bool{}, exchanges: map[place]bool{}}
	var list []Intent
	for _, r := range d.Records() {
		was, deed, err := p.plan(r)
		i := Intent{Deed: deed, Was: discreet(was), Is: discreet(r)}
		if err != nil {
			i.Deed, i.Reason = Conflict, reasonOf(err)
		}
		list = append(list, i)
	}
	return list
}

// planner knows what records before the one that is looked at would make.
type planner struct {
	b                 *Broker
	users, vhosts     map[string]bool
	queues, exchanges map[place]bool
}

// place is where something is, by its name.
type place struct{ vhost, name string }

func (p *planner) plan(r definitions.Record) (was definitions.Record, deed Deed, err error) {
	switch r := r.(type) {
	case *definitions.User:
		p.users[r.Name] = true
		return p.planUser(r)
	case *definitions.Vhost:
		p.vhosts[r.Name] = true
		return p.planVhost(r)
	case *definitions.Permission:
		if err := p.need(r.User, r.Vhost); err != nil {
			return nil, "", err
		}
		return planned(p.b.store, r, permissionOf(r).Check())
	case *definitions.TopicPermission:
		if err := p.need(r.User, r.Vhost); err != nil {
			return nil, "", err
		}
		return planned(p.b.store, r, topicPermissionOf(r).Check(r.User, r.Vhost))
	case *definitions.Policy:
		return p.planPolicy(policy.User, r, r)
	case *definitions.Parameter:
		return p.planParameter(r)
	case *definitions.GlobalParameter:
		return planned(p.b.store, r, nil)
	case *definitions.Queue:
		return p.planQueue(r)
	case *definitions.Exchange:
		return p.planExchange(r)
	case *definitions.Binding:
		return p.planBinding(r)
	}
	return nil, "", fmt.Errorf("this release does not support a %s", r.Kind())
}

// planned compares r with what is stored under its identity, unless something is
// wrong with it.
func planned[T definitions.Record](s store.Store, r T, wrong error) (definitions.Record, Deed, error) {
	was, err := load(s, r)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, Create, wrong
	case err != nil:
		return nil, "", err
	case same(was, r):
		return was, Keep, wrong
	}
	return was, Change, wrong
}

// same reports whether two records say the same, however their JSON is written.
func same(a, b any) bool {
	x, err1 := canonical(a)
	y, err2 := canonical(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

func canonical(r any) ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

func (p *planner) need(user, vhostName string) error {
	if p.b.auth.User(user) == nil && !p.users[user] {
		return auth.ErrNoUser
	}
	return p.needVhost(vhostName)
}

func (p *planner) needVhost(name string) error {
	if _, err := p.b.Vhost(name); err != nil && !p.vhosts[name] {
		return err
	}
	return nil
}

// planUser takes a password in plain text for a change: it is hashed with a salt.
func (p *planner) planUser(r *definitions.User) (definitions.Record, Deed, error) {
	if _, err := limitsOf(r.Limits, userLimits); err != nil {
		return nil, "", err
	}
	was, err := load(p.b.store, &definitions.User{Name: r.Name})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, Create, nil
	case err != nil:
		return nil, "", err
	}
	is := *r
	if is.Limits == nil {
		is.Limits = was.Limits
	}
	if same(userOf(was), userOf(&is)) && same(orEmpty(was.Limits), orEmpty(is.Limits)) && r.Password == "" {
		return was, Keep, nil
	}
	return was, Change, nil
}

func orEmpty(o definitions.Object) definitions.Object {
	if o == nil {
		return definitions.Object{}
	}
	return o
}

func (p *planner) planVhost(r *definitions.Vhost) (definitions.Record, Deed, error) {
	if _, err := p.b.checkVhost(r); err != nil {
		return nil, "", err
	}
	was, err := load(p.b.store, &definitions.Vhost{Name: r.Name})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, Create, nil
	case err != nil:
		return nil, "", err
	}
	is := *was
	become(&is, r)
	if same(was, &is) {
		return was, Keep, nil
	}
	return was, Change, nil
}

func (p *planner) planPolicy(by policy.Author, d *definitions.Policy, r definitions.Record) (definitions.Record, Deed, error) {
	if err := p.needVhost(d.Vhost); err != nil {
		return nil, "", err
	}
	set := policy.NewSet(true)
	v, _ := p.b.Vhost(d.Vhost)
	if v != nil {
		set = v.Policies()
	}
	is := policyOf(by, d)
	if _, err := set.With(is); err != nil {
		return nil, "", err
	}
	was, there := set.Policy(by, is.Name)
	if !there {
		return nil, Create, nil
	}
	old, err := policyRecord(by, policyDefinition(was))
	if err != nil {
		return nil, "", err
	}
	if same(policyDefinition(was), policyDefinition(is)) {
		return old, Keep, nil
	}
	return old, Change, nil
}

func (p *planner) planParameter(r *definitions.Parameter) (definitions.Record, Deed, error) {
	if err := p.needVhost(r.Vhost); err != nil {
		return nil, "", err
	}
	_, kept := keptComponents[r.Component]
	switch {
	case r.Component == definitions.OperatorPolicy:
		d, err := r.Policy()
		if err != nil {
			return nil, "", err
		}
		return p.planPolicy(policy.Operator, d, r)
	case r.Component == limitsComponent:
		return p.planLimits(r)
	case !kept:
		return nil, Ignore, nil
	}
	return planned(p.b.store, r, nil)
}

func (p *planner) planLimits(r *definitions.Parameter) (definitions.Record, Deed, error) {
	var limits definitions.Object
	if r.Name != limitsName || json.Unmarshal(r.Value, &limits) != nil {
		return nil, "", ParameterError("the limits of a vhost are an object named '" + limitsName + "'")
	}
	if _, err := limitsOf(limits, vhostLimits); err != nil {
		return nil, "", err
	}
	was, there := p.b.Parameter(limitsComponent, r.Vhost, limitsName)
	switch {
	case !there:
		return nil, Create, nil
	case same(was, r):
		return was, Keep, nil
	}
	return was, Change, nil
}

// discreet is r without passwords.
func discreet(r definitions.Record) definitions.Record {
	if u, ok := r.(*definitions.User); ok {
		hidden := *u
		hidden.Password, hidden.PasswordHash = "", ""
		return &hidden
	}
	return r
}
