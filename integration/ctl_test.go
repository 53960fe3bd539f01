package integration

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// operator types commands at the machine of a broker.
type operator struct {
	*Broker
	t   testing.TB
	env []string
}

// program runs a program of any name and gives what it printed, and its exit
// code.
func (o operator) program(name, input string, args ...string) (out, errs string, code int) {
	o.t.Helper()
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), "HUTCHMQ_DATA_DIR="+o.Dir)
	c.Env = append(c.Env, o.env...)
	c.Stdin = strings.NewReader(input)
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	if exit, failed := errors.AsType[*exec.ExitError](err); failed {
		code = exit.ExitCode()
	} else if err != nil {
		o.t.Fatal(err)
	}
	if strings.Contains(stderr.String(), "goroutine ") {
		o.t.Errorf("%s %q: a stack: %s", name, args, stderr.String())
	}
	return stdout.String(), stderr.String(), code
}

// typed is a command, as it is typed, and what comes of it. Words are divided
// by spaces; two quotes are an empty one, and CONN is the name of a
// connection.
type typed struct {
	command string
	code    int
	prints  string // a regular expression, of the output or else of the error
}

// allTyped are all verbs, in an order in which one leads to the other.
var allTyped = []typed{
	{"ping", 0, `Ping succeeded`},
	{"-q ping", 0, `^$`},
	{"await_startup", 0, ``},
	{"wait some.pid", 0, ``},
	{"await_online_nodes 1", 0, ``},
	{"await_online_nodes 2 -t 0.3", 75, `has not become ready in 0.3 seconds`},
	{"version", 0, `^\S+\n$`},
	{"server_version -q", 0, `^4\.\d+\.\d+\n$`},
	{"erlang_version -q", 0, `^Go go1`},
	{"status", 0, `(?s)Status of node rabbit@.*OS PID: \d+.*Listeners\n\nInterface: 127.0.0.1, port: \d+, protocol: amqp`},
	{"status --json", 0, `"queue_count":1[,}]`},
	{"cluster_status", 0, `(?s)Running Nodes\n\nrabbit@`},
	{"environment -q", 0, `(?m)^listeners.amqp.addr\t127.0.0.1:\d+\tflag$`},
	{"listeners", 0, `protocol: http, purpose: HTTP API`},
	{"is_running", 0, `is running`},
	{"is_booting", 0, `is not booting`},
	{"-n rabbit@nowhere status", 68, `no node 'rabbit@nowhere'`},

	{"add_vhost shop --description our+shop --tags a,b --default-queue-type quorum", 0, `Adding vhost "shop"`},
	{"list_vhosts -q name description tags default_queue_type", 0, `(?m)^shop\tour shop\t\[a, b\]\tquorum$`},
	{"update_vhost_metadata shop --description new", 0, ``},
	{"set_vhost_tags shop c", 0, ``},
	{"list_vhosts -s name description tags", 0, `(?m)^shop\tnew\t\[c\]$`},
	{"enable_vhost_protection_from_deletion shop", 0, ``},
	{"delete_vhost shop", 70, `protected from deletion`},
	{"disable_vhost_protection_from_deletion shop", 0, ``},
	{"restart_vhost -p shop", 0, ``},
	{"trace_on -p shop", 0, ``},
	{"list_vhosts -s name tracing", 0, `(?m)^shop\ttrue$`},
	{"trace_off -p shop", 0, ``},

	{"add_user bob secret", 0, `Done`},
	{"add_user bob secret", 70, `already exists`},
	{"hash_password other -q", 0, `^\S{48}\n$`},
	{"authenticate_user bob secret", 0, `Success`},
	{"authenticate_user bob wrong", 65, `failed to authenticate`},
	{"set_user_tags bob monitoring management", 0, `\[monitoring, management\]`},
	{"authenticate_user bob secret", 0, `Success`},
	{"change_password bob changed", 0, ``},
	{"authenticate_user bob changed", 0, `Success`},
	{"list_users", 0, `(?m)^Listing users \.\.\.\nuser\ttags\nbob\t\[monitoring, management\]\nguest\t\[administrator\]$`},
	{"list_users --json", 0, `(?s)^\[\n\{"user":"bob","tags":\["monitoring","management"\]\},.*\]\n$`},
	{"--username bob --password changed list_users", 77, `Not administrator user`},
	{"--username bob --password wrong list_queues", 77, `password is wrong`},
	{"clear_password bob", 0, ``},
	{"authenticate_user bob changed", 65, ``},

	{"set_permissions -p shop bob ^a '' .*", 0, ``},
	{"set_permissions bob [ .* .*", 65, `.`},
	{"list_permissions -p shop -s", 0, `(?m)^bob\t\^a\t\t\.\*$`},
	{"set_permissions_globally bob .* .* .*", 0, ``},
	{"list_user_permissions bob -s", 0, `^/\t\.\*\t\.\*\t\.\*\nshop\t`},
	{"list_all_permissions -s", 0, `guest\t/\t`},
	{"clear_permissions -p shop bob", 0, ``},
	{"clear_permissions -p shop bob", 0, ``},
	{"set_topic_permissions bob amq.topic ^a ^b", 0, ``},
	{"list_topic_permissions -s", 0, `^bob\tamq.topic\t\^a\t\^b\n$`},
	{"list_user_topic_permissions bob -s", 0, `^/\tamq.topic\t\^a\t\^b\n$`},
	{"clear_topic_permissions bob amq.topic", 0, ``},
	{"clear_topic_permissions bob", 0, ``},

	{`set_policy -p shop --priority 3 --apply-to queues lim ^q {"max-length":10}`, 0, ``},
	{"list_policies -p shop -s", 0, `^shop\tlim\t\^q\tqueues\t\{"max-length":10\}\t3\n$`},
	{"clear_policy -p shop lim", 0, ``},
	{"clear_policy -p shop lim", 65, `Policy 'lim' does not exist in vhost 'shop'`},
	{`set_operator_policy lim ^zz {"max-length":10}`, 0, ``},
	{"list_operator_policies -s", 0, `^/\tlim\t`},
	{"clear_operator_policy lim", 0, ``},
	{`set_global_parameter motd {"say":"hi"}`, 0, ``},
	{"list_global_parameters -s", 0, `(?m)^motd\t\{"say":"hi"\}$`},
	{"clear_global_parameter motd", 0, ``},
	{`set_parameter nothing x {}`, 65, `component nothing not found`},
	{"list_parameters -q", 0, `component\tname\tvalue`},
	{"clear_parameter nothing x", 65, `does not exist`},
	{"set_cluster_name here", 0, ``},
	{"cluster_status", 0, `Cluster name: here`},
	{`set_vhost_limits -p shop {"max-queues":7,"max-connections":8}`, 0, ``},
	{`set_vhost_limits -p shop {"max-queues":6}`, 0, ``},
	{"list_vhost_limits -p shop -s", 0, `^shop\t\{"max-queues":6\}\n$`},
	{"list_vhost_limits --global -s", 0, `^shop\t`},
	{"clear_vhost_limits -p shop", 0, ``},
	{"list_vhost_limits -p shop -s", 0, `^$`},
	{`set_user_limits bob {"max-channels":7}`, 0, ``},
	{"list_user_limits -s", 0, `^bob\t\{"max-channels":7\}\n$`},
	{"list_user_limits --user bob -s", 0, `^bob\t`},
	{"clear_user_limits bob all", 0, ``},
	{"list_user_limits --user bob -s", 0, `^$`},

	{"list_queues", 0, `(?m)^Timeout: 60.0 seconds \.\.\.\nListing queues for vhost / \.\.\.\nname\tmessages\nwork\t3\n\z`},
	{"list_queues -s name,durable type arguments state consumers message_bytes pid", 0, `^work\ttrue\tclassic\t\[\{"x-max-length",100\}\]\trunning\t1\t6\trabbit@\S+\n$`},
	{"list_queues --formatter csv name", 0, "^name\nwork\n$"},
	{"list_queues --formatter pretty_table name", 0, `│ work │`},
	{"list_queues colour", 64, `colour are not supported`},
	{"list_queues -p none", 65, `Virtual host 'none' does not exist`},
	{"list_unresponsive_queues -s", 0, `^$`},
	{"list_exchanges -s", 0, `(?m)^amq.topic\ttopic$`},
	{"list_bindings -s", 0, `^\texchange\twork\tqueue\twork\t\[\]\n$`},
	{"list_connections -s user vhost state name pid", 0, `^guest\t/\trunning\t\S+ -> \S+\t\S+ -> \S+\n$`},
	{"list_channels -s user prefetch_count number", 0, `^guest\t\d+\t\d+\n`},
	{"list_consumers -s queue_name consumer_tag ack_required prefetch_count active", 0, `^work\tme\ttrue\t1\ttrue\n$`},
	{"peek work 1 -s", 0, `(?m)^payload\tm2$`},
	{"pause_queue work", 0, ``},
	{"list_queues -s name state", 0, `^work\tpaused\n`},
	{"resume_queue work", 0, ``},
	{"quorum_status work", 65, `not a quorum queue`},
	{"rebalance all", 0, ``},
	{"close_connection CONN enough+of+that", 0, ``},
	{"close_connection nobody enough", 65, `does not exist`},
	{"close_all_connections --global enough", 0, `Closed 0 connections`},
	{"close_all_user_connections guest enough", 0, ``},
	{"purge_queue work", 0, ``},
	{"list_queues -s", 0, `^work\t0\n$`},
	{"purge_queue none", 65, `Queue 'none' does not exist in vhost '/'`},
	{"delete_queue work --if-empty", 0, `successfully deleted with 0 messages`},
	{"delete_queue work", 65, `does not exist`},

	{"export_definitions FILE", 0, `Exporting definitions`},
	{"delete_vhost shop", 0, ``},
	{"delete_user bob", 0, ``},
	{"delete_user bob", 67, `User 'bob' does not exist`},
	{"import_definitions FILE", 0, `Done`},
	{"list_users -s", 0, `bob`},
	{"export_definitions -", 0, `"rabbit_version"`},
	{"import_definitions none.json", 65, `no such file`},

	{"check_running", 0, `Check passed`},
	{"node_health_check", 0, `Check passed`},
	{"check_alarms", 0, `Check passed`},
	{"check_local_alarms", 0, `Check passed`},
	{"check_port_listener PORT", 0, `Check passed`},
	{"check_port_listener 1", 69, `check failed: No active listener`},
	{"check_protocol_listener amqp", 0, `Check passed`},
	{"check_protocol_listener mqtt", 69, `check failed`},
	{"check_port_connectivity", 0, `Successfully connected`},
	{"check_virtual_hosts", 0, `Check passed`},
	{"check_certificate_expiration --within 1 --unit years", 0, `Check passed`},
	{"check_for_quorum_queues_without_an_elected_leader", 0, `Check passed`},
	{"check_if_metadata_store_is_initialized", 0, `Check passed`},
	{"check_if_any_deprecated_features_are_used", 0, `Check passed`},
	{"check_if_node_is_quorum_critical", 0, `Check passed`},
	{"list_feature_flags -s", 0, `(?m)^quorum_queue\tenabled$`},
	{"enable_feature_flag all", 0, ``},
	{"enable_feature_flag nothing", 65, `unknown feature flag`},
	{"list_deprecated_features -s", 0, `global_qos`},
	{"list_node_auth_attempt_stats -q", 0, `protocol\tauth_attempts`},
	{"reset_node_auth_attempt_metrics", 0, ``},
	{"reset_stats_db", 0, ``},

	{"list_delayed -s id exchange routing_key payload_bytes", 0, `^1\t\S*\twork\t5\n2\t\S*\twork\t5\n$`},
	{"deliver_delayed 1", 0, `Done|Delivering`},
	{"deliver_delayed 1", 65, `1`},
	{"cancel_delayed --all", 0, `(?i)cancel`},
	{"list_delayed -s", 0, `^$`},
	{"list_producers -s id epoch last_seq", 0, `^press\t0\t2\n$`},
	{"forget_producer press", 0, ``},
	{"list_producers -s", 0, `^$`},
	{"deduplication_status once -s", 0, `10`},
	{"clear_deduplication once", 0, ``},
	{`set_schedule daily {"cron":"0+6+*+*+*","exchange":"","routing_key":"work","payload":"up"}`, 0, ``},
	{"list_schedules -s name cron enabled", 0, `^daily\t0 6 \* \* \*\ttrue\n$`},
	{"pause_schedule daily", 0, ``},
	{"list_schedules -s enabled", 0, `^false\n$`},
	{"resume_schedule daily", 0, ``},
	{"run_schedule daily", 0, ``},
	{"clear_schedule daily", 0, ``},
	{"clear_schedule daily", 65, `daily`},

	{"certificates -q", 0, `^listener\tfile\tsubject\tnot_after\tdays_left\n$`},
	{"reload_certificates", 0, ``},
	{"set_log_level debug", 0, ``},
	{"set_log_level loud", 65, `there is no level`},
	{"log_tail -N 500", 0, `listening.* protocol=amqp`},
	{"log_tail_stream -d 0.1", 0, ``},
	{"log_location", 0, `^<stderr>\n$`},
	{"rotate_logs", 0, `Rotating the log`},
	{"memory_breakdown", 0, `other_proc\t[\d.]+ mb\t`},
	{"set_disk_free_limit mem_relative 0.001", 0, ``},
	{"set_disk_free_limit 1000000GB", 0, ``},
	{"check_local_alarms", 69, `disk`},
	{"alarms -s", 0, `^disk\trabbit@`},
	{"set_disk_free_limit 1MB", 0, ``},
	{"set_vm_memory_high_watermark absolute 1KiB", 0, ``},
	{"alarms -s", 0, `^memory\t`},
	{"set_vm_memory_high_watermark 0.6", 0, ``},
	{"set_vm_memory_high_watermark 6", 65, `between 0.0 and 1.0`},
	{"alarms", 0, `reported no alarms`},

	{"doctor", 0, `(?m)^ok +lock +held by the broker`},
	{"doctor --json", 0, `"check":"broker","verdict":"ok"`},
	{"top --once", 0, `(?m)^QUEUE +VHOST`},
	{"help set_policy", 0, `<definition>`},
	{"list_commands", 0, `(?m)^list_queues$`},
	{"stop_app", 70, `start and stop the process`},
	{"nothing", 64, `nothing`},
	{"list_users --colour", 64, `--colour`},
	{"add_user", 64, `<user>`},
}

