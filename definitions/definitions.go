// Package definitions is the topology of a broker as data: users, vhosts,
// exchanges, queues, bindings and what else an operator may import, export,
// store or replicate. It knows how they are written, and nothing of what they
// do.
package definitions

// The values of Definitions.Format.
const (
	FormatCluster = "cluster"
	FormatVhost   = "single_virtual_host"
)

// Definitions is a set of records, with the keys of RabbitMQ's definitions
// file. A nil list is not written; an empty one is.
type Definitions struct {
	RabbitVersion       string `json:"rabbit_version,omitempty"`
	RabbitMQVersion     string `json:"rabbitmq_version,omitempty"`
	ProductName         string `json:"product_name,omitempty"`
	ProductVersion      string `json:"product_version,omitempty"`
	Format              string `json:"rabbitmq_definition_format,omitempty"`
	OriginalClusterName string `json:"original_cluster_name,omitempty"`
	OriginalVhostName   string `json:"original_vhost_name,omitempty"`
	Explanation         string `json:"explanation,omitempty"`

	// Owner is whose the records are: what somebody made is not for others to
	// change. Empty: nobody's. RabbitMQ has no such key.
	Owner string `json:"owner,omitempty"`

	// What an export of a single vhost says of it.
	Description string    `json:"description,omitempty"`
	Metadata    *Metadata `json:"metadata,omitempty"`
	Limits      Object    `json:"limits,omitzero"`

	Users            []User            `json:"users,omitzero"`
	Vhosts           []Vhost           `json:"vhosts,omitzero"`
	Permissions      []Permission      `json:"permissions,omitzero"`
	TopicPermissions []TopicPermission `json:"topic_permissions,omitzero"`
	Parameters       []Parameter       `json:"parameters,omitzero"`
	GlobalParameters []GlobalParameter `json:"global_parameters,omitzero"`
	Policies         []Policy          `json:"policies,omitzero"`
	Queues           []Queue           `json:"queues,omitzero"`
	Exchanges        []Exchange        `json:"exchanges,omitzero"`
	Bindings         []Binding         `json:"bindings,omitzero"`
}

// Records are all records of d in an order in which they can be created: what
// another refers to comes first. They point into d.
func (d *Definitions) Records() []Record {
	var rs []Record
	rs = appendRecords(rs, d.Users)
	rs = appendRecords(rs, d.Vhosts)
	rs = appendRecords(rs, d.Permissions)
	rs = appendRecords(rs, d.TopicPermissions)
	rs = appendRecords(rs, d.Parameters)
	rs = appendRecords(rs, d.GlobalParameters)
	rs = appendRecords(rs, d.Policies)
	rs = appendRecords(rs, d.Queues)
	rs = appendRecords(rs, d.Exchanges)
	return appendRecords(rs, d.Bindings)
}

// Add puts a copy of r at the end of the list it belongs in.
func (d *Definitions) Add(r Record) {
	switch r := r.(type) {
	case *User:
		d.Users = append(d.Users, *r)
	case *Vhost:
		d.Vhosts = append(d.Vhosts, *r)
	case *Permission:
		d.Permissions = append(d.Permissions, *r)
	case *TopicPermission:
		d.TopicPermissions = append(d.TopicPermissions, *r)
	case *Parameter:
		d.Parameters = append(d.Parameters, *r)
	case *GlobalParameter:
		d.GlobalParameters = append(d.GlobalParameters, *r)
	case *Policy:
		d.Policies = append(d.Policies, *r)
	case *Exchange:
		d.Exchanges = append(d.Exchanges, *r)
	case *Queue:
		d.Queues = append(d.Queues, *r)
	case *Binding:
		d.Bindings = append(d.Bindings, *r)
	}
}

// Complete makes every list that is not there an empty one, as in an export.
func (d *Definitions) Complete() {
	for _, s := range sections {
		s.present(d)
	}
}

// pointer is what makes a *T a Record.
type pointer[T any] interface {
	*T
	Record
}

func appendRecords[T any, P pointer[T]](rs []Record, list []T) []Record {
	for i := range list {
		rs = append(rs, P(&list[i]))
	}
	return rs
}

// InVhost puts the records that name no vhost, as in an export of a single
// one, into vhost.
func (d *Definitions) InVhost(vhost string) {
	for _, r := range d.Records() {
		if at := vhostOf(r); at != nil && *at == "" {
			*at = vhost
		}
	}
}

// OfVhost is what of d is in v, as an export of that vhost alone: its records
// name no vhost. The lists are the caller's, what they point to is not.
func (d *Definitions) OfVhost(v *Vhost) *Definitions {
	metadata := v.Metadata
	of := &Definitions{
		Format: FormatVhost, OriginalVhostName: v.Name,
		Description: v.Metadata.Description, Metadata: &metadata, Limits: v.Limits,
	}
	if of.Limits == nil {
		of.Limits = Object{}
	}
	of.Parameters, of.Policies = inVhost(d.Parameters, v.Name), inVhost(d.Policies, v.Name)
	of.Queues, of.Exchanges, of.Bindings = inVhost(d.Queues, v.Name), inVhost(d.Exchanges, v.Name), inVhost(d.Bindings, v.Name)
	return of
}

// inVhost is what of list is in vhost, without its name.
func inVhost[T any, P pointer[T]](list []T, vhost string) []T {
	in := []T{}
	for _, r := range list {
		if at := vhostOf(P(&r)); *at == vhost {
			*at = ""
			in = append(in, r)
		}
	}
	return in
}

// VhostOf is the name of the vhost r lives in, or empty.
func VhostOf(r Record) string {
	if name := vhostOf(r); name != nil {
		return *name
	}
	return ""
}

// vhostOf points to the name of the vhost r lives in, or is nil.
func vhostOf(r Record) *string {
	switch r := r.(type) {
	case *Permission:
		return &r.Vhost
	case *TopicPermission:
		return &r.Vhost
	case *Parameter:
		return &r.Vhost
	case *Policy:
		return &r.Vhost
	case *Exchange:
		return &r.Vhost
	case *Queue:
		return &r.Vhost
	case *Binding:
		return &r.Vhost
	}
	return nil
}

// header points to the value of a key that is no list, or is nil.
func (d *Definitions) header(key string) any {
	switch key {
	case "rabbit_version":
		return &d.RabbitVersion
	case "rabbitmq_version":
		return &d.RabbitMQVersion
	case "product_name":
		return &d.ProductName
	case "product_version":
		return &d.ProductVersion
	case "rabbitmq_definition_format":
		return &d.Format
	case "original_cluster_name":
		return &d.OriginalClusterName
	case "original_vhost_name":
		return &d.OriginalVhostName
	case "explanation":
		return &d.Explanation
	case "owner":
		return &d.Owner
	case "description":
		return &d.Description
	case "metadata":
		return &d.Metadata
	case "limits":
		return &d.Limits
	}
	return nil
}

// strip takes away what a definitions file never holds.
func (d *Definitions) strip() {
	for i := range d.Queues {
		d.Queues[i].ID, d.Queues[i].Encoded, d.Queues[i].Declared = 0, nil, nil
	}
	for i := range d.Exchanges {
		d.Exchanges[i].ID, d.Exchanges[i].Encoded, d.Exchanges[i].DeclaredBy = 0, nil, ""
	}
	for i := range d.Bindings {
		d.Bindings[i].Encoded = nil
	}
}
