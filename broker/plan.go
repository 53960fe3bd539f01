package broker

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/vhost"
)

// Plan tells what Apply would do with the definitions, record by record, without
// doing it.
func (b *Broker) Plan(docs []*definitions.Definitions, o ApplyOptions) []Intent {
	b.applying.Lock()
	defer b.applying.Unlock()
	return b.plan(docs, o)
}

// plan is Plan with the lock held.
func (b *Broker) plan(docs []*definitions.Definitions, o ApplyOptions) []Intent {
	p := planner{
		b: b, options: o, users: map[string]bool{}, vhosts: map[string]*vhost.Vhost{},
		queues: map[place]bool{}, exchanges: map[place]bool{}, bindings: map[*vhost.Exchange]map[string]*vhost.Binding{},
	}
	wanted := wants(docs)
	list := make([]Intent, 0, len(wanted))
	for _, w := range wanted {
		list = append(list, p.intent(w))
	}
	if o.Prune {
		list = append(list, p.prune(docs, wanted)...)
	}
	return list
}

// want is a record that is described, and in whose name.
type want struct {
	r     definitions.Record
	owner string
}

// wants are the records of all definitions, in an order in which they can be
// made. What is described twice in the same words is there once.
func wants(docs []*definitions.Definitions) (list []want) {
	said := map[string]definitions.Record{}
	for _, d := range docs {
		for _, r := range d.Records() {
			key := string(definitions.Key(r))
			if was, twice := said[key]; twice && same(was, r) {
				continue
			}
			said[key] = r
			list = append(list, want{r, d.Owner})
		}
	}
	slices.SortStableFunc(list, func(a, b want) int {
		return cmp.Compare(slices.Index(definitions.Kinds, a.r.Kind()), slices.Index(definitions.Kinds, b.r.Kind()))
	})
	return list
}

// intent plans one record.
func (p *planner) intent(w want) Intent {
	was, deed, err := p.plan(w.r)
	i := Intent{Deed: deed, Was: discreet(was), Is: discreet(w.r), owner: w.owner, was: was, is: w.r}
	if err != nil {
		i.conflict(err)
		if p.options.Replace && was != nil {
			p.replace(&i)
		}
	}
	other := p.b.Owner(w.r)
	if changes := i.Deed == Change || i.Deed == Recreate; changes && !p.options.Replace && other != "" && w.owner != "" && other != w.owner {
		i.conflict(OwnedError(other))
	}
	return i
}

// OwnedError refuses to change what belongs to the owner of that name.
type OwnedError string

// Error implements error.
func (e OwnedError) Error() string {
	return "it belongs to '" + string(e) + "', and is otherwise there"
}

// planner knows what records before the one that is looked at would make.
type planner struct {
	b                 *Broker
	options           ApplyOptions
	users             map[string]bool
	vhosts            map[string]*vhost.Vhost // those that are not there stand empty
	queues, exchanges map[place]bool
	bindings          map[*vhost.Exchange]map[string]*vhost.Binding
}

// place is where something is, by its name.
type place struct{ vhost, name string }

func (p *planner) plan(r definitions.Record) (was definitions.Record, deed Deed, err error) {
	switch r := r.(type) {
	case *definitions.User:
		p.users[r.Name] = true
		return p.planUser(r)
	case *definitions.Vhost:
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
	_, err := p.vhost(name)
	return err
}

// vhost is a vhost that is there, or an empty one that could be: it takes
// declarations to be checked, and nothing is declared in it.
func (p *planner) vhost(name string) (*vhost.Vhost, error) {
	if v := p.vhosts[name]; v != nil {
		return v, nil
	}
	return p.b.Vhost(name)
}

// planUser finds out whether a password in plain text is the one that is there.
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
	if verifies(was, r) {
		is.PasswordHash, is.HashingAlgorithm, is.Password = was.PasswordHash, was.HashingAlgorithm, ""
	}
	if is.Password == "" && same(userOf(was), userOf(&is)) && same(orEmpty(was.Limits), orEmpty(is.Limits)) {
		return was, Keep, nil
	}
	return was, Change, nil
}

// verifies reports whether the password in r is the one that was has already,
// hashed as r wants it.
func verifies(was, r *definitions.User) bool {
	algorithm := cmp.Or(r.HashingAlgorithm, was.HashingAlgorithm)
	return r.Password != "" && algorithm == was.HashingAlgorithm && auth.Verify(algorithm, was.PasswordHash, r.Password)
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
		v, err := vhost.New(r.Name, p.b.vopts)
		if err == nil {
			v.SetDefaultKind(r.Metadata.DefaultQueueType)
			p.vhosts[r.Name] = v
		}
		return nil, Create, err
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
	v, err := p.vhost(d.Vhost)
	if err != nil {
		return nil, "", err
	}
	set := v.Policies()
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
	case r.Component == definitions.ScheduleComponent:
		_, err := checkSchedule(r)
		return planned(p.b.store, r, err)
	case !kept:
		return nil, Ignore, nil
	}
	return planned(p.b.store, r, nil)
}

func (p *planner) planLimits(r *definitions.Parameter) (definitions.Record, Deed, error) {
	var limits definitions.Object
	switch {
	case r.Name != limitsName:
		return nil, "", ParameterError("the limits of a vhost are named '" + limitsName + "'")
	case json.Unmarshal(r.Value, &limits) != nil:
		return nil, "", ParameterError("the limits of a vhost are an object")
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

// discreet is r without passwords, and without what only the store holds.
func discreet(r definitions.Record) definitions.Record {
	switch r := r.(type) {
	case *definitions.User:
		hidden := *r
		hidden.Password, hidden.PasswordHash = "", ""
		return &hidden
	case *definitions.Queue:
		shown := *r
		shown.ID, shown.Encoded, shown.Declared = 0, nil, nil
		return &shown
	case *definitions.Exchange:
		shown := *r
		shown.Encoded, shown.DeclaredBy = nil, ""
		return &shown
	case *definitions.Binding:
		shown := *r
		shown.Encoded = nil
		return &shown
	}
	return r
}