// TestCtl types every verb there is, at a broker with a queue, a connection
// and a consumer.
func TestCtl(t *testing.T) {
	t.Parallel()
	m := startManaged(t)
	o := operator{m.Broker, t, nil}
	connection := occupy(t, m)
	file := filepath.Join(t.TempDir(), "definitions.json")
	names := strings.NewReplacer("CONN", strings.ReplaceAll(connection, " ", "+"), "FILE", file, "PORT", m.Port())
	verbs := map[string]bool{}
	for _, x := range allTyped {
		words := strings.Fields(names.Replace(x.command))
		for i, w := range words {
			if w == "''" {
				w = ""
			}
			if w = strings.ReplaceAll(w, "+", " "); w == file {
				verbs[w] = true
			}
			verbs[w], words[i] = true, w
		}
		out, errs, code := o.program(hutchmq, "", append([]string{"ctl"}, words...)...)
		printed := out
		if code != 0 && !strings.HasPrefix(x.command, "alarms") {
			printed = errs
		}
		if code != x.code || !regexp.MustCompile(x.prints).MatchString(printed) {
			t.Errorf("hutchmq ctl %s: exit code %d, want %d, and %q\n%s%s", x.command, code, x.code, x.prints, out, errs)
		}
	}
	list, _, _ := o.program(hutchmq, "", "ctl", "list_commands")
	for verb := range strings.FieldsSeq(list) {
		if !verbs[verb] {
			t.Errorf("nobody typed %s", verb)
		}
	}
	var audit struct{ Entries []struct{ User, Via string } }
	m.get("/api/x/audit?action=vhost.created&via=local&limit=1", &audit)
	if len(audit.Entries) != 1 || audit.Entries[0].User != "local" || audit.Entries[0].Via != "local" {
		t.Errorf("on record: %+v", audit)
	}
}

