package mgmt

import (
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
)

func (a *API) bindingRoutes(r chi.Router) {
	r.Get("/api/bindings", a.inVhost(a.bindings))
	r.Get("/api/bindings/{vhost}", a.inVhost(a.bindings))
	r.Get("/api/queues/{vhost}/{name}/bindings", a.inVhost(a.queueBindings))
	r.Get("/api/exchanges/{vhost}/{name}/bindings/source", a.inVhost(a.exchangeBindings(a.broker.BindingsFrom)))
	r.Get("/api/exchanges/{vhost}/{name}/bindings/destination", a.inVhost(a.exchangeBindings(a.broker.BindingsTo)))
	for kind, toExchange := range map[string]bool{"q": false, "e": true} {
		pair := "/api/bindings/{vhost}/e/{source}/" + kind + "/{destination}"
		r.Get(pair, a.inVhost(a.pairBindings(toExchange)))
		r.Post(pair, a.inVhost(a.bind(toExchange)))
		r.Get(pair+"/{props}", a.inVhost(a.binding(toExchange)))
		r.Delete(pair+"/{props}", a.inVhost(a.unbind(toExchange)))
	}
}

var bindingKeys = map[string]func(broker.Binding) sorter{
	"vhost":            func(b broker.Binding) sorter { return byText(b.Vhost) },
	"source":           func(b broker.Binding) sorter { return byText(b.Source) },
	"destination":      func(b broker.Binding) sorter { return byText(b.Destination) },
	"destination_type": func(b broker.Binding) sorter { return byText(destinationType(b.ToExchange)) },
	"routing_key":      func(b broker.Binding) sorter { return byText(b.Key) },
	"properties_key":   func(b broker.Binding) sorter { return byText(propertiesKey(b)) },
}

func answerBindings(w http.ResponseWriter, r *http.Request, rows []broker.Binding) {
	list[broker.Binding]{
		name:  func(b broker.Binding) string { return b.Source },
		order: []string{"vhost", "source", "destination", "destination_type", "properties_key"}, keys: bindingKeys,
		show: func(b broker.Binding) any { return showBinding(b) },
	}.answer(w, r, rows)
}

func (a *API) bindings(w http.ResponseWriter, r *http.Request, u *auth.User) {
	vhosts, ok := a.vhostsOf(w, r, u)
	if !ok {
		return
	}
	var rows []broker.Binding
	for _, v := range vhosts {
		in, _ := a.broker.Bindings(v.Name) // none in a vhost just deleted
		rows = append(rows, in...)
	}
	answerBindings(w, r, rows)
}

func (a *API) queueBindings(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	if q := a.needQueue(w, r); q != nil {
		answerBindings(w, r, a.broker.BindingsOf(q))
	}
}

func (a *API) exchangeBindings(of func(*broker.Exchange) []broker.Binding) handler {
	return func(w http.ResponseWriter, r *http.Request, _ *auth.User) {
		if x := a.needExchange(w, r, "name"); x != nil {
			answerBindings(w, r, of(x))
		}
	}
}

// between lists the bindings of the two ends in the path. It answers 404 when
// one of them is not there.
func (a *API) between(w http.ResponseWriter, r *http.Request, toExchange bool) ([]broker.Binding, bool) {
	x := a.needExchange(w, r, "source")
	if x == nil {
		return nil, false
	}
	to := parameter(r, "destination")
	if toExchange {
		to = exchangeName(r, "destination")
	}
	if toExchange && !a.hasExchange(x.Vhost(), to) || !toExchange && !a.hasQueue(x.Vhost(), to) {
		notHere(w, r)
		return nil, false
	}
	var list []broker.Binding
	for _, b := range a.broker.BindingsFrom(x) {
		if b.ToExchange == toExchange && b.Destination == to {
			list = append(list, b)
		}
	}
	return list, true
}

func (a *API) pairBindings(toExchange bool) handler {
	return func(w http.ResponseWriter, r *http.Request, _ *auth.User) {
		if rows, ok := a.between(w, r, toExchange); ok {
			answerBindings(w, r, rows)
		}
	}
}

// find is the binding that the path names, or nil with 404 answered.
func (a *API) find(w http.ResponseWriter, r *http.Request, toExchange bool) *broker.Binding {
	rows, ok := a.between(w, r, toExchange)
	if !ok {
		return nil
	}
	for _, b := range rows {
		if propertiesKey(b) == parameter(r, "props") {
			return &b
		}
	}
	notHere(w, r)
	return nil
}

func (a *API) binding(toExchange bool) handler {
	return func(w http.ResponseWriter, r *http.Request, _ *auth.User) {
		if b := a.find(w, r, toExchange); b != nil {
			answerOne(w, r, showBinding(*b))
		}
	}
}

func (a *API) bind(toExchange bool) handler {
	return func(w http.ResponseWriter, r *http.Request, u *auth.User) {
		in, ok := read(w, r, maxBodyBytes)
		if !ok {
			return
		}
		if _, ok := a.between(w, r, toExchange); !ok {
			return
		}
		b := broker.Binding{ToExchange: toExchange, Link: broker.Link{
			Source: exchangeName(r, "source"), Destination: parameter(r, "destination"),
		}}
		var args definitions.Object
		if !in.take(w, field{"routing_key", &b.Key, aString}, field{"arguments", &args, anObject}) ||
			!fits(w, "routing key", b.Key) {
			return
		}
		var err error
		if b.Arguments, err = broker.Arguments(args); err == nil {
			err = a.session(r, u, func(s *broker.Session) error { return bindIn(s, b) })
		}
		if err == nil {
			w.Header().Set("Location", url.PathEscape(b.Destination)+"/"+url.PathEscape(propertiesKey(b)))
		}
		put(w, true, err)
	}
}

func bindIn(s *broker.Session, b broker.Binding) error {
	if b.ToExchange {
		return s.BindExchange(b.Link)
	}
	return s.BindQueue(b.Link)
}

func (a *API) unbind(toExchange bool) handler {
	return func(w http.ResponseWriter, r *http.Request, u *auth.User) {
		b := a.find(w, r, toExchange)
		if b == nil {
			return
		}
		done(w, a.session(r, u, func(s *broker.Session) error {
			if toExchange {
				return s.UnbindExchange(b.Link)
			}
			return s.UnbindQueue(b.Link)
		}))
	}
}
