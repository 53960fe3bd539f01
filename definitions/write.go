package definitions

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// YAML writes d as people do: what Read makes of it is d, without what only an
// export says of itself. Hashes of passwords are in it, passwords never.
func (d *Definitions) YAML() ([]byte, error) {
	w := writer{d: d, vhosts: map[string]*branch{}}
	top := w.file()
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(top.node()); err != nil {
		return nil, err
	}
	return out.Bytes(), e.Close()
}

// branch is an object that is being written: its keys come in the order in
// which they were set first.
type branch struct {
	keys   []string
	values map[string]any // *branch, []any or a scalar
}

func newBranch() *branch { return &branch{values: map[string]any{}} }

// set puts v under key, unless it says nothing.
func (b *branch) set(key string, v any) {
	switch v := v.(type) {
	case string:
		if v == "" {
			return
		}
	case bool:
		if !v {
			return
		}
	case Tags:
		if len(v) == 0 {
			return
		}
		b.put(key, texts(v))
		return
	case Object:
		if len(v) == 0 {
			return
		}
		b.put(key, map[string]any(v))
		return
	}
	b.put(key, v)
}

// put puts v under key.
func (b *branch) put(key string, v any) {
	if _, ok := b.values[key]; !ok {
		b.keys = append(b.keys, key)
	}
	b.values[key] = v
}

// under is the branch under keys, made where it is missing.
func (b *branch) under(keys ...string) *branch {
	for _, key := range keys {
		next, ok := b.values[key].(*branch)
		if !ok {
			next = newBranch()
			b.put(key, next)
		}
		b = next
	}
	return b
}

func texts(words []string) []any {
	list := make([]any, len(words))
	for i, w := range words {
		list[i] = w
	}
	return list
}

func (b *branch) node() *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, key := range b.keys {
		n.Content = append(n.Content, scalarNode(key), valueNode(b.values[key]))
	}
	return n
}

func valueNode(v any) *yaml.Node {
	switch v := v.(type) {
	case *branch:
		return v.node()
	case string:
		return scalarNode(v)
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range v {
			n.Content = append(n.Content, valueNode(item))
		}
		return n
	case map[string]any:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.Content = append(n.Content, scalarNode(key), valueNode(v[key]))
		}
		return n
	}
	n := &yaml.Node{}
	if err := n.Encode(v); err != nil {
		return scalarNode("")
	}
	return n
}

// scalarNode is a text, in quotes where it would be something else without.
// What looks like a variable is none.
func scalarNode(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(unexpanded(s))
	if strings.Contains(s, "\n") || n.Tag != "!!str" || s == "<<" {
		n.Kind, n.Tag, n.Value, n.Style = yaml.ScalarNode, "!!str", unexpanded(s), yaml.DoubleQuotedStyle
	}
	return n
}

type writer struct {
	d      *Definitions
	top    *branch
	vhosts map[string]*branch
}

func (w *writer) file() *branch {
	w.top = newBranch()
	w.top.put("version", Version)
	w.top.set("owner", w.d.Owner)
	for _, r := range w.d.Records() {
		w.record(r)
	}
	return w.top
}

func (w *writer) in(vhost string, keys ...string) *branch {
	return w.top.under("vhosts", vhost).under(keys...)
}

func (w *writer) record(r Record) {
	switch r := r.(type) {
	case *User:
		w.user(r)
	case *Vhost:
		w.vhost(r)
	case *Permission:
		b := w.in(r.Vhost, "permissions", r.User)
		b.put("configure", r.Configure)
		b.put("write", r.Write)
		b.put("read", r.Read)
	case *TopicPermission:
		b := w.in(r.Vhost, "topic_permissions", r.User, r.Exchange)
		b.put("write", r.Write)
		b.put("read", r.Read)
	case *Parameter:
		w.parameter(r)
	case *GlobalParameter:
		w.top.under("global_parameters").put(r.Name, decoded(r.Value))
	case *Policy:
		w.policy(r, "policies")
	case *Exchange:
		w.exchange(r)
	case *Queue:
		w.queue(r)
	case *Binding:
		w.binding(r)
	}
}

// decoded is JSON as it is written in YAML.
func decoded(text json.RawMessage) any {
	var o Object
	if json.Unmarshal([]byte(`{"v":`+string(text)+`}`), &o) != nil {
		return nil
	}
	return o["v"]
}

func (w *writer) user(u *User) {
	b := w.top.under("users", u.Name)
	b.put("password_hash", u.PasswordHash)
	if u.PasswordHash != "" {
		b.set("hashing_algorithm", u.HashingAlgorithm)
	}
	b.set("tags", u.Tags)
	b.set("limits", underscored(u.Limits))
}

