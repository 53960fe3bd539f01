package ctl

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/hutchmq/hutchmq/ctl/client"
)

type healthVerbs struct {
	CheckRunning      checkRunning      `cmd:"" name:"check_running" group:"Health" help:"Check that the broker runs and serves."`
	CheckAlarms       checkAlarms       `cmd:"" name:"check_alarms" group:"Health" help:"Check that no resource runs out, on any node."`
	CheckLocalAlarms  checkLocalAlarms  `cmd:"" name:"check_local_alarms" group:"Health" help:"Check that no resource of the node runs out."`
	CheckPorts        checkPorts        `cmd:"" name:"check_port_connectivity" group:"Health" help:"Check that connections can be opened to every listener."`
	CheckPort         checkPort         `cmd:"" name:"check_port_listener" group:"Health" help:"Check that there is a listener at a port."`
	CheckProtocol     checkProtocol     `cmd:"" name:"check_protocol_listener" group:"Health" help:"Check that there is a listener for a protocol."`
	CheckVhosts       checkVhosts       `cmd:"" name:"check_virtual_hosts" group:"Health" help:"Check that all vhosts run."`
	CheckCertificates checkCertificates `cmd:"" name:"check_certificate_expiration" group:"Health" help:"Check that no certificate expires soon."`
	CheckLeaders      checkLeaders      `cmd:"" name:"check_for_quorum_queues_without_an_elected_leader" group:"Health" help:"Check that all quorum queues have a leader."`
	CheckStore        checkStore        `cmd:"" name:"check_if_metadata_store_is_initialized" group:"Health" help:"Check that definitions can be read and changed."`
	CheckDeprecated   checkDeprecated   `cmd:"" name:"check_if_any_deprecated_features_are_used" group:"Health" help:"Check that nobody uses what will go away."`
	NodeHealthCheck   nodeHealthCheck   `cmd:"" name:"node_health_check" group:"Health" help:"Check that the broker runs; check_running says the same."`
	Alarms            alarms            `cmd:"" name:"alarms" group:"Health" help:"List the resources that run out."`
	IsRunning         isRunning         `cmd:"" name:"is_running" group:"Health" help:"Tell whether the broker runs."`
	IsBooting         isBooting         `cmd:"" name:"is_booting" group:"Health" help:"Tell whether the broker is starting."`
}

// check asks the API for a health check, and says what came of it.
func (o *operator) check(parts ...string) error {
	err := o.client.Get(o.ctx, client.Path(append([]string{"health", "checks"}, parts...)...), nil)
	refused, ok := errors.AsType[*client.Error](err)
	switch {
	case err == nil && o.Formatter == "json":
		o.print(`{"result":"ok"}`)
	case err == nil:
		o.say("Check passed")
	case ok && refused.Status == http.StatusServiceUnavailable:
		return fail(exitUnavailable, "check failed: %s%s", refused.Reason, details(refused))
	}
	return err
}

// details are what a failed check says beside the reason.
func details(e *client.Error) string {
	var said map[string]any
	if json.Unmarshal(e.Body, &said) != nil {
		return ""
	}
	delete(said, "reason")
	delete(said, "status")
	if len(said) == 0 {
		return ""
	}
	return ": " + asJSON(said)
}

type checkRunning struct{}

// Run checks.
func (*checkRunning) Run(o *operator) error {
	o.say("Checking if the broker at %s is running ...", o.client.Where())
	return o.check("is-in-service")
}

type nodeHealthCheck struct{}

// Run checks.
func (*nodeHealthCheck) Run(o *operator) error { return (&checkRunning{}).Run(o) }

type checkAlarms struct{}

// Run checks.
func (*checkAlarms) Run(o *operator) error {
	o.say("Asking for alarms in effect in the cluster ...")
	return o.check("alarms")
}

type checkLocalAlarms struct{}

// Run checks.
func (*checkLocalAlarms) Run(o *operator) error {
	o.say("Asking for alarms in effect on the node ...")
	return o.check("local-alarms")
}

type checkPort struct {
	Port int `arg:"" help:"Its number."`
}

// Run checks.
func (v *checkPort) Run(o *operator) error {
	o.say("Asking if there's an active listener on port %d ...", v.Port)
	return o.check("port-listener", strconv.Itoa(v.Port))
}

type checkProtocol struct {
	Protocol string `arg:"" help:"Such as amqp, amqp/ssl, http or http/prometheus."`
}

