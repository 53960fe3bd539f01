package definitions

import "encoding/json"

// Kind names a sort of record as the lists of a definitions file do, but in
// the singular.
type Kind string

// The kinds of records.
const (
	KindUser            Kind = "user"
	KindVhost           Kind = "vhost"
	KindPermission      Kind = "permission"
	KindTopicPermission Kind = "topic_permission"
	KindParameter       Kind = "parameter"
	KindGlobalParameter Kind = "global_parameter"
	KindPolicy          Kind = "policy"
	KindExchange        Kind = "exchange"
	KindQueue           Kind = "queue"
	KindBinding         Kind = "binding"
)

// Record is one of the types below, by pointer.
type Record interface {
	// Kind is the sort of the record.
	Kind() Kind
	// identity is what tells records of a kind apart, the vhost first.
	identity() []string
}

// User is an account.
type User struct {
	Name             string `json:"name"`
	PasswordHash     string `json:"password_hash"`
	HashingAlgorithm string `json:"hashing_algorithm,omitempty"`
	Password         string `json:"password,omitempty"` // import only: whoever imports it hashes and clears it
	Tags             Tags   `json:"tags"`
	Limits           Object `json:"limits"`
}

// Vhost is a namespace of exchanges and queues.
type Vhost struct {
	Name     string   `json:"name"`
	Metadata Metadata `json:"metadata"`
	Limits   Object   `json:"limits"`
	Tracing  bool     `json:"tracing,omitempty"` // the firehose is on
}

// Metadata describes a vhost.
type Metadata struct {
	Description      string `json:"description"`
	Tags             Tags   `json:"tags"`
	DefaultQueueType string `json:"default_queue_type,omitempty"`
	// ProtectedFromDeletion keeps the vhost until an operator says otherwise.
	ProtectedFromDeletion bool `json:"protected_from_deletion,omitempty"`
}

// Permission grants a user rights in a vhost, by regular expressions.
type Permission struct {
	User      string `json:"user"`
	Vhost     string `json:"vhost,omitempty"`
	Configure string `json:"configure"`
	Write     string `json:"write"`
	Read      string `json:"read"`
}

// TopicPermission limits the routing keys a user may use on an exchange.
type TopicPermission struct {
	User     string `json:"user"`
	Vhost    string `json:"vhost,omitempty"`
	Exchange string `json:"exchange"`
	Write    string `json:"write"`
	Read     string `json:"read"`
}

// Parameter is a setting of a component in a vhost; its value is the
// component's business.
type Parameter struct {
	Vhost     string          `json:"vhost,omitempty"`
	Component string          `json:"component"`
	Name      string          `json:"name"`
	Value     json.RawMessage `json:"value"`
}

// GlobalParameter is a setting of the whole cluster.
type GlobalParameter struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

// Policy gives arguments to the queues and exchanges whose name its pattern
// matches.
type Policy struct {
	Vhost      string `json:"vhost,omitempty"`
	Name       string `json:"name"`
	Pattern    string `json:"pattern"`
	ApplyTo    string `json:"apply-to"`
	Definition Object `json:"definition"`
	Priority   int    `json:"priority"`
}

// Exchange is a durable exchange.
type Exchange struct {
	Vhost      string `json:"vhost,omitempty"`
	Name       string `json:"name"`
	Type       string `json:"type"`
	Durable    bool   `json:"durable"`
	AutoDelete bool   `json:"auto_delete"`
	Internal   bool   `json:"internal,omitempty"`
	Arguments  Object `json:"arguments"`
	Encoded    []byte `json:"encoded_arguments,omitempty"`
	DeclaredBy string `json:"declared_by,omitempty"` // the user; "" the broker itself
	ID         uint64 `json:"id,omitempty"`          // the broker's number for what it remembers
}

// Queue is a durable queue.
type Queue struct {
	Vhost      string `json:"vhost,omitempty"`
	Name       string `json:"name"`
	Type       string `json:"type,omitempty"`
	Durable    bool   `json:"durable"`
	AutoDelete bool   `json:"auto_delete"`
	Arguments  Object `json:"arguments"`
	Encoded    []byte `json:"encoded_arguments,omitempty"`
	Declared   []byte `json:"declared_arguments,omitempty"` // encoded, where Arguments were changed since
	ID         uint64 `json:"id,omitempty"`                 // the broker's number for it
	Protected  bool   `json:"protected,omitempty"`          // not deleted when a client asks
	Paused     bool   `json:"paused,omitempty"`             // delivers nothing
}

// Binding ties a queue or exchange to an exchange. The Encoded arguments of
// bindings, exchanges and queues, here and above, keep the types that JSON
// loses; they are opaque bytes, written to the store and never exported.
type Binding struct {
	Vhost           string `json:"vhost,omitempty"`
	Source          string `json:"source"`
	Destination     string `json:"destination"`
	DestinationType string `json:"destination_type"` // "queue" or "exchange"
	RoutingKey      string `json:"routing_key"`
	Arguments       Object `json:"arguments"`
	Encoded         []byte `json:"encoded_arguments,omitempty"`
}

// Kind implements Record.
func (*User) Kind() Kind { return KindUser }

// Kind implements Record.
func (*Vhost) Kind() Kind { return KindVhost }

// Kind implements Record.
func (*Permission) Kind() Kind { return KindPermission }

// Kind implements Record.
func (*TopicPermission) Kind() Kind { return KindTopicPermission }

// Kind implements Record.
func (*Parameter) Kind() Kind { return KindParameter }

// Kind implements Record.
func (*GlobalParameter) Kind() Kind { return KindGlobalParameter }

// Kind implements Record.
func (*Policy) Kind() Kind { return KindPolicy }

// Kind implements Record.
func (*Exchange) Kind() Kind { return KindExchange }

// Kind implements Record.
func (*Queue) Kind() Kind { return KindQueue }

// Kind implements Record.
func (*Binding) Kind() Kind { return KindBinding }
