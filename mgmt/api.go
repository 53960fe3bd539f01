// Package mgmt serves the management HTTP API: it decodes a request, asks the
// broker and encodes the answer. It knows no queue's inside and no socket.
package mgmt

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/klauspost/compress/gzhttp"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/listener"
	"github.com/hutchmq/hutchmq/logbook"
)

// API answers requests about one broker.
type API struct {
	broker   *broker.Broker
	facts    Facts
	node     string
	logins   logins
	attempts throttle

	router     chi.Router
	happenings happenings
	log        *logbook.Book           // nil: nobody keeps it
	settings   func() []config.Setting // in effect; nil: nobody knows
	reload     func() (config.Outcome, error)
	rotate     func() error // nil: the log goes to no file
	metrics    http.Handler // nil: not here

	maxMessageBytes uint64 // 0: as many as fit a request
	certificates    *listener.Certificates
}

// An Option gives the API something to show that the broker does not know.
type Option func(*API)

// WithLog shows what was logged lately, and lets administrators set the level.
func WithLog(l *logbook.Book) Option { return func(a *API) { a.log = l } }

// WithSettings shows the settings in effect, which list gives. What it gives
// must not change.
func WithSettings(list func() []config.Setting) Option {
	return func(a *API) { a.settings = list }
}

// WithReload lets administrators read the configuration again.
func WithReload(reload func() (config.Outcome, error)) Option {
	return func(a *API) { a.reload = reload }
}

// WithRotation lets administrators put the log file aside.
func WithRotation(rotate func() error) Option { return func(a *API) { a.rotate = rotate } }

// WithMaxMessageSize refuses to publish bodies of more than so many bytes.
func WithMaxMessageSize(maxBytes uint64) Option {
	return func(a *API) { a.maxMessageBytes = maxBytes }
}

// New makes the handler of all routes. node is the name of this node.
func New(b *broker.Broker, node string, more ...Option) http.Handler {
	a := &API{broker: b, node: node, certificates: listener.NewCertificates(nil), happenings: happenings{b: b}}
	for _, o := range more {
		o(a)
	}
	a.happenings.log = a.log
	return compressed(a.routes())
}

// routes are all routes there are.
func (a *API) routes() chi.Router {
	r := chi.NewRouter()
	a.router = r
	r.Use(encodedPath, headers, verbs(r), a.sameOrigin, a.record)
	r.NotFound(notHere)
	a.healthRoutes(r)
	a.overviewRoutes(r)
	a.nodeRoutes(r)
	a.loginRoutes(r)
	a.identityRoutes(r)
	a.vhostRoutes(r)
	a.userRoutes(r)
	a.permissionRoutes(r)
	a.topicPermissionRoutes(r)
	a.limitRoutes(r)
	a.protectionRoutes(r)
	a.policyRoutes(r)
	a.parameterRoutes(r)
	a.definitionRoutes(r)
	a.exchangeRoutes(r)
	a.queueRoutes(r)
	a.pauseRoutes(r)
	a.bindingRoutes(r)
	a.publishRoutes(r)
	a.getRoutes(r)
	a.browseRoutes(r)
	a.leaseRoutes(r)
	a.moveRoutes(r)
	a.jobRoutes(r)
	a.deadLetterRoutes(r)
	a.deduplicationRoutes(r)
	a.delayedRoutes(r)
	a.scheduleRoutes(r)
	a.argumentRoutes(r)
	a.connectionRoutes(r)
	a.channelRoutes(r)
	a.consumerRoutes(r)
	a.linkRoutes(r)
	a.featureRoutes(r)
	a.maintenanceRoutes(r)
	a.eventRoutes(r)
	a.auditRoutes(r)
	a.logRoutes(r)
	a.settingRoutes(r)
	a.alarmRoutes(r)
	a.certificateRoutes(r)
	a.topologyRoutes(r)
	a.routeTestRoutes(r)
	a.permissionTestRoutes(r)
	a.historyRoutes(r)
	a.backupRoutes(r)
	a.searchRoutes(r)
	a.planRoutes(r)
	a.metricsRoutes(r)
	a.openAPIRoutes(r)
	a.uiRoutes(r)
	return r
}

// compressed serves what is big in gzip, but for streams of events, which must
// not wait until there is something to compress, and backups, which are.
func compressed(h http.Handler) http.Handler {
	zipped := gzhttp.GzipHandler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isStream(r) || r.URL.Path == backupPath {
			h.ServeHTTP(w, r)
			return
		}
		zipped.ServeHTTP(w, r)
	})
}

func fine(w http.ResponseWriter, _ *http.Request) { answer(w, map[string]string{"status": "ok"}) }

// answer sends v as JSON.
func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	answerBody(w, v)
}

func answerBody(w http.ResponseWriter, v any) { encoder(w).Encode(v) }

// encoder writes JSON as RabbitMQ does: a > in the name of a connection stays
// one. Browsers are told not to take it for a page.
func encoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}
