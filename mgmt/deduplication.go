package mgmt

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	contract "github.com/hutchmq/hutchmq/queue"
)

func (a *API) deduplicationRoutes(r chi.Router) {
	r.Get("/api/x/deduplication", a.asManager(a.deduplication))
	r.Get("/api/x/exchanges/{vhost}/{name}/deduplication", a.inVhost(a.exchangeCache))
	r.Delete("/api/x/exchanges/{vhost}/{name}/deduplication", a.asPolicymaker(a.clearExchangeCache))
	r.Get("/api/x/producers", a.inVhost(a.producers))
	r.Get("/api/x/producers/{vhost}", a.inVhost(a.producers))
	r.Delete("/api/x/producers/{vhost}/{name}", a.asPolicymaker(a.forgetProducer))
}

// repeats counts what was not enqueued because it came before.
type repeats struct {
	Exchange uint64 `json:"exchange"`
	Queue    uint64 `json:"queue"`
	Producer uint64 `json:"producer"`
}

// vhostRepeats is what a vhost was spared, and who it keeps count of.
type vhostRepeats struct {
	Name             string  `json:"name"`
	Deduplicated     repeats `json:"deduplicated"`
	Producers        int     `json:"producers"`
	ProducersEvicted uint64  `json:"producers_evicted"`
}

// nodeRepeats is what the node was spared, and those vhosts that the user sees.
type nodeRepeats struct {
	Deduplicated repeats        `json:"deduplicated"`
	Vhosts       []vhostRepeats `json:"vhosts"`
}

func (a *API) deduplication(w http.ResponseWriter, _ *http.Request, u *auth.User) {
	shown := nodeRepeats{repeats(a.broker.Repeats()), []vhostRepeats{}}
	for _, v := range a.visible(u) {
		n, evicted := v.Producers().Counts()
		shown.Vhosts = append(shown.Vhosts, vhostRepeats{v.Name, repeats(broker.RepeatsIn(v)), n, evicted})
	}
	answer(w, shown)
}

// cache is what an exchange or a queue remembers to tell what came before.
type cache struct {
	Keys         int     `json:"keys"`
	Deduplicated uint64  `json:"deduplicated"` // messages that were not enqueued
	MaxKeys      int     `json:"max_keys,omitempty"`
	TTLMs        int64   `json:"ttl_ms,omitempty"`
	Bytes        int64   `json:"bytes,omitempty"`
	Evicted      *uint64 `json:"evicted,omitempty"` // keys that had to go before their time
}

// showCache is nil for an exchange that checks nothing.
func showCache(x *broker.Exchange) *cache {
	c := x.Cache()
	if c == nil {
		return nil
	}
	s, t := c.Size(), x.Traffic()
	return &cache{s.Keys, t[contract.Deduplicated], s.MaxKeys, s.TTLMs, s.Bytes, &s.Evicted}
}

// showQueueCache is nil for a queue that takes any message.
func showQueueCache(q *broker.Queue, p *contract.Picture) *cache {
	if !q.Deduplicates() {
		return nil
	}
	return &cache{Keys: p.Keys, Deduplicated: p.Traffic[contract.Deduplicated]}
}

// cacheAnswer is about what an exchange remembers, and one key if that is asked
// for.
type cacheAnswer struct {
	cache
	Known     *bool  `json:"known,omitempty"`
	ExpiresMs *int64 `json:"expires_at_ms,omitempty"` // Unix; the key goes then, or when there is no room
}

// needCache answers 404 unless the exchange of the path checks for duplicates.
func (a *API) needCache(w http.ResponseWriter, r *http.Request) *broker.Exchange {
	x := a.needExchange(w, r, "name")
	if x != nil && x.Cache() == nil {
		notHere(w, r)
		return nil
	}
	return x
}

// askedKey is the key that a query asks for: key=a text, or number=an integer.
func askedKey(w http.ResponseWriter, r *http.Request) (text string, number *int64, asked, ok bool) {
	q := r.URL.Query()
	if !q.Has("number") {
		return q.Get("key"), nil, q.Has("key"), true
	}
	n, err := strconv.ParseInt(q.Get("number"), 10, 64)
	if err != nil {
		bad(w, "number is no integer")
		return "", nil, false, false
	}
	return "", &n, true, true
}

func (a *API) exchangeCache(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	x := a.needCache(w, r)
	if x == nil {
		return
	}
	text, number, asked, ok := askedKey(w, r)
	if !ok {
		return
	}
	shown := cacheAnswer{cache: *showCache(x)}
	if asked {
		expiry, known := x.Cache().Has(x.CacheKey(text, number))
		shown.Known, shown.ExpiresMs = &known, unlessZero(expiry)
	}
	answer(w, shown)
}

// clearExchangeCache forgets the key that is asked for, or all of them.
func (a *API) clearExchangeCache(w http.ResponseWriter, r *http.Request) {
	x := a.needCache(w, r)
	if x == nil {
		return
	}
	text, number, asked, ok := askedKey(w, r)
	switch {
	case !ok:
		return
	case asked && !x.Cache().Forget(x.CacheKey(text, number)):
		notHere(w, r)
		return
	case !asked:
		x.Cache().Clear()
	}
	a.acting(r).Note("exchange.deduplication.cleared", amqp.Table{"name": x.Name, "vhost": x.Vhost(), "all": !asked})
	done(w, nil)
}

// producer is one that numbers its messages.
type producer struct {
	Vhost   string `json:"vhost"`
	ID      string `json:"id"`
	Epoch   int64  `json:"epoch"`
	Last    int64  `json:"last_seq"`
	Missing int    `json:"missing"` // numbers that were refused, and may come again
	UsedMs  int64  `json:"published_at_ms"`
}

var producerKeys = map[string]func(producer) sorter{
	"vhost":           func(p producer) sorter { return byText(p.Vhost) },
	"id":              func(p producer) sorter { return byText(p.ID) },
	"epoch":           func(p producer) sorter { return byNumber(float64(p.Epoch)) },
	"last_seq":        func(p producer) sorter { return byNumber(float64(p.Last)) },
	"published_at_ms": func(p producer) sorter { return byNumber(float64(p.UsedMs)) },
}

func (a *API) producers(w http.ResponseWriter, r *http.Request, u *auth.User) {
	vhosts, ok := a.vhostsOf(w, r, u)
	if !ok {
		return
	}
	rows := []producer{}
	for _, v := range vhosts {
		for _, p := range v.Producers().List() {
			rows = append(rows, producer{v.Name, p.ID, p.Epoch, p.Last, p.Missing, p.UsedMs})
		}
	}
	list[producer]{
		name: func(p producer) string { return p.ID }, order: []string{"vhost", "id"}, keys: producerKeys,
		show: func(p producer) any { return p },
	}.answer(w, r, rows)
}

func (a *API) forgetProducer(w http.ResponseWriter, r *http.Request) {
	v, err := a.broker.Vhost(parameter(r, "vhost"))
	id := parameter(r, "name")
	if err != nil || !v.Producers().Forget(id) {
		notHere(w, r)
		return
	}
	a.acting(r).Note("producer.forgotten", amqp.Table{"name": id, "vhost": v.Name})
	done(w, nil)
}
