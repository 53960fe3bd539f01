package mgmt

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
)

func (a *API) searchRoutes(r chi.Router) {
	r.Get("/api/x/search", a.asManager(a.search))
}

// Bounds of a search.
const (
	usualFound    = 30
	maxFound      = 200
	maxFoundOf    = 2000 // of one kind, before the best are chosen
	maxQueryBytes = 255
)

// found is something whose name was searched for.
type found struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Vhost string `json:"vhost,omitempty"`
	About string `json:"about,omitempty"` // the type, or the user

	rank int
}

// search looks for a text in the names of everything that a user may see.
type search struct {
	text string // in lower case
	list []found
	of   map[string]int // how many of a kind
	more bool           // not all are on the list
}

// search answers what has q in its name: those whose name is q first, then those
// whose name begins with it.
func (a *API) search(w http.ResponseWriter, r *http.Request, u *auth.User) {
	q := r.URL.Query()
	most, err := limit(q, usualFound, maxFound)
	switch {
	case err != nil:
		bad(w, err.Error())
		return
	case q.Get("q") == "" || len(q.Get("q")) > maxQueryBytes:
		bad(w, "q is needed, and no longer than a name")
		return
	}
	s := search{text: strings.ToLower(q.Get("q")), of: map[string]int{}, list: []found{}}
	for _, v := range a.broker.Vhosts() {
		if a.sees(u, v.Name) {
			a.searchVhost(&s, v)
		}
	}
	for _, c := range a.broker.Connections() {
		if c.User.Name == u.Name || has(u, "monitoring") {
			s.look("connection", c.Name, c.Vhost().Name, c.User.Name)
		}
	}
	if has(u, "administrator") {
		for _, of := range a.broker.Users() {
			s.look("user", of.Name, "", strings.Join(of.Tags, " "))
		}
	}
	answer(w, s.best(most))
}

func (a *API) searchVhost(s *search, v *broker.Vhost) {
	s.look("vhost", v.Name, "", "")
	for _, q := range v.Queues() {
		s.look("queue", q.Name, v.Name, q.Kind)
	}
	for _, x := range v.Exchanges() {
		s.look("exchange", cmp.Or(x.Name, defaultExchange), v.Name, x.Kind)
	}
	for _, by := range []policy.Author{policy.User, policy.Operator} {
		list, _ := a.broker.Policies(by, v.Name) // none in a vhost just deleted
		for _, p := range list {
			s.lookPolicy(by, p)
		}
	}
}

func (s *search) lookPolicy(by policy.Author, p *definitions.Policy) {
	kind := "policy"
	if by == policy.Operator {
		kind = "operator-policy"
	}
	s.look(kind, p.Name, p.Vhost, p.Pattern)
}

// look puts something on the list if its name has the text in it.
func (s *search) look(kind, name, vhost, about string) {
	at := strings.Index(strings.ToLower(name), s.text)
	if at < 0 {
		return
	}
	rank := 2
	switch {
	case len(name) == len(s.text):
		rank = 0
	case at == 0:
		rank = 1
	}
	if s.of[kind]++; s.of[kind] > maxFoundOf && rank > 0 {
		s.more = true
		return
	}
	s.list = append(s.list, found{kind, name, vhost, about, rank})
}

// searchAnswer is what was found.
type searchAnswer struct {
	Results []found `json:"results"`
	More    bool    `json:"more"`
}

func (s *search) best(most int) searchAnswer {
	slices.SortFunc(s.list, func(x, y found) int {
		return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(len(x.Name), len(y.Name)), cmp.Compare(x.Name, y.Name),
			cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Vhost, y.Vhost))
	})
	if len(s.list) > most {
		s.list, s.more = s.list[:most], true
	}
	return searchAnswer{s.list, s.more}
}
