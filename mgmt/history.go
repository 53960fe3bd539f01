package mgmt

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/stats"
)

func (a *API) historyRoutes(r chi.Router) {
	r.Get("/api/x/history", a.asManager(a.history))
}

// maxHistoryPoints bounds the points of a history.
const maxHistoryPoints = 500

// recorded is what has a past, as history shows it.
type recorded struct {
	track   *stats.Track
	row     func() []uint64 // of now
	metrics map[string]metric
}

// historyAnswer is the past of one number.
type historyAnswer struct {
	Object string       `json:"object"`
	Metric string       `json:"metric"`
	Kind   string       `json:"kind"`   // "count" only grows, "amount" comes and goes
	Step   int64        `json:"step"`   // seconds
	Points [][2]float64 `json:"points"` // Unix milliseconds and the number, the oldest first
	Rates  [][2]float64 `json:"rates"`  // of a count, a second, up to each point but the first
}

// history answers the past of one number, from so many seconds ago, in steps of
// so many.
func (a *API) history(w http.ResponseWriter, r *http.Request, u *auth.User) {
	q := r.URL.Query()
	g, err := parseGrid(q)
	if err != nil {
		bad(w, err.Error())
		return
	}
	t, err := parseTopic(q.Get("object"))
	if err != nil {
		bad(w, "object should be node, vhost:V, queue:V:N, exchange:V:N, connection:N or channel:N")
		return
	}
	past, why := a.recorded(u, &t)
	switch {
	case why != "":
		refuse(w, why)
		return
	case past == nil:
		notHere(w, r)
		return
	}
	m, known := past.metrics[q.Get("metric")]
	if !known {
		bad(w, "metric should be one of "+strings.Join(metricNames(past.metrics), ", "))
		return
	}
	answer(w, past.points(q, m, g))
}

// parseGrid reads from and step, both in seconds.
func parseGrid(q url.Values) (g stats.Grid, err error) {
	from, err := wholeNumber(q, "from", 600)
	if err != nil {
		return g, err
	}
	step, err := wholeNumber(q, "step", max((from+maxHistoryPoints-1)/maxHistoryPoints, 1))
	switch {
	case err != nil:
		return g, err
	case step < 1 || from < step || from > 86400 || from/step > maxHistoryPoints:
		return g, broker.InvalidError("from should be at most 86400 seconds ago, and at most " + strconv.Itoa(maxHistoryPoints) + " steps")
	}
	return stats.Grid{Age: time.Duration(from) * time.Second, Incr: time.Duration(step) * time.Second}, nil
}

func (p *recorded) points(q url.Values, m metric, g stats.Grid) historyAnswer {
	samples := p.track.Samples(time.Now(), p.row(), g, m.columns...)
	h := historyAnswer{
		Object: q.Get("object"), Metric: q.Get("metric"), Kind: "amount", Step: int64(g.Incr / time.Second),
		Points: [][2]float64{}, Rates: [][2]float64{},
	}
	if m.count {
		h.Kind = "count"
	}
	for i := len(samples) - 1; i >= 0; i-- {
		s := samples[i]
		h.Points = append(h.Points, [2]float64{float64(s.AtMs), float64(s.Value)})
		if m.count && i+1 < len(samples) {
			grown := float64(int64(s.Value - samples[i+1].Value))
			h.Rates = append(h.Rates, [2]float64{float64(s.AtMs), grown / g.Incr.Seconds()})
		}
	}
	return h
}

// recorded finds what has a past, and which u may see; why not is in words.
func (a *API) recorded(u *auth.User, t *topic) (p *recorded, why string) {
	if t.kind == "node" {
		if !has(u, "monitoring") {
			return nil, "Not monitor user"
		}
		return &recorded{a.broker.Past(), a.broker.Row, nodeMetrics}, ""
	}
	if len(t.names) > 0 && t.kind != "connection" && t.kind != "channel" && !a.sees(u, t.names[0]) {
		return nil, "User not authorised to access virtual host"
	}
	switch t.kind {
	case "vhost":
		if v, err := a.broker.Vhost(t.names[0]); err == nil {
			return &recorded{&v.Past, func() []uint64 { return a.broker.VhostRow(v.Name) }, vhostMetrics}, ""
		}
	case "queue":
		if v, err := a.broker.Vhost(t.names[0]); err == nil {
			if q, err := v.Queue(t.names[1], 0); err == nil {
				return &recorded{&q.Past, func() []uint64 { return broker.QueueRow(q) }, queueMetrics}, ""
			}
		}
	case "exchange":
		if v, err := a.broker.Vhost(t.names[0]); err == nil {
			if x, err := v.Exchange(exchangeCalled(t.names[1])); err == nil {
				return &recorded{&x.Past, func() []uint64 { return broker.ExchangeRow(x) }, exchangeMetrics}, ""
			}
		}
	case "connection", "channel":
		return a.recordedOfClient(u, t)
	}
	return nil, ""
}

// recordedOfClient is that of a connection or a channel: of one's own, or of any for
// who monitors.
func (a *API) recordedOfClient(u *auth.User, t *topic) (p *recorded, why string) {
	var c *broker.Connection
	if t.kind == "channel" {
		if s := a.broker.SessionNamed(t.names[0]); s != nil {
			c = s.Connection()
			p = &recorded{&s.Past, func() []uint64 { return broker.TrafficRow(s.Traffic()) }, trafficMetrics}
		}
	} else {
		for _, one := range a.broker.Connections() {
			if one.Name == t.names[0] {
				c = one
				p = &recorded{&one.Past, one.Row, connectionMetrics}
			}
		}
	}
	if c != nil && c.User.Name != u.Name && !has(u, "monitoring") {
		return nil, "Not monitor user"
	}
	return p, ""
}

// exchangeCalled is the exchange that a path or a topic means.
func exchangeCalled(name string) string {
	if name == defaultExchange {
		return ""
	}
	return name
}
