package mgmt

import (
	"encoding/json"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
)

func (a *API) parameterRoutes(r chi.Router) {
	r.Get("/api/parameters", a.inVhost(a.parameters))
	r.Get("/api/parameters/{component}", a.inVhost(a.parameters))
	r.Get("/api/parameters/{component}/{vhost}", a.inVhost(a.parameters))
	const one = "/api/parameters/{component}/{vhost}/{name}"
	r.Get(one, a.asPolicymaker(a.oneParameter))
	r.Put(one, a.asPolicymaker(a.putParameter))
	r.Delete(one, a.asPolicymaker(a.deleteParameter))
	r.Get("/api/global-parameters", a.as("policymaker", a.globalParameters))
	r.Get("/api/global-parameters/{name}", a.as("policymaker", a.globalParameter))
	r.Put("/api/global-parameters/{name}", a.as("policymaker", a.putGlobalParameter))
	r.Delete("/api/global-parameters/{name}", a.as("policymaker", a.deleteGlobalParameter))
}

// parameters answers those of a component and a vhost that u may see.
func (a *API) parameters(w http.ResponseWriter, r *http.Request, u *auth.User) {
	if !has(u, "policymaker") {
		refuse(w, "User not authorised to access object")
		return
	}
	if given(r, "vhost") && !a.hasVhost(r) {
		notHere(w, r)
		return
	}
	all, err := a.broker.Parameters()
	if err != nil {
		problem(w, err)
		return
	}
	rows := []definitions.Parameter{}
	for _, p := range all {
		if given(r, "component") && p.Component != parameter(r, "component") ||
			given(r, "vhost") && p.Vhost != parameter(r, "vhost") || !a.sees(u, p.Vhost) {
			continue
		}
		rows = append(rows, p)
	}
	list[definitions.Parameter]{
		name: func(p definitions.Parameter) string { return p.Name }, order: []string{"vhost", "component", "name"},
		keys: map[string]func(definitions.Parameter) sorter{
			"vhost":     func(p definitions.Parameter) sorter { return byText(p.Vhost) },
			"component": func(p definitions.Parameter) sorter { return byText(p.Component) },
			"name":      func(p definitions.Parameter) sorter { return byText(p.Name) },
		},
		show: func(p definitions.Parameter) any { return p },
	}.answer(w, r, rows)
}

func (a *API) parameterIn(r *http.Request) (*definitions.Parameter, bool) {
	return a.broker.Parameter(parameter(r, "component"), parameter(r, "vhost"), parameter(r, "name"))
}

func (a *API) oneParameter(w http.ResponseWriter, r *http.Request) {
	p, ok := a.parameterIn(r)
	if !ok {
		notHere(w, r)
		return
	}
	answerOne(w, r, p)
}

// operatorsOwn are the components that stand above those who make policies.
var operatorsOwn = map[string]bool{definitions.OperatorPolicy: true, "vhost-limits": true}

// mayChange answers 401 when the component of the path is not for the user.
func mayChange(w http.ResponseWriter, r *http.Request) bool {
	if operatorsOwn[parameter(r, "component")] && !asker(r).HasTag("administrator") {
		refuse(w, "Not administrator user")
		return false
	}
	return true
}

func (a *API) putParameter(w http.ResponseWriter, r *http.Request) {
	if !mayChange(w, r) || !a.needVhost(w, r) {
		return
	}
	value, ok := readValue(w, r)
	if !ok {
		return
	}
	created, err := a.acting(r).SetParameter(&definitions.Parameter{
		Vhost: parameter(r, "vhost"), Component: parameter(r, "component"), Name: parameter(r, "name"), Value: value,
	})
	put(w, created, err)
}

// readValue is the value in the body of r.
func readValue(w http.ResponseWriter, r *http.Request) (json.RawMessage, bool) {
	in, ok := read(w, r, maxBodyBytes)
	if !ok {
		return nil, false
	}
	if in["value"] == nil {
		bad(w, "[{key_missing,value}]")
		return nil, false
	}
	return in["value"], true
}

func (a *API) deleteParameter(w http.ResponseWriter, r *http.Request) {
	if !mayChange(w, r) {
		return
	}
	there, err := a.acting(r).DeleteParameter(parameter(r, "component"), parameter(r, "vhost"), parameter(r, "name"))
	if !there {
		notHere(w, r)
		return
	}
	done(w, err)
}

func (a *API) globalParameters(w http.ResponseWriter, r *http.Request) {
	rows, err := a.broker.GlobalParameters()
	if err != nil {
		problem(w, err)
		return
	}
	list[definitions.GlobalParameter]{
		name: func(p definitions.GlobalParameter) string { return p.Name }, order: []string{"name"},
		keys: map[string]func(definitions.GlobalParameter) sorter{
			"name": func(p definitions.GlobalParameter) sorter { return byText(p.Name) },
		},
		show: func(p definitions.GlobalParameter) any { return p },
	}.answer(w, r, rows)
}

func (a *API) globalParameter(w http.ResponseWriter, r *http.Request) {
	all, err := a.broker.GlobalParameters()
	if err != nil {
		problem(w, err)
		return
	}
	for _, p := range all {
		if p.Name == parameter(r, "name") {
			answerOne(w, r, p)
			return
		}
	}
	notHere(w, r)
}

func (a *API) putGlobalParameter(w http.ResponseWriter, r *http.Request) {
	value, ok := readValue(w, r)
	if !ok {
		return
	}
	created, err := a.acting(r).SetGlobalParameter(&definitions.GlobalParameter{Name: parameter(r, "name"), Value: value})
	put(w, created, err)
}

func (a *API) deleteGlobalParameter(w http.ResponseWriter, r *http.Request) {
	there, err := a.acting(r).DeleteGlobalParameter(parameter(r, "name"))
	if !there && err == nil {
		notHere(w, r)
		return
	}
	done(w, err)
}