// underscored is o with the names that files have for limits.
func underscored(o Object) Object {
	out := Object{}
	for key, v := range o {
		out[strings.ReplaceAll(key, "-", "_")] = v
	}
	return out
}

func (w *writer) vhost(v *Vhost) {
	b := w.in(v.Name)
	b.set("description", v.Metadata.Description)
	b.set("tags", v.Metadata.Tags)
	b.set("default_queue_type", v.Metadata.DefaultQueueType)
	b.set("protected", v.Metadata.ProtectedFromDeletion)
	b.set("tracing", v.Tracing)
	b.set("limits", underscored(v.Limits))
}

// parameter leaves out the limits of a vhost, which stand with it.
func (w *writer) parameter(p *Parameter) {
	switch {
	case p.Component == OperatorPolicy:
		if policy, err := p.Policy(); err == nil {
			w.policy(policy, "operator_policies")
		}
	case p.Component == ScheduleComponent:
		w.in(p.Vhost, "schedules").put(p.Name, decoded(p.Value))
	case p.Component == "vhost-limits":
		if limits, ok := decoded(p.Value).(map[string]any); ok {
			w.in(p.Vhost).set("limits", underscored(limits))
		}
	default:
		w.in(p.Vhost, "parameters", p.Component).put(p.Name, decoded(p.Value))
	}
}

func (w *writer) policy(p *Policy, list string) {
	b := w.in(p.Vhost, list, p.Name)
	b.put("pattern", p.Pattern)
	if p.ApplyTo != "all" {
		b.set("apply_to", p.ApplyTo)
	}
	if p.Priority != 0 {
		b.put("priority", p.Priority)
	}
	definition := b.under("definition")
	for _, key := range slices.Sorted(maps.Keys(p.Definition)) {
		definition.put(key, p.Definition[key])
	}
}

func (w *writer) exchange(x *Exchange) {
	if isSystem(x.Name) {
		return
	}
	b := w.in(x.Vhost, "exchanges", x.Name)
	b.put("type", x.Type)
	if !x.Durable {
		b.put("durable", false)
	}
	b.set("auto_delete", x.AutoDelete)
	b.set("internal", x.Internal)
	args := maps.Clone(x.Arguments)
	if name, ok := args["alternate-exchange"].(string); ok && name != "" {
		b.put("alternate", name)
		delete(args, "alternate-exchange")
	}
	b.set("arguments", args)
}

func (w *writer) queue(q *Queue) {
	b := w.in(q.Vhost, "queues", q.Name)
	args := maps.Clone(q.Arguments)
	if t := typeOf(q); slices.Contains(queueTypes, t) { // else it stands word for word
		b.set("type", t)
		delete(args, "x-queue-type")
	}
	if !q.Durable {
		b.put("durable", false)
	}
	b.set("auto_delete", q.AutoDelete)
	b.set("protected", q.Protected)
	b.set("paused", q.Paused)
	for i := range arguments {
		a := &arguments[i]
		if v, ok := a.shape.written(args[a.key]); ok {
			b.put(a.name(), v)
			delete(args, a.key)
		}
	}
	b.set("arguments", args)
}

// written is v as a file says it, if v can be said in this shape at all.
func (s *shape) written(v any) (any, bool) {
	switch v := v.(type) {
	case int64:
		switch {
		case v < s.least || s.most > 0 && v > s.most:
			return nil, false
		case s.form == durationForm:
			return unitNode(v, durations), true
		case s.form == sizeForm:
			return unitNode(v, sizes[:4]), true
		}
		return v, s.form == numberForm
	case string:
		return v, s.form == textForm && (len(s.choices) == 0 || slices.Contains(s.choices, v))
	case bool:
		return v, s.form == flagForm
	}
	return nil, false
}

// unitNode is a number, or a text with a unit.
func unitNode(n int64, units []unit) any {
	if text := printUnit(n, units); strings.Trim(text, "0123456789") != "" {
		return text
	}
	return n
}

func (w *writer) binding(b *Binding) {
	if b.Source == "" { // every queue has it
		return
	}
	at := w.in(b.Vhost, b.DestinationType+"s", b.Destination)
	one := newBranch()
	one.put("to", b.Source)
	one.set("key", b.RoutingKey)
	one.set("arguments", b.Arguments)
	list, _ := at.values["bind"].([]any)
	at.put("bind", append(list, one))
}
