package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
)

func (a *API) userRoutes(r chi.Router) {
	r.Get("/api/users", a.as("administrator", a.users))
	r.Get("/api/users/without-permissions", a.as("administrator", a.usersWithoutPermissions))
	r.Post("/api/users/bulk-delete", a.as("administrator", a.deleteUsers))
	r.Get("/api/users/{user}", a.as("administrator", a.user))
	r.Put("/api/users/{user}", a.as("administrator", a.putUser))
	r.Delete("/api/users/{user}", a.as("administrator", a.deleteUser))
}

// tagList is what tags should be, in words.
const tagList = "a list of words, or words with commas between them"

// user is a user as RabbitMQ's API shows it.
type user struct {
	Name             string           `json:"name"`
	PasswordHash     string           `json:"password_hash"`
	HashingAlgorithm string           `json:"hashing_algorithm"`
	Tags             definitions.Tags `json:"tags"`
	Limits           broker.Limits    `json:"limits"`
}

func (a *API) showUser(u *auth.User) user {
	limits := a.broker.UserLimits(u.Name)
	if limits == nil {
		limits = broker.Limits{}
	}
	algorithm := u.HashingAlgorithm
	if algorithm == "" {
		algorithm = auth.SHA256
	}
	return user{u.Name, u.PasswordHash, algorithm, definitions.Tags(u.Tags), limits}
}

func (a *API) answerUsers(w http.ResponseWriter, r *http.Request, users []*auth.User) {
	list[*auth.User]{
		name: func(u *auth.User) string { return u.Name }, order: []string{"name"},
		keys: map[string]func(*auth.User) sorter{"name": func(u *auth.User) sorter { return byText(u.Name) }},
		show: func(u *auth.User) any { return a.showUser(u) },
	}.answer(w, r, users)
}

func (a *API) users(w http.ResponseWriter, r *http.Request) { a.answerUsers(w, r, a.broker.Users()) }

func (a *API) usersWithoutPermissions(w http.ResponseWriter, r *http.Request) {
	has := map[string]bool{}
	for _, p := range a.broker.Permissions() {
		has[p.User] = true
	}
	users := []*auth.User{}
	for _, u := range a.broker.Users() {
		if !has[u.Name] {
			users = append(users, u)
		}
	}
	a.answerUsers(w, r, users)
}

func (a *API) user(w http.ResponseWriter, r *http.Request) {
	u := a.broker.User(parameter(r, "user"))
	if u == nil {
		notHere(w, r)
		return
	}
	answerOne(w, r, a.showUser(u))
}

func (a *API) putUser(w http.ResponseWriter, r *http.Request) {
	u := definitions.User{Name: parameter(r, "user")}
	in, ok := read(w, r, maxBodyBytes)
	if !ok || !fits(w, "name", u.Name) {
		return
	}
	if in["tags"] == nil {
		bad(w, "tags_not_present")
		return
	}
	if !in.take(w, field{"tags", &u.Tags, tagList}, field{"password", &u.Password, aString},
		field{"password_hash", &u.PasswordHash, aString}, field{"hashing_algorithm", &u.HashingAlgorithm, aString}) {
		return
	}
	was, err := a.broker.UserRecord(u.Name)
	existed := err == nil
	if why := settlePassword(in, &u, was, existed); why != "" {
		bad(w, why)
		return
	}
	put(w, !existed, a.acting(r).SetUser(&u))
}

// settlePassword finds out how u will log in, or tells what is wrong with what
// the body says of that.
func settlePassword(in body, u, was *definitions.User, existed bool) string {
	err := auth.CheckHash(u.HashingAlgorithm, u.PasswordHash)
	_, plain := in["password"]
	_, hashed := in["password_hash"]
	switch {
	case plain && hashed:
		return "both_password_and_password_hash_are_provided"
	case plain && u.Password == "":
		return "the password must not be empty: to keep a user from logging in with one, set password_hash to an empty string"
	case err != nil:
		return err.Error()
	case !plain && !hashed && existed:
		u.PasswordHash, u.HashingAlgorithm = was.PasswordHash, was.HashingAlgorithm
	}
	return ""
}

func (a *API) deleteUser(w http.ResponseWriter, r *http.Request) {
	if !a.hasUser(r) {
		notHere(w, r)
		return
	}
	done(w, a.acting(r).DeleteUser(parameter(r, "user")))
}

// deleteUsers removes those of a list that are there.
func (a *API) deleteUsers(w http.ResponseWriter, r *http.Request) {
	var names []string
	in, ok := read(w, r, maxBodyBytes)
	if !ok || !in.need(w, field{"users", &names, "a list of names"}) {
		return
	}
	for _, name := range names {
		if err := a.acting(r).DeleteUser(name); err != nil {
			done(w, err)
			return
		}
	}
	done(w, nil)
}
