package mgmt

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/pattern"
)

const healthChecks = "/api/health/checks/"

// healthRoutes are questions of yes and no: 200 or 503. What can only go wrong
// in a cluster is asked of one node all the same, and always well.
func (a *API) healthRoutes(r chi.Router) {
	r.Get("/livez", fine)
	r.Get("/startupz", fine) // whoever serves this has started
	r.Get("/readyz", a.ready)
	for path, check := range map[string]handler{
		"alarms":                            a.checkAlarms("There are alarms in effect in the cluster"),
		"local-alarms":                      a.checkAlarms("There are alarms in effect on the node"),
		"port-listener/{port}":              a.checkPort,
		"protocol-listener/{protocols}":     a.checkProtocols,
		"below-node-connection-limit":       a.checkConnectionLimit,
		"certificate-expiration/{n}/{unit}": a.checkCertificates,
		"metadata-store/initialized":        a.checkStore, "metadata-store/initialized/with-data": a.checkStore,
		"ready-to-serve-clients": a.checkStore, "is-in-service": a.checkStore, "virtual-hosts": a.checkStore,
		"node-is-quorum-critical": allWell, "reached-target-cluster-size": allWell,
		"quorum-queues-without-elected-leaders/all-vhosts":                      allWell,
		"quorum-queues-without-elected-leaders/all-vhosts/pattern/{pattern}":    a.checkLeaders,
		"quorum-queues-without-elected-leaders/vhost/{vhost}":                   a.checkLeaders,
		"quorum-queues-without-elected-leaders/vhost/{vhost}/pattern/{pattern}": a.checkLeaders,
	} {
		r.Get(healthChecks+path, a.anyone(check))
	}
	r.Get("/api/healthchecks/node", a.asManager(a.checkStore))
	r.Get("/api/healthchecks/node/{node}", a.asManager(a.checkNode))
}

// unwell answers that a check has failed, with what there is to say beside why.
func unwell(w http.ResponseWriter, reason string, more object) {
	o := object{"status": "failed", "reason": reason}
	for key, value := range more {
		o[key] = value
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusServiceUnavailable)
	answerBody(w, o)
}

// well answers that a check has passed.
func well(w http.ResponseWriter, more object) {
	o := object{"status": "ok"}
	for key, value := range more {
		o[key] = value
	}
	answer(w, o)
}

func allWell(w http.ResponseWriter, _ *http.Request, _ *auth.User) { well(w, nil) }

// ready tells a load balancer whether clients can be served. Publishers that
// are stopped by an alarm are no reason to send consumers away.
func (a *API) ready(w http.ResponseWriter, _ *http.Request) {
	if err := a.broker.Failed(); err != nil {
		unwell(w, err.Error(), nil)
		return
	}
	well(w, nil)
}

// checkStore asks whether the disk takes what is written: without it neither a
// vhost nor what is declared in it can be used.
func (a *API) checkStore(w http.ResponseWriter, r *http.Request, _ *auth.User) { a.ready(w, r) }

func (a *API) checkNode(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	if a.hasNode(w, r) {
		a.ready(w, r)
	}
}

// alarmInEffect is a resource that runs out.
type alarmInEffect struct {
	Node     string `json:"node"`
	Resource string `json:"resource"` // "memory" or "disk"
}

func (a *API) checkAlarms(reason string) handler {
	return func(w http.ResponseWriter, _ *http.Request, _ *auth.User) {
		alarm := a.broker.Alarm()
		if alarm == 0 {
			well(w, nil)
			return
		}
		list := []alarmInEffect{}
		if alarm&broker.LowMemory != 0 {
			list = append(list, alarmInEffect{a.node, "memory"})
		}
		if alarm&broker.LowDisk != 0 {
			list = append(list, alarmInEffect{a.node, "disk"})
		}
		unwell(w, reason, object{"alarms": list})
	}
}

func (a *API) checkPort(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	port, err := strconv.Atoi(parameter(r, "port"))
	if err != nil || port < 1 || port > 65535 {
		bad(w, "Invalid port")
		return
	}
	ports := []int{}
	for _, l := range a.facts.Listeners {
		if l.Port == port {
			well(w, object{"port": port})
			return
		}
		ports = append(ports, l.Port)
	}
	unwell(w, "No active listener", object{"missing": port, "ports": ports})
}

// protocolNames are what else protocols are called.
var protocolNames = map[string]string{"amqp091": "amqp", "amqp0.9.1": "amqp", "prometheus": "http/prometheus"}

func (a *API) checkProtocols(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	served := []string{}
	for _, l := range a.facts.Listeners {
		served = append(served, l.Protocol)
	}
	wanted := strings.Split(parameter(r, "protocols"), ",")
	for _, protocol := range wanted {
		name := strings.TrimSpace(protocol)
		if other := protocolNames[name]; other != "" {
			name = other
		}
		if !slices.Contains(served, name) {
			unwell(w, "No active listener", object{"missing": protocol, "protocols": served})
			return
		}
	}
	if len(wanted) == 1 {
		well(w, object{"protocol": wanted[0]})
		return
	}
	well(w, object{"protocols": wanted})
}

func (a *API) checkConnectionLimit(w http.ResponseWriter, _ *http.Request, _ *auth.User) {
	limit, n := a.broker.NodeLimits().Connections, len(a.broker.Connections())
	if limit > 0 && n >= limit {
		unwell(w, "node connection limit is reached", object{"connections": n, "limit": limit})
		return
	}
	well(w, object{"connections": n, "limit": orInfinity(limit)})
}

// orInfinity is a limit, where 0 is none.
func orInfinity(limit int) any {
	if limit == 0 {
		return "infinity"
	}
	return limit
}

// checkLeaders finds all leaders on the one node.
func (a *API) checkLeaders(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	if given(r, "vhost") && !a.hasVhost(r) {
		notHere(w, r)
		return
	}
	if given(r, "pattern") {
		if _, err := pattern.Compile(parameter(r, "pattern")); err != nil {
			bad(w, err.Error())
			return
		}
	}
	well(w, nil)
}
