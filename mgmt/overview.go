package mgmt

import (
	"net/http"
	"runtime"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

func (a *API) overviewRoutes(r chi.Router) { r.Get("/api/overview", a.asManager(a.overview)) }

// overview is the node at a glance, as RabbitMQ's API shows it. What is nil is
// left out.
type overview struct {
	ManagementVersion    string            `json:"management_version"`
	RabbitMQVersion      string            `json:"rabbitmq_version"`
	ProductName          string            `json:"product_name"`
	ProductVersion       string            `json:"product_version"`
	ErlangVersion        string            `json:"erlang_version"`      // of Go
	ErlangFullVersion    string            `json:"erlang_full_version"` // of Go, and what it runs on
	CryptoVersion        string            `json:"crypto_lib_version"`
	RatesMode            string            `json:"rates_mode"`
	Retention            map[string][]int  `json:"sample_retention_policies"` // seconds
	ClusterName          string            `json:"cluster_name"`
	ClusterTags          map[string]string `json:"cluster_tags"`
	NodeTags             map[string]string `json:"node_tags"`
	Node                 string            `json:"node"`
	ExchangeTypes        []offer           `json:"exchange_types"`
	DefaultQueueType     string            `json:"default_queue_type"`
	OperatorPolicies     bool              `json:"is_op_policy_updating_enabled"`
	DefinitionsExtension bool              `json:"require_definition_json_extension"`
	DisableStats         bool              `json:"disable_stats"`
	QueueTotalsEnabled   bool              `json:"enable_queue_totals"`
	EventQueue           int               `json:"statistics_db_event_queue"`
	ObjectTotals         *objectTotals     `json:"object_totals,omitempty"`
	QueueTotals          *lengths          `json:"queue_totals,omitempty"`
	MessageStats         *nodeStats        `json:"message_stats,omitempty"`
	Churn                object            `json:"churn_rates,omitempty"`
	Listeners            []listening       `json:"listeners,omitempty"`
	Contexts             []webContext      `json:"contexts,omitempty"`
}

// object is a JSON object with keys from a table.
type object map[string]any

// objectTotals are how many of what there are.
type objectTotals struct {
	Channels    int `json:"channels"`
	Connections int `json:"connections"`
	Consumers   int `json:"consumers"`
	Exchanges   int `json:"exchanges"`
	Queues      int `json:"queues"`
}

// retention says for how long samples are kept: the last minute by the second,
// ten minutes by five, an hour by the minute, a day by ten.
var retention = map[string][]int{
	"global": {600, 3600, 28800, 86400}, "basic": {600, 3600}, "detailed": {600},
}

func (a *API) overview(w http.ResponseWriter, r *http.Request, u *auth.User) {
	asked, ok := askedRanges(w, r)
	if !ok {
		return
	}
	detail := detailOf(r.URL.Query())
	o := overview{
		ManagementVersion: compatible, RabbitMQVersion: compatible, ProductName: productName, ProductVersion: a.facts.Version,
		ErlangVersion: goVersion, ErlangFullVersion: goFullVersion, CryptoVersion: "crypto of " + runtime.Version(),
		RatesMode: ratesMode, Retention: retention, ClusterName: a.broker.ClusterName(),
		ClusterTags: map[string]string{}, NodeTags: map[string]string{}, Node: a.node, ExchangeTypes: a.exchangeTypes(),
		DefaultQueueType: a.broker.DefaultKind(), OperatorPolicies: true,
		DisableStats: detail != everything, QueueTotalsEnabled: r.URL.Query().Get("enable_queue_totals") == "true",
	}
	s := a.view(u)
	if detail != bare {
		o.QueueTotals = showLengths(s.totals.Ready, s.totals.Unacked, s.totals.Delayed, s.past, &asked)
	}
	if detail == everything {
		o.ObjectTotals, o.Churn = showTotals(&s.totals), a.churn(&asked, asked.messages)
		n := counted{s.traffic, s.past, &asked}
		o.MessageStats = n.node()
	}
	if has(u, "monitoring") {
		o.Listeners, o.Contexts = a.listeners(), a.contexts()
	}
	answerOne(w, r, o)
}

func showTotals(t *broker.Totals) *objectTotals {
	return &objectTotals{t.Channels, t.Connections, t.Consumers, t.Exchanges, t.Queues}
}

// ratesMode says that everything is counted one by one.
const ratesMode = "detailed"
