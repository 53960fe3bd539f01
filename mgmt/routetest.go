package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/message"
)

func (a *API) routeTestRoutes(r chi.Router) {
	r.Post("/api/x/route-test", a.asManager(a.routeTest))
}

// maxSteps bounds the way that a route test tells.
const maxSteps = 5000

// routeStep is a part of the way of a message.
type routeStep struct {
	From       string             `json:"from"`
	FromType   string             `json:"from_type"` // of the exchange
	To         string             `json:"to"`
	ToKind     string             `json:"to_kind"` // "queue" or "exchange"
	By         string             `json:"by"`      // "binding", "name" or "alternate"
	Key        string             `json:"routing_key"`
	Arguments  definitions.Object `json:"arguments"`
	Properties string             `json:"properties_key,omitempty"`
}

// reached is a queue that a message would reach, and how.
type reached struct {
	Name  string `json:"name"`
	Vhost string `json:"vhost"`
	Path  []int  `json:"path"` // the steps that lead there, by their place
}

// routeAnswer tells where a message would go.
type routeAnswer struct {
	Routed bool        `json:"routed"`
	Queues []reached   `json:"queues"`
	Steps  []routeStep `json:"steps"`
	Whole  bool        `json:"complete"` // there are no more steps
}

// routeTest tells where a message would go, and publishes nothing.
func (a *API) routeTest(w http.ResponseWriter, r *http.Request, u *auth.User) {
	in, ok := read(w, r, maxBodyBytes)
	if !ok {
		return
	}
	var vhost, exchange, key string
	p := properties{}
	if !in.need(w, field{"vhost", &vhost, aString}, field{"exchange", &exchange, aString}, field{"routing_key", &key, aString}) ||
		!in.take(w, field{"headers", &p.Headers, anObject}) || !fits(w, "routing key", key) {
		return
	}
	if !a.sees(u, vhost) {
		refuse(w, "User not authorised to access virtual host")
		return
	}
	if exchange == defaultExchange {
		exchange = ""
	}
	m, err := probe(&p, key)
	if err != nil {
		problem(w, err)
		return
	}
	if !a.hasExchange(vhost, exchange) {
		unknown(w, "exchange_not_found")
		return
	}
	steps, whole, err := a.broker.Explain(vhost, exchange, m, maxSteps)
	if err != nil {
		problem(w, err)
		return
	}
	answer(w, tellRoute(steps, whole))
}

// probe is a message that goes nowhere.
func probe(p *properties, key string) (*message.Message, error) {
	header, err := p.header(0)
	if err != nil {
		return nil, broker.InvalidError(err.Error())
	}
	var h amqp.ContentHeader
	if err := amqp.ParseContentHeader(header, &h); err != nil {
		return nil, err
	}
	return message.New("", key, header, nil, &h)
}

func tellRoute(steps []broker.Step, whole bool) routeAnswer {
	out := routeAnswer{Queues: []reached{}, Steps: []routeStep{}, Whole: whole}
	first := map[string]int{} // the step that reached an exchange first
	queues := map[string]bool{}
	for i, s := range steps {
		out.Steps = append(out.Steps, showStep(&s))
		if s.ToExchange {
			if _, there := first[s.Destination]; !there {
				first[s.Destination] = i
			}
			continue
		}
		if !queues[s.Destination] {
			queues[s.Destination] = true
			out.Queues = append(out.Queues, reached{s.Destination, s.Vhost, pathTo(steps, first, i)})
		}
	}
	out.Routed = len(out.Queues) > 0
	return out
}

func showStep(s *broker.Step) routeStep {
	shown := routeStep{
		From: s.Source, FromType: s.SourceKind, To: s.Destination, ToKind: destinationType(s.ToExchange), By: "name",
		Key: s.Key, Arguments: broker.Plain(s.Arguments),
	}
	switch {
	case s.Alternate:
		shown.By = "alternate"
	case s.Bound:
		shown.By, shown.Properties = "binding", propertiesKey(s.Binding)
	}
	return shown
}

// pathTo are the steps that lead to the end of a step, from the first exchange
// on.
func pathTo(steps []broker.Step, first map[string]int, last int) []int {
	path := []int{last}
	for source := steps[0].Source; steps[path[0]].Source != source; {
		before, there := first[steps[path[0]].Source]
		if !there || before >= path[0] {
			break
		}
		path = append([]int{before}, path...)
	}
	return path
}
