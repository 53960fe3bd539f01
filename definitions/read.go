package definitions

import (
	"fmt"
	"path/filepath"
	"strings"
)

// reader makes records of a file that people wrote. What is not as its shape
// says was told already, and is read as if it were not there.
type reader struct {
	source   Source
	d        *Document
	problems Problems
}

func (r *reader) refuse(at Place, format string, args ...any) {
	r.problems = append(r.problems, Problem{Place: at, Text: fmt.Sprintf(format, args...)})
}

func (r *reader) doubt(at Place, format string, args ...any) {
	r.d.Doubts = append(r.d.Doubts, Problem{Place: at, Text: fmt.Sprintf(format, args...), Doubt: true})
}

// add takes a record that is described at that place.
func (r *reader) add(at Place, rec Record) {
	id := string(Key(rec))
	if first, twice := r.d.places[id]; twice {
		r.refuse(at, "%s is described twice, first at line %d", Title(rec), first.Line)
		return
	}
	r.d.places[id] = at
	r.d.Add(rec)
}

// value reads what is under key of n, an object of that shape, or is nil.
func value(n *node, s *shape, key string) any {
	k := s.key(key)
	v := n.at(key)
	if k == nil || v == nil || !k.shape.fits(v) {
		return nil
	}
	is, err := k.shape.value(v)
	if err != nil {
		return nil
	}
	return is
}

func textOf(n *node, s *shape, key string) string {
	t, _ := value(n, s, key).(string)
	return t
}

func flagOf(n *node, s *shape, key string, otherwise bool) bool {
	if is, ok := value(n, s, key).(bool); ok {
		return is
	}
	return otherwise
}

// words reads a text or a list of them; nil when there is none.
func words(n *node) Tags {
	if n.null() {
		return nil
	}
	items := []*node{n}
	if n.items != nil {
		items = n.items
	}
	tags := Tags{}
	for _, item := range items {
		if item != nil && item.text != "" {
			tags = append(tags, item.text)
		}
	}
	return tags
}

// free reads arguments that are written word for word.
func free(n *node) Object {
	if o, err := n.object(); err == nil && !n.null() {
		return o
	}
	return Object{}
}

// limits are those under names with dashes; nil when there are none.
func limits(n *node) Object {
	if n.null() {
		return nil
	}
	o := Object{}
	for _, e := range n.entries {
		if v, ok := e.value.number(); ok {
			o[strings.ReplaceAll(e.key, "_", "-")] = v
		}
	}
	return o
}

func (r *reader) file(n *node) {
	r.d.Owner = textOf(n, &fileShape, "owner")
	for _, e := range n.at("users").members() {
		r.user(e)
	}
	for _, e := range n.at("global_parameters").members() {
		if value := raw(e.value); value != nil {
			r.add(e.Place, &GlobalParameter{Name: e.key, Value: value})
		}
	}
	for _, e := range n.at("vhosts").members() {
		r.vhost(e)
	}
}

func (r *reader) user(e entry) {
	n := e.value
	u := &User{
		Name: e.key, Password: textOf(n, &userShape, "password"), PasswordHash: textOf(n, &userShape, "password_hash"),
		HashingAlgorithm: textOf(n, &userShape, "hashing_algorithm"), Tags: words(n.at("tags")), Limits: limits(n.at("limits")),
	}
	if u.Tags == nil {
		u.Tags = Tags{}
	}
	r.password(e, u)
	r.add(e.Place, u)
	for _, p := range n.at("permissions").members() {
		r.permission(p, e.key, p.key)
	}
	for _, v := range n.at("topic_permissions").members() {
		r.topicPermissions(v.value, e.key, v.key)
	}
}

// password finds the one way in which the password is said.
func (r *reader) password(e entry, u *User) {
	n := e.value
	var said []string
	for _, key := range []string{"password", "password_file", "password_hash"} {
		if n.at(key) != nil {
			said = append(said, key)
		}
	}
	switch {
	case len(said) == 0:
		r.refuse(e.Place, "user '%s' has none of password, password_file and password_hash ('' is a hash that nobody can log in with)", e.key)
	case len(said) > 1:
		r.refuse(n.at(said[1]).Place, "user '%s' has both %s and %s", e.key, said[0], said[1])
	case said[0] == "password" && u.Password == "" && n.at("password").tag == "!!str" && !n.at("password").failed:
		r.refuse(n.at("password").Place, "the password of user '%s' is empty", e.key)
	case said[0] == "password_file":
		u.Password = r.secret(n.at("password_file"))
	}
	if u.PasswordHash != "" && u.HashingAlgorithm == "" {
		u.HashingAlgorithm = "rabbit_password_hashing_sha256"
	}
}