// occupy declares a queue, publishes three messages, and has a consumer take
// one of them. It gives the name of the connection.
func occupy(t *testing.T, m management) string {
	t.Helper()
	c, err := amqp.Dial(m.URL())
	m.must(err)
	t.Cleanup(func() { c.Close() })
	ch, err := c.Channel()
	m.must(err)
	_, err = ch.QueueDeclare("work", true, false, false, false, amqp.Table{"x-max-length": 100})
	m.must(err)
	m.must(ch.Confirm(false))
	for _, body := range []string{"m1", "m2", "m3"} {
		confirmed, err := ch.PublishWithDeferredConfirm("", "work", false, false, amqp.Publishing{Body: []byte(body)})
		m.must(err)
		confirmed.Wait()
	}
	m.must(ch.ExchangeDeclare("once", "direct", true, false, false, false, amqp.Table{"x-message-deduplication": true, "x-cache-size": 10}))
	for seq := int64(1); seq <= 2; seq++ {
		headers := amqp.Table{"x-delay": int64(3_600_000), "x-producer-id": "press", "x-producer-seq": seq}
		confirmed, err := ch.PublishWithDeferredConfirm("", "work", false, false, amqp.Publishing{Headers: headers, Body: []byte("later")})
		m.must(err)
		confirmed.Wait()
	}
	m.must(ch.Qos(1, 0, false))
	deliveries, err := ch.Consume("work", "me", false, false, false, false, nil)
	m.must(err)
	<-deliveries
	var list []struct{ Name string }
	m.get("/api/connections", &list)
	return list[0].Name
}

