package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
)

func (a *API) permissionRoutes(r chi.Router) {
	r.Get("/api/permissions", a.as("administrator", a.permissions))
	r.Get("/api/vhosts/{vhost}/permissions", a.as("administrator", a.permissions))
	r.Get("/api/users/{user}/permissions", a.as("administrator", a.permissions))
	r.Get("/api/permissions/{vhost}/{user}", a.as("administrator", a.permission))
	r.Put("/api/permissions/{vhost}/{user}", a.as("administrator", a.putPermission))
	r.Delete("/api/permissions/{vhost}/{user}", a.as("administrator", a.deletePermission))
}

// permissionsIn lists the permissions of the vhost and user in the path, each
// of them if it is there.
func (a *API) permissionsIn(r *http.Request) []definitions.Permission {
	list := []definitions.Permission{}
	for _, p := range a.broker.Permissions() {
		if given(r, "vhost") && p.Vhost != parameter(r, "vhost") || given(r, "user") && p.User != parameter(r, "user") {
			continue
		}
		list = append(list, definitions.Permission{
			User: p.User, Vhost: p.Vhost, Configure: p.Configure, Write: p.Write, Read: p.Read,
		})
	}
	return list
}

func (a *API) permissions(w http.ResponseWriter, r *http.Request) {
	if given(r, "vhost") && !a.hasVhost(r) || given(r, "user") && !a.hasUser(r) {
		notHere(w, r)
		return
	}
	list[definitions.Permission]{
		name: func(p definitions.Permission) string { return p.User }, order: []string{"vhost", "user"},
		keys: map[string]func(definitions.Permission) sorter{
			"vhost": func(p definitions.Permission) sorter { return byText(p.Vhost) },
			"user":  func(p definitions.Permission) sorter { return byText(p.User) },
		},
		show: func(p definitions.Permission) any { return p },
	}.answer(w, r, a.permissionsIn(r))
}

func (a *API) permission(w http.ResponseWriter, r *http.Request) {
	list := a.permissionsIn(r)
	if len(list) != 1 {
		notHere(w, r)
		return
	}
	answerOne(w, r, list[0])
}

func (a *API) putPermission(w http.ResponseWriter, r *http.Request) {
	if !a.hasVhost(r) || !a.hasUser(r) {
		bad(w, "vhost_or_user_not_found")
		return
	}
	existed := len(a.permissionsIn(r)) > 0
	var p auth.Permission
	in, ok := read(w, r, maxBodyBytes)
	if !ok || !in.need(w, field{"configure", &p.Configure, aString}, field{"write", &p.Write, aString},
		field{"read", &p.Read, aString}) {
		return
	}
	if err := p.Check(); err != nil {
		bad(w, err.Error())
		return
	}
	put(w, !existed, a.acting(r).SetPermission(parameter(r, "user"), parameter(r, "vhost"), p))
}

func (a *API) deletePermission(w http.ResponseWriter, r *http.Request) {
	if len(a.permissionsIn(r)) != 1 {
		notHere(w, r)
		return
	}
	done(w, a.acting(r).ClearPermission(parameter(r, "user"), parameter(r, "vhost")))
}
