package mgmt

import (
	"cmp"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
)

func (a *API) exchangeRoutes(r chi.Router) {
	r.Get("/api/exchanges", a.inVhost(a.exchanges))
	r.Get("/api/exchanges/{vhost}", a.inVhost(a.exchanges))
	r.Get("/api/exchanges/{vhost}/{name}", a.inVhost(a.exchange))
	r.Put("/api/exchanges/{vhost}/{name}", a.inVhost(a.putExchange))
	r.Delete("/api/exchanges/{vhost}/{name}", a.inVhost(a.deleteExchange))
}

// internalUser is who declared what is there from the start.
const internalUser = "rmq-internal"

// defaultExchange is how paths call the exchange that has no name.
const defaultExchange = "amq.default"

// exchangeName is the exchange of the path.
func exchangeName(r *http.Request, key string) string {
	if name := parameter(r, key); name != defaultExchange {
		return name
	}
	return ""
}

// exchange is an exchange as RabbitMQ's API shows it.
type exchange struct {
	Name       string             `json:"name"`
	Vhost      string             `json:"vhost"`
	Type       string             `json:"type"`
	Durable    bool               `json:"durable"`
	AutoDelete bool               `json:"auto_delete"`
	Internal   bool               `json:"internal"`
	Arguments  definitions.Object `json:"arguments"`
	Policy     string             `json:"policy,omitempty"`
	ActingUser string             `json:"user_who_performed_action"`
	Delayed    *int               `json:"messages_delayed,omitempty"` // as the plugin has it

	MessageStats  *passStats `json:"message_stats,omitempty"`
	Deduplication *cache     `json:"deduplication,omitempty"` // ours
	*exchangeTraffic
}

func showExchange(x *broker.Exchange) exchange {
	shown := exchange{
		Name: x.Name, Vhost: x.Vhost(), Type: x.Kind, Durable: x.Durable, AutoDelete: x.AutoDelete,
		Internal: x.Internal, Arguments: broker.Plain(x.Arguments), Policy: x.Effective().Policy,
		ActingUser: cmp.Or(x.DeclaredBy, internalUser),
	}
	if n := broker.DelayedBy(x); n > 0 || x.Kind == broker.DelayedExchange {
		shown.Delayed = &n
	}
	return shown
}

// exchangeKeys are what exchanges are sorted by without rendering them.
var exchangeKeys = map[string]func(*broker.Exchange) sorter{
	"vhost":       func(x *broker.Exchange) sorter { return byText(x.Vhost()) },
	"name":        func(x *broker.Exchange) sorter { return byText(x.Name) },
	"type":        func(x *broker.Exchange) sorter { return byText(x.Kind) },
	"durable":     func(x *broker.Exchange) sorter { return byBool(x.Durable) },
	"auto_delete": func(x *broker.Exchange) sorter { return byBool(x.AutoDelete) },
	"internal":    func(x *broker.Exchange) sorter { return byBool(x.Internal) },

	"message_stats.publish_in_details.rate":  func(x *broker.Exchange) sorter { return byNumber(x.Past.Rate(broker.ExchangeIn)) },
	"message_stats.publish_out_details.rate": func(x *broker.Exchange) sorter { return byNumber(x.Past.Rate(broker.ExchangeOut)) },
}

func (a *API) exchanges(w http.ResponseWriter, r *http.Request, u *auth.User) {
	vhosts, ok := a.vhostsOf(w, r, u)
	if !ok {
		return
	}
	asked, ok := askedRanges(w, r)
	if !ok {
		return
	}
	detail := detailOf(r.URL.Query())
	rows := []*broker.Exchange{}
	for _, v := range vhosts {
		rows = append(rows, v.Exchanges()...)
	}
	list[*broker.Exchange]{
		name: func(x *broker.Exchange) string { return x.Name }, order: []string{"vhost", "name"}, keys: exchangeKeys,
		show: func(x *broker.Exchange) any { return showCountedExchange(x, detail, &asked) },
	}.answer(w, r, rows)
}

// needExchange answers 404 when the exchange in the path is not there.
func (a *API) needExchange(w http.ResponseWriter, r *http.Request, key string) *broker.Exchange {
	if v, err := a.broker.Vhost(parameter(r, "vhost")); err == nil {
		if x, err := v.Exchange(exchangeName(r, key)); err == nil {
			return x
		}
	}
	notHere(w, r)
	return nil
}

func (a *API) exchange(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	x := a.needExchange(w, r, "name")
	if x == nil {
		return
	}
	asked, ok := askedRanges(w, r)
	if !ok {
		return
	}
	detail := detailOf(r.URL.Query())
	shown := showCountedExchange(x, detail, &asked)
	if detail == everything {
		shown.exchangeTraffic = a.exchangeTraffic(x, &asked)
	}
	answerOne(w, r, shown)
}

func (a *API) putExchange(w http.ResponseWriter, r *http.Request, u *auth.User) {
	d := broker.ExchangeDeclaration{Name: exchangeName(r, "name"), Kind: "direct"}
	var durable, autoDelete, internal flag
	var args definitions.Object
	in, ok := read(w, r, maxBodyBytes)
	if !ok || !fits(w, "name", d.Name) || !a.needVhost(w, r) {
		return
	}
	if !in.take(w, field{"type", &d.Kind, aString}, field{"durable", &durable, aFlag}, field{"internal", &internal, aFlag},
		field{"auto_delete", &autoDelete, aFlag}, field{"arguments", &args, anObject}) {
		return
	}
	var err error
	if d.Arguments, err = broker.Arguments(args); err != nil {
		problem(w, err)
		return
	}
	d.Durable, d.AutoDelete, d.Internal = bool(durable), bool(autoDelete), bool(internal)
	existed := a.hasExchange(parameter(r, "vhost"), d.Name)
	err = a.session(r, u, func(s *broker.Session) error { return s.DeclareExchange(d) })
	put(w, !existed, err)
}

func (a *API) hasExchange(vhost, name string) bool {
	v, err := a.broker.Vhost(vhost)
	if err == nil {
		_, err = v.Exchange(name)
	}
	return err == nil
}

func (a *API) deleteExchange(w http.ResponseWriter, r *http.Request, u *auth.User) {
	x := a.needExchange(w, r, "name")
	if x == nil {
		return
	}
	ifUnused := r.URL.Query().Get("if-unused") == "true"
	done(w, a.session(r, u, func(s *broker.Session) error { return s.DeleteExchange(x.Name, ifUnused) }))
}