// TestCtlByOtherNames: under the name of one of RabbitMQ's tools the binary is
// that tool.
func TestCtlByOtherNames(t *testing.T) {
	t.Parallel()
	o := operator{Start(t, hutchmq), t, nil}
	o.program(hutchmq, "", "ctl", "await_startup")
	dir := t.TempDir()
	for name, args := range map[string][]string{
		"rabbitmqctl": {"-q", "list_vhosts"}, "rabbitmq-diagnostics": {"-q", "check_running"}, "rabbitmq-queues": {"rebalance", "all"},
	} {
		path := filepath.Join(dir, name)
		if err := os.Symlink(hutchmq, path); err != nil {
			t.Fatal(err)
		}
		if out, errs, code := o.program(path, "", args...); code != 0 {
			t.Errorf("%s %q: %d %s%s", name, args, code, out, errs)
		}
		if _, errs, code := o.program(path, "", "nothing"); code != 64 || !strings.HasPrefix(errs, name+": ") {
			t.Errorf("%s nothing: %d %s", name, code, errs)
		}
	}
}

// TestCtlSocket: the socket is its owner's only, goes with the broker, and
// comes back after a crash.
func TestCtlSocket(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	o := operator{b, t, nil}
	path := filepath.Join(b.Dir, "hutchmq.sock")
	if _, errs, code := o.program(hutchmq, "", "ctl", "await_startup"); code != 0 {
		t.Fatalf("await_startup: %d %s", code, errs)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the socket: %v %v", info, err)
	}
	b.Kill()
	if _, errs, code := o.program(hutchmq, "", "ctl", "-q", "ping"); code != 69 {
		t.Errorf("ping of a dead broker: %d %s", code, errs)
	}
	waiting := make(chan int)
	go func() {
		_, _, code := o.program(hutchmq, "", "ctl", "-q", "-t", "20", "await_startup")
		waiting <- code
	}()
	time.Sleep(200 * time.Millisecond)
	b.Restart()
	if code := <-waiting; code != 0 {
		t.Errorf("await_startup: %d", code)
	}
	if out, errs, code := o.program(hutchmq, "secret\n", "ctl", "add_user", "bob"); code != 0 {
		t.Errorf("with the password in the input: %d %s%s", code, out, errs)
	}
	b.Stop()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the socket is left: %v", err)
	}
	out, _, code := o.program(hutchmq, "", "doctor")
	if code != 0 || !strings.Contains(out, "it does not run") || !strings.Contains(out, "ok       lock            free") {
		t.Errorf("doctor without a broker: %d\n%s", code, out)
	}
}

