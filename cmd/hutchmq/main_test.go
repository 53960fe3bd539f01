package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/config"
)

// TestMain lets the test binary stand in for hutchmq.
func TestMain(m *testing.M) {
	if os.Getenv("HUTCHMQ_TEST_AS_BINARY") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func hutchmq(env []string, args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	// Without the second, the race detector waits a second at every exit.
	c.Env = append([]string{"HUTCHMQ_TEST_AS_BINARY=1", "GORACE=atexit_sleep_ms=0"}, env...)
	return c
}

// run gives what hutchmq printed to both streams, and its exit code.
func run(t *testing.T, env []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	c := hutchmq(env, args...)
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if exit, failed := errors.AsType[*exec.ExitError](err); failed {
		return out.String(), errs.String(), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), 0
}

func TestCommandLine(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("listener: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	conf := write("rabbitmq.conf", "heartbeat = 30\ntcp_listen_options.nodelay = true\n")
	lost := write("lost.conf", "mqtt.exchange = amq.topic\n")
	wrong := write("wrong.conf", "hearbeat = 30\n")
	tests := []struct {
		env            []string
		args           string
		code           int
		stdout, stderr string // contained
	}{
		{nil, "", 0, "hutchmq server", ""},
		{nil, "server --help", 0, "Where AMQP clients connect. Default :5672.", ""},
		{nil, "version", 0, "hutchmq " + version, ""},
		{nil, "config reference", 0, "## limits.frame_max", ""},
		{nil, "config check", 0, "the configuration is valid", ""},
		{nil, "config check --amqp=none --data-dir=/x", 0, "valid", ""},
		{nil, "config init", 0, "  # heartbeat: 60s\n", ""},
		{[]string{"RABBITMQ_DEFAULT_PASS=hush"}, "config show --amqp=:1", 0, "********", ""},
		{nil, "config show --amqp=:1", 0, "--amqp", ""},
		{nil, "config show --json", 0, `"key": "limits.frame_max",`, ""},
		{nil, "config show --config=" + conf, 0, conf + ":1:1: heartbeat", ""},
		{nil, "config check --config=" + conf, 0, "valid", "line 2: tcp_listen_options.nodelay"},
		{nil, "config convert " + conf, 0, "limits:\n  heartbeat: 30s\n", "line 2: tcp_listen_options.nodelay"},
		{nil, "config convert " + lost, exitLost, "# line 1: mqtt.exchange: this broker", "would not follow: 1"},
		{nil, "config convert " + wrong, exitUsage, "", wrong + ":1:1: hearbeat: unknown key; did you mean 'heartbeat'?"},
		{nil, "config convert /no/such/file", 1, "", "no such file"},
		{nil, "server --config=" + wrong, exitUsage, "", "did you mean"},
		{[]string{"RABBITMQ_CONFIG_FILE=" + strings.TrimSuffix(wrong, ".conf")}, "config check", exitUsage, "", "did you mean"},
		{[]string{"HUTCHMQ_TRACING_OTLP_ENDPOINT=here"}, "config check", exitUsage, "", "want a URL such as"},
		{nil, "perf --help", 0, "--multi-ack-every", ""},
		{nil, "drain --source=amqp://127.0.0.1:1", exitUsage, "", "--source-api"},
		{nil, "drain --source=http://127.0.0.1:1 q", exitUsage, "", "--source: want amqp://"},
		{nil, "drain --source=amqp://h --target=amqp://h/v --source-api=http://h", exitUsage, "", "with --vhost"},
		{nil, "drain --source=amqp://127.0.0.1:1 --target=amqp://127.0.0.1:1 q", exitUnreachable, "moved: 0", "target: cannot connect"},
		{nil, "drain --source=amqp://127.0.0.1:1 --source-api=http://127.0.0.1:1", exitUnreachable, "", "cannot reach"},
		{nil, "ctl", 0, "list_queues", ""},
		{nil, "ctl version", 0, version, ""},
		{nil, "ctl list_queues --uri=http://127.0.0.1:1", 69, "Listing queues", "hutchmq: cannot reach the broker at http://127.0.0.1:1"},
		{nil, "ctl nothing", exitUsage, "", "nothing"},
		{nil, "ctl stop_app", 70, "", "start and stop the process"},
		{nil, "top --once --uri=http://127.0.0.1:1", 69, "", "cannot reach"},
		{nil, "completion bash", 0, "complete -o default -F _hutchmq hutchmq rabbitmqctl", ""},
		{nil, "complete -- ctl list_us", 0, "list_users", ""},
		{nil, "perf --scenarios", 0, "transient-16", ""},
		{nil, "perf -x none", exitUsage, "", "want a number"},
		{nil, "perf compare", exitUsage, "", "two brokers"},
		{nil, "frobnicate", exitUsage, "", "frobnicate"},
		{nil, "server --bogus", exitUsage, "", "--bogus"},
		{nil, "server --amqp=nowhere", exitUsage, "", "hutchmq: --amqp: want host:port, :port or none, got 'nowhere'"},
		{[]string{"HUTCHMQ_LOG_LEVEL=loud"}, "server", exitUsage, "", "HUTCHMQ_LOG_LEVEL: want one of"},
		{[]string{"HUTCHMQ_CONFIG=" + bad}, "config check", exitUsage, "", bad + ":1:1: unknown key 'listener'"},
		{nil, "config check --config=" + bad, exitUsage, "", "unknown key"},
		{nil, "config check --config=/no/such/file", exitUsage, "", "no such file"},
	}
	for _, tt := range tests {
		stdout, stderr, code := run(t, tt.env, strings.Fields(tt.args)...)
		if code != tt.code || !strings.Contains(stdout, tt.stdout) || !strings.Contains(stderr, tt.stderr) {
			t.Errorf("hutchmq %s: exit %d\nstdout: %s\nstderr: %s", tt.args, code, stdout, stderr)
		}
		if strings.Contains(stderr, "goroutine ") {
			t.Errorf("hutchmq %s: a stack trace: %s", tt.args, stderr)
		}
	}
}

// TestFlagsAreTheTable: what config says is a flag is one, and no more.
func TestFlagsAreTheTable(t *testing.T) {
	x := "127.0.0.1:1"
	given := (&settings{
		DataDir: &x, AMQP: &x, AMQPS: &x, Management: &x, ManagementTLS: &x, Metrics: &x, MetricsTLS: &x, Definitions: &x,
	}).flags()
	flags := 0
	for i := range config.Keys {
		if flag := config.Keys[i].Flag; flag != "" {
			flags++
			if given[flag] != x {
				t.Errorf("--%s does not reach the configuration", flag)
			}
		}
	}
	if flags != len(given) {
		t.Errorf("%d flags in the table, %d on the command line", flags, len(given))
	}
}

func TestSignalsStop(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		c := hutchmq(nil, "server", "--data-dir="+t.TempDir(), "--amqp=127.0.0.1:0", "--management=none", "--metrics=none")
		stderr, err := c.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(stderr)
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), `{"time":`) {
			t.Errorf("first line of the log is %q, want JSON", lines.Text())
		}
		timer := time.AfterFunc(10*time.Second, func() { c.Process.Kill() })
		if err := c.Process.Signal(signal); err != nil {
			t.Error(err)
		}
		for lines.Scan() { // Wait closes the pipe
		}
		if err := c.Wait(); err != nil {
			t.Errorf("%v: %v", signal, err)
		}
		timer.Stop()
	}
}
