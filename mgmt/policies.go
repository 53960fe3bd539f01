package mgmt

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
)

// policies answers for the policies of one author.
type policies struct {
	*API
	by policy.Author
}

func (a *API) policyRoutes(r chi.Router) {
	users, operators := policies{a, policy.User}, policies{a, policy.Operator}
	r.Get("/api/policies", a.inVhost(users.list))
	r.Get("/api/policies/{vhost}", a.inVhost(users.list))
	r.Get("/api/policies/{vhost}/{name}", a.asPolicymaker(users.one))
	r.Put("/api/policies/{vhost}/{name}", a.asPolicymaker(users.put))
	r.Delete("/api/policies/{vhost}/{name}", a.asPolicymaker(users.remove))
	r.Get("/api/operator-policies", a.inVhost(operators.list))
	r.Get("/api/operator-policies/{vhost}", a.inVhost(operators.list))
	r.Get("/api/operator-policies/{vhost}/{name}", a.as("administrator", operators.one))
	r.Put("/api/operator-policies/{vhost}/{name}", a.as("administrator", operators.put))
	r.Delete("/api/operator-policies/{vhost}/{name}", a.as("administrator", operators.remove))
}

// list answers the policies that u may see, the lowest priority first.
func (p policies) list(w http.ResponseWriter, r *http.Request, u *auth.User) {
	rows := []*definitions.Policy{}
	vhost, found := parameter(r, "vhost"), false
	for _, v := range p.broker.Vhosts() {
		if vhost != "" && v.Name != vhost || !p.sees(u, v.Name) {
			continue
		}
		found = true
		in, _ := p.broker.Policies(p.by, v.Name) // none in a vhost just deleted
		rows = append(rows, in...)
	}
	if vhost != "" && !found {
		notHere(w, r)
		return
	}
	list[*definitions.Policy]{
		name: func(d *definitions.Policy) string { return d.Name }, order: []string{"priority", "vhost", "name"}, keys: policyKeys,
		show: func(d *definitions.Policy) any { return d },
	}.answer(w, r, rows)
}

var policyKeys = map[string]func(*definitions.Policy) sorter{
	"vhost":    func(d *definitions.Policy) sorter { return byText(d.Vhost) },
	"name":     func(d *definitions.Policy) sorter { return byText(d.Name) },
	"priority": func(d *definitions.Policy) sorter { return byNumber(d.Priority) },
}

func (p policies) one(w http.ResponseWriter, r *http.Request) {
	list, _ := p.broker.Policies(p.by, parameter(r, "vhost"))
	at := slices.IndexFunc(list, func(d *definitions.Policy) bool { return d.Name == parameter(r, "name") })
	if at < 0 {
		notHere(w, r)
		return
	}
	answerOne(w, r, list[at])
}

func (p policies) put(w http.ResponseWriter, r *http.Request) {
	d := definitions.Policy{Vhost: parameter(r, "vhost"), Name: parameter(r, "name")}
	if _, err := p.broker.Vhost(d.Vhost); err != nil {
		fail(w, http.StatusNotFound, "not_found", "vhost_not_found")
		return
	}
	if why := decodePolicy(w, r, &d); why != "" {
		fail(w, http.StatusBadRequest, "bad_request", why)
		return
	}
	created, err := p.acting(r).PutPolicy(p.by, &d)
	put(w, created, err)
}

// maxPolicyBytes bounds the body of a request.
const maxPolicyBytes = 1 << 20

// decodePolicy reads d from the body, or tells what is wrong with that.
func decodePolicy(w http.ResponseWriter, r *http.Request, d *definitions.Policy) string {
	var body struct {
		Pattern    *string             `json:"pattern"`
		ApplyTo    string              `json:"apply-to"`
		Definition *definitions.Object `json:"definition"`
		Priority   int                 `json:"priority"`
	}
	err := json.NewDecoder(bounded(w, r, maxPolicyBytes)).Decode(&body)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		reason := fmt.Sprintf("%s should not be of type %s", cmp.Or(wrong.Field, "the body"), wrong.Value)
		return (&policy.Invalid{Reasons: []string{reason}}).Error()
	}
	if err != nil {
		return "not_json"
	}
	var missing []string
	if body.Pattern == nil {
		missing = append(missing, "{key_missing,pattern}")
	}
	if body.Definition == nil {
		missing = append(missing, "{key_missing,definition}")
	}
	if len(missing) > 0 {
		return "[" + strings.Join(missing, ",") + "]"
	}
	d.Pattern, d.ApplyTo, d.Definition, d.Priority = *body.Pattern, body.ApplyTo, *body.Definition, body.Priority
	return ""
}

func (p policies) remove(w http.ResponseWriter, r *http.Request) {
	there, err := p.acting(r).DeletePolicy(p.by, parameter(r, "vhost"), parameter(r, "name"))
	if !there {
		notHere(w, r)
		return
	}
	done(w, err)
}