// TestCtlOverTCP: who has no socket gives a user and a password.
func TestCtlOverTCP(t *testing.T) {
	t.Parallel()
	m := startManaged(t)
	for _, x := range []struct {
		env  []string
		args []string
		code int
	}{
		{nil, []string{"--uri=" + m.base}, 0},
		{[]string{"HUTCHMQ_URI=" + m.base, "HUTCHMQ_USER=guest", "HUTCHMQ_PASSWORD=guest"}, nil, 0},
		{nil, []string{"--uri=" + m.base, "--username=guest", "--password=x"}, 77},
		{nil, []string{"--uri=http://127.0.0.1:1"}, 69},
		{nil, []string{"--uri=ftp://x"}, 64},
	} {
		o := operator{m.Broker, t, x.env}
		out, errs, code := o.program(hutchmq, "", append(append([]string{"ctl"}, x.args...), "list_users")...)
		if code != x.code || code == 0 && !strings.Contains(out, "guest\t[administrator]") {
			t.Errorf("%q %q: %d %s%s", x.env, x.args, code, out, errs)
		}
	}
}

// TestDoctorFindsProblems: a busy port, a bad file of settings, a data
// directory that is a file.
func TestDoctorFindsProblems(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	dir := t.TempDir()
	bad, file := filepath.Join(dir, "bad.yaml"), filepath.Join(dir, "file")
	for _, name := range []string{bad, file} {
		if err := os.WriteFile(name, []byte("nonsense: 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := operator{b, t, []string{"HUTCHMQ_AMQP=" + b.Addr, "HUTCHMQ_URI=http://127.0.0.1:1"}}
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{"--config", bad}, `problem  settings        .*unknown key 'nonsense'`},
		{[]string{"--data-dir", file}, `problem  data directory  .*is not a directory`},
		{[]string{"--data-dir", filepath.Join(dir, "new")}, `problem  port            listeners.amqp.addr: .* is used by hutchmq \(process \d+\)`},
	} {
		out, errs, code := o.program(hutchmq, "", append([]string{"doctor"}, x.args...)...)
		if code != 69 || !regexp.MustCompile(x.want).MatchString(out) {
			t.Errorf("doctor %q: %d, want %q\n%s%s", x.args, code, x.want, out, errs)
		}
	}
}

// TestCompletion: what shells ask for.
func TestCompletion(t *testing.T) {
	t.Parallel()
	o := operator{&Broker{}, t, nil}
	for words, want := range map[string]string{
		"ct":                         "ctl",
		"ctl list_que":               "list_queues",
		"ctl list_queues messages_r": "messages_ready messages_ram messages_ready_ram",
		"ctl --formatter j":          "json",
		"doctor --form":              "--formatter",
		"server --data":              "--data-dir",
	} {
		out, errs, code := o.program(hutchmq, "", append([]string{"complete", "--"}, strings.Fields(words)...)...)
		got := strings.Fields(out)
		for w := range strings.FieldsSeq(want) {
			if !slices.Contains(got, w) {
				t.Errorf("%s: %d %q, not %s; %s", words, code, got, w, errs)
			}
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		out, _, code := o.program(hutchmq, "", "completion", shell)
		if code != 0 || !strings.Contains(out, "hutchmq rabbitmqctl") {
			t.Errorf("%s: %d %s", shell, code, out)
		}
	}
	out, err := exec.Command("bash", "-c", `PATH="$1:$PATH"; source <(hutchmq completion bash)
		COMP_WORDS=(hutchmq ctl list_us); COMP_CWORD=2; _hutchmq; echo "${COMPREPLY[@]}"`, "bash", binDir(t)).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "list_user_limits ") || !strings.Contains(string(out), "list_users") {
		t.Errorf("bash completes %s %v", out, err)
	}
}

// binDir is a directory with the binary under its own name.
func binDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	path, err := filepath.Abs(hutchmq)
	if err == nil {
		err = os.Symlink(path, filepath.Join(dir, "hutchmq"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
