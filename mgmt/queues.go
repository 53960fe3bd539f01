package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
	contract "github.com/hutchmq/hutchmq/queue"
)

func (a *API) queueRoutes(r chi.Router) {
	r.Get("/api/queues", a.inVhost(a.queues))
	r.Get("/api/queues/detailed", a.inVhost(a.queues))
	r.Get("/api/queues/{vhost}", a.inVhost(a.queues))
	r.Get("/api/queues/{vhost}/{name}", a.inVhost(a.queue))
	r.Put("/api/queues/{vhost}/{name}", a.inVhost(a.putQueue))
	r.Delete("/api/queues/{vhost}/{name}", a.inVhost(a.deleteQueue))
	r.Delete("/api/queues/{vhost}/{name}/contents", a.inVhost(a.purgeQueue))
	r.Post("/api/queues/{vhost}/{name}/actions", a.as("administrator", a.queueAction))
}

// queueKeys are what queues are sorted by without rendering them.
var queueKeys = map[string]func(*broker.Queue) sorter{
	"vhost":       func(q *broker.Queue) sorter { return byText(q.Vhost) },
	"name":        func(q *broker.Queue) sorter { return byText(q.Name) },
	"type":        func(q *broker.Queue) sorter { return byText(q.Kind) },
	"durable":     func(q *broker.Queue) sorter { return byBool(q.Durable) },
	"auto_delete": func(q *broker.Queue) sorter { return byBool(q.AutoDelete) },
	"exclusive":   func(q *broker.Queue) sorter { return byBool(q.Exclusive) },
	"policy":      func(q *broker.Queue) sorter { return byText(q.Effective().Policy) },
	"state":       func(q *broker.Queue) sorter { return byBool(q.Marks().Paused) },
	"messages": func(q *broker.Queue) sorter {
		s := q.Stat()
		return byNumber(s.Ready + s.Unacked + s.Delayed)
	},
	"messages_ready":          func(q *broker.Queue) sorter { return byNumber(q.Stat().Ready) },
	"messages_unacknowledged": func(q *broker.Queue) sorter { return byNumber(q.Stat().Unacked) },
	"messages_delayed":        func(q *broker.Queue) sorter { return byNumber(q.Stat().Delayed) },
	"consumers":               func(q *broker.Queue) sorter { return byNumber(q.Stat().Consumers) },
	"message_bytes": func(q *broker.Queue) sorter {
		s := q.Stat()
		return byNumber(s.ReadyBytes + s.UnackedBytes + s.DelayedBytes)
	},
	"memory":                                 queueCount(func(p *contract.Picture) int64 { return p.MemoryBytes }),
	"message_stats.publish":                  queueCount(func(p *contract.Picture) uint64 { return p.Traffic[contract.Published] }),
	"message_stats.deliver_get":              queueCount(func(p *contract.Picture) uint64 { return p.DeliverGet() }),
	"messages_details.rate":                  queueRate(broker.Ready, broker.Unacked),
	"message_stats.publish_details.rate":     queueRate(int(contract.Published)),
	"message_stats.deliver_details.rate":     queueRate(int(contract.Delivered)),
	"message_stats.redeliver_details.rate":   queueRate(int(contract.Redelivered)),
	"message_stats.ack_details.rate":         queueRate(int(contract.Acked)),
	"message_stats.deliver_get_details.rate": queueRate(delivering...),
}

// queueCount sorts by a number of the picture of a queue.
func queueCount[N int64 | uint64](of func(p *contract.Picture) N) func(*broker.Queue) sorter {
	return func(q *broker.Queue) sorter {
		p := q.Picture()
		return byNumber(of(&p))
	}
}

// queueRate sorts by how fast the sum of columns of a queue's history grows.
func queueRate(columns ...int) func(*broker.Queue) sorter {
	return func(q *broker.Queue) sorter { return byNumber(q.Past.Rate(columns...)) }
}

func (a *API) queues(w http.ResponseWriter, r *http.Request, u *auth.User) {
	vhosts, ok := a.vhostsOf(w, r, u)
	if !ok {
		return
	}
	asked, ok := askedRanges(w, r)
	if !ok {
		return
	}
	rows := []*broker.Queue{}
	for _, v := range vhosts {
		rows = append(rows, v.Queues()...)
	}
	detail := detailOf(r.URL.Query())
	list[*broker.Queue]{
		name: func(q *broker.Queue) string { return q.Name }, order: []string{"vhost", "name"}, keys: queueKeys,
		show: func(q *broker.Queue) any { return a.showQueue(q, detail, &asked) },
	}.answer(w, r, rows)
}

func (a *API) queue(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	q := a.needQueue(w, r)
	if q == nil {
		return
	}
	asked, ok := askedRanges(w, r)
	if !ok {
		return
	}
	shown := a.showQueue(q, detailOf(r.URL.Query()), &asked)
	if shown.queueNumbers != nil {
		shown.queueTraffic = a.queueTraffic(q, &asked)
	}
	answerOne(w, r, shown)
}

// putQueue declares a queue: a durable one, unless the body says otherwise.
func (a *API) putQueue(w http.ResponseWriter, r *http.Request, u *auth.User) {
	d := contract.Declaration{Name: parameter(r, "name")}
	durable, autoDelete := flag(true), flag(false)
	var args definitions.Object
	in, ok := read(w, r, maxBodyBytes)
	if !ok || !fits(w, "name", d.Name) || !a.needVhost(w, r) {
		return
	}
	if !in.take(w, field{"durable", &durable, aFlag}, field{"auto_delete", &autoDelete, aFlag},
		field{"arguments", &args, anObject}) {
		return
	}
	var err error
	if d.Arguments, err = broker.Arguments(args); err != nil {
		problem(w, err)
		return
	}
	d.Durable, d.AutoDelete = bool(durable), bool(autoDelete)
	existed := a.hasQueue(parameter(r, "vhost"), d.Name)
	err = a.session(r, u, func(s *broker.Session) error {
		_, err := s.DeclareQueue(d)
		return err
	})
	put(w, !existed, err)
}

func (a *API) hasQueue(vhost, name string) bool {
	v, err := a.broker.Vhost(vhost)
	if err == nil {
		_, err = v.Queue(name, 0)
	}
	return err == nil
}

func (a *API) deleteQueue(w http.ResponseWriter, r *http.Request, u *auth.User) {
	q := a.needQueue(w, r)
	if q == nil {
		return
	}
	asked := r.URL.Query()
	done(w, a.session(r, u, func(s *broker.Session) error {
		_, err := s.DeleteQueue(q.Name, asked.Get("if-unused") == "true", asked.Get("if-empty") == "true")
		return err
	}))
}

func (a *API) purgeQueue(w http.ResponseWriter, r *http.Request, u *auth.User) {
	q := a.needQueue(w, r)
	if q == nil {
		return
	}
	done(w, a.session(r, u, func(s *broker.Session) error {
		_, err := s.Purge(q.Name)
		return err
	}))
}

// queueAction takes what RabbitMQ once did with mirrors, of which there are
// none to synchronise.
func (a *API) queueAction(w http.ResponseWriter, r *http.Request) {
	if a.needQueue(w, r) == nil {
		return
	}
	var action string
	in, ok := read(w, r, maxBodyBytes)
	if !ok || !in.need(w, field{"action", &action, aString}) {
		return
	}
	if action != "sync" && action != "cancel_sync" {
		bad(w, "unknown action: "+action)
		return
	}
	done(w, nil)
}
