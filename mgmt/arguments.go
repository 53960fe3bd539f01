package mgmt

import (
	"encoding/json"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
)

func (a *API) argumentRoutes(r chi.Router) {
	r.Patch("/api/x/queues/{vhost}/{name}/arguments", a.inVhost(a.patchArguments))
}

// patchArguments changes arguments of a queue; null takes one away. It answers
// with those that hold.
func (a *API) patchArguments(w http.ResponseWriter, r *http.Request, u *auth.User) {
	q := a.needQueue(w, r)
	if q == nil {
		return
	}
	in, ok := read(w, r, maxBodyBytes)
	if !ok {
		return
	}
	changes, err := readChanges(in)
	if err == nil {
		err = a.session(r, u, func(s *broker.Session) error { return s.AmendQueue(q.Name, changes) })
	}
	if err != nil {
		problem(w, err)
		return
	}
	answer(w, broker.Plain(q.Current()))
}

// readChanges are the arguments in a body, nil for those that are null.
func readChanges(in body) (amqp.Table, error) {
	text, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	var o definitions.Object
	if err := json.Unmarshal(text, &o); err != nil {
		return nil, broker.InvalidError("an argument cannot be sent: " + err.Error())
	}
	return broker.Arguments(o)
}