// secret reads a file with a password, and a line feed or none after it.
func (r *reader) secret(n *node) string {
	if n.text == "" {
		return ""
	}
	path := n.text
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(r.d.Name), path)
	}
	if r.source.ReadFile == nil {
		r.refuse(n.Place, "files cannot be read here")
		return ""
	}
	content, err := r.source.ReadFile(path)
	password := strings.TrimRight(string(content), "\r\n")
	switch {
	case err != nil:
		r.refuse(n.Place, "%s", err)
	case password == "":
		r.refuse(n.Place, "%s holds no password", path)
	}
	return password
}

func (r *reader) permission(e entry, user, vhost string) {
	p := &Permission{User: user, Vhost: vhost, Configure: ".*", Write: ".*", Read: ".*"}
	if e.value != nil && e.value.text != "full" {
		s := &permissionShape
		p.Configure, p.Write, p.Read = textOf(e.value, s, "configure"), textOf(e.value, s, "write"), textOf(e.value, s, "read")
	}
	r.add(e.Place, p)
}

func (r *reader) topicPermissions(n *node, user, vhost string) {
	for _, e := range n.members() {
		s := &topicPermissionShape
		r.add(e.Place, &TopicPermission{
			User: user, Vhost: vhost, Exchange: e.key, Write: textOf(e.value, s, "write"), Read: textOf(e.value, s, "read"),
		})
	}
}

func (r *reader) vhost(e entry) {
	n, s := e.value, &vhostShape
	r.add(e.Place, &Vhost{
		Name: e.key, Limits: limits(n.at("limits")), Tracing: flagOf(n, s, "tracing", false),
		Metadata: Metadata{
			Description: textOf(n, s, "description"), Tags: words(n.at("tags")),
			DefaultQueueType: textOf(n, s, "default_queue_type"), ProtectedFromDeletion: flagOf(n, s, "protected", false),
		},
	})
	for _, p := range n.at("permissions").members() {
		r.permission(p, p.key, e.key)
	}
	for _, u := range n.at("topic_permissions").members() {
		r.topicPermissions(u.value, u.key, e.key)
	}
	for _, x := range n.at("exchanges").members() {
		r.exchange(x, e.key)
	}
	for _, q := range n.at("queues").members() {
		r.queue(q, e.key)
	}
	for _, p := range n.at("policies").members() {
		r.add(p.Place, r.policy(p, e.key))
	}
	for _, p := range n.at("operator_policies").members() {
		if parameter, err := r.policy(p, e.key).Parameter(); err == nil {
			r.add(p.Place, parameter)
		}
	}
	for _, x := range n.at("schedules").members() {
		if value := raw(x.value); value != nil {
			r.add(x.Place, &Parameter{Vhost: e.key, Component: ScheduleComponent, Name: x.key, Value: value})
		}
	}
	r.parameters(n.at("parameters"), e.key)
}

func (r *reader) parameters(n *node, vhost string) {
	for _, c := range n.members() {
		for _, e := range c.value.members() {
			if value := raw(e.value); value != nil {
				r.add(e.Place, &Parameter{Vhost: vhost, Component: c.key, Name: e.key, Value: value})
			}
		}
	}
}

func (r *reader) policy(e entry, vhost string) *Policy {
	n, s := e.value, &policyShape
	p := &Policy{
		Vhost: vhost, Name: e.key, Pattern: textOf(n, s, "pattern"), ApplyTo: orWords(textOf(n, s, "apply_to"), "all"),
		Definition: Object{},
	}
	if priority, ok := value(n, s, "priority").(int64); ok {
		p.Priority = int(priority)
	}
	definition := s.key("definition").shape
	for _, d := range n.at("definition").members() {
		if v := value(n.at("definition"), definition, d.key); v != nil {
			p.Definition[d.key] = v
		}
	}
	return p
}