// Run checks.
func (v *checkProtocol) Run(o *operator) error {
	o.say("Asking if there's an active listener for protocol %s ...", v.Protocol)
	return o.check("protocol-listener", v.Protocol)
}

type checkVhosts struct{}

// Run checks.
func (*checkVhosts) Run(o *operator) error {
	o.say("Checking if all vhosts are running ...")
	return o.check("virtual-hosts")
}

type checkStore struct{}

// Run checks.
func (*checkStore) Run(o *operator) error { return o.check("metadata-store", "initialized") }

type checkLeaders struct {
	Pattern string `arg:"" optional:"" help:"A regular expression: the queues that are meant."`
	All     bool   `name:"across-all-vhosts" help:"In all vhosts."`
}

// Run checks.
func (v *checkLeaders) Run(o *operator) error {
	parts := []string{"quorum-queues-without-elected-leaders", "vhost", o.Vhost}
	if v.All {
		parts = []string{"quorum-queues-without-elected-leaders", "all-vhosts"}
	}
	if v.Pattern != "" {
		parts = append(parts, "pattern", v.Pattern)
	}
	return o.inVhost(o.check(parts...))
}

type checkCertificates struct {
	Within int    `default:"4" help:"How many units from now."`
	Unit   string `enum:"days,weeks,months,years" default:"weeks" help:"days, weeks, months or years."`
}

// Run checks.
func (v *checkCertificates) Run(o *operator) error {
	o.say("Checking certificate expiration: within %d %s ...", v.Within, v.Unit)
	return o.check("certificate-expiration", strconv.Itoa(v.Within), v.Unit)
}

type checkDeprecated struct{}

// Run checks.
func (*checkDeprecated) Run(o *operator) error {
	used, err := o.rows("deprecated-features", "used")
	if err == nil && len(used) > 0 {
		return fail(exitUnavailable, "deprecated features are used: %s", asJSON(used))
	}
	if err == nil {
		o.say("Check passed")
	}
	return err
}

type checkPorts struct {
	Address string `placeholder:"HOST" help:"Connect to this host instead of where the listeners are."`
}

// connectTimeout bounds how long a listener may take to accept.
const connectTimeout = 5 * time.Second

// Run connects to all listeners, from here.
func (v *checkPorts) Run(o *operator) error {
	n, err := o.overview()
	if err != nil {
		return err
	}
	o.say("Testing TCP connections to all active listeners on node %s ...", n.Node)
	for i := range n.Listeners {
		l := &n.Listeners[i]
		addr := l.reachable()
		if v.Address != "" {
			addr = net.JoinHostPort(v.Address, strconv.Itoa(l.Port))
		}
		if err := o.connect(addr); err != nil {
			return fail(exitUnavailable, "check failed: cannot connect to %s (%s): %v", addr, l.Protocol, err)
		}
	}
	o.say("Successfully connected to %d listeners", len(n.Listeners))
	return nil
}

// connect opens a connection, and closes it.
func (o *operator) connect(addr string) error {
	d := net.Dialer{Timeout: connectTimeout}
	c, err := d.DialContext(o.ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return c.Close()
}

type alarms struct{}

var alarmColumns = listing{plainColumns("resource", "node"), "resource node"}

// Run lists alarms.
func (*alarms) Run(o *operator) error {
	v, n, err := o.node()
	if err != nil {
		return err
	}
	o.say("Asking node %s to report any known resource alarms ...", v.Node)
	var rows []row
	for _, resource := range n.alarms() {
		rows = append(rows, row{"resource": resource, "node": v.Node})
	}
	if rows == nil && o.Formatter == "" {
		o.print("Node %s reported no alarms, local or clusterwide", v.Node)
		return nil
	}
	return o.showRows(alarmColumns, nil, rows)
}

type isRunning struct{}

// Run tells.
func (*isRunning) Run(o *operator) error { return o.tell("running", true) }

type isBooting struct{}

// Run tells: who answers has started.
func (*isBooting) Run(o *operator) error { return o.tell("booting", false) }

// tell says whether the broker is in a state, as it is when it answers.
func (o *operator) tell(state string, isWhenUp bool) error {
	err := o.client.Get(o.ctx, "/livez", nil)
	is := (err == nil) == isWhenUp
	if err != nil && !isWhenUp {
		return err
	}
	if o.Formatter == "json" {
		o.print("%s", asJSON(map[string]bool{state: is}))
	} else {
		o.print("The broker at %s is%s %s", o.client.Where(), map[bool]string{false: " not"}[is], state)
	}
	return nil
}
