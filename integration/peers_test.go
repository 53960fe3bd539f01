//go:build peers

package integration

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// peerScenarios are what TestPeers compares when PEERS_SCENARIOS is not set.
// The backlogs of a million are left out: they would last an hour.
// What is measured by its memory comes first, while the brokers are fresh.
const peerScenarios = "idle-connections idle-channels idle-queues transient-16 transient-1k shared four-queues persistent ten-queues fanout-50 " +
	"topic-1000 topic-10000 headers-1000 latency round-trip backlog " +
	"connection-churn channel-churn queue-churn"

// TestPeers prints the table that compares RabbitMQ, as the system installed
// it, with this broker, which runs twice: as it is and, with store.sync=os, confirming once the
// operating system has a message, as RabbitMQ's classic queues do.
//
//	make bench-peers PEERS_RUNS=5 PEERS_SECONDS=10 PEERS_SCENARIOS="persistent latency"
//
// A second table has the facts that are no load: see factsOfPeers. PEERS_FACTS
// is only, ours (without RabbitMQ's), or no.
func TestPeers(t *testing.T) {
	switch which := os.Getenv("PEERS_FACTS"); which {
	case "only":
		factsOfPeers(t, rabbitPeer, ourPeer)
	case "ours":
		factsOfPeers(t, ourPeer)
	case "no":
		comparePeers(t)
	case "":
		comparePeers(t)
		factsOfPeers(t, rabbitPeer, ourPeer)
	default:
		t.Fatalf("PEERS_FACTS: want only, ours or no, got '%s'", which)
	}
}

// comparePeers runs the scenarios.
func comparePeers(t *testing.T) {
	rabbit := newRabbit(t)
	rabbit.start()
	ours, relaxed := Start(t, hutchmq), Start(t, hutchmq, "HUTCHMQ_STORE_SYNC=os")
	runs, seconds := cmp.Or(os.Getenv("PEERS_RUNS"), "3"), cmp.Or(os.Getenv("PEERS_SECONDS"), "10")
	args := append([]string{"perf", "compare"}, strings.Fields(cmp.Or(os.Getenv("PEERS_SCENARIOS"), peerScenarios))...)
	args = append(args, "--markdown", "--runs", runs, "-z", seconds)
	for _, b := range []struct {
		name, addr string
		pid        int
	}{
		{"RabbitMQ", rabbit.addr, rabbit.process.Process.Pid},
		{"HutchMQ", ours.Addr, ours.process.Process.Pid},
		{"HutchMQ-os", relaxed.Addr, relaxed.process.Process.Pid},
	} {
		args = append(args, "--uri", b.name+"=amqp://"+b.addr, "--pid", fmt.Sprint(b.name, "=", b.pid))
	}
	c := exec.Command(hutchmq, args...)
	c.Stderr = os.Stderr
	table, err := c.Output()
	fmt.Printf("%s, %d CPUs, %s; %s runs of %s s each, in turn: median (lowest-highest).\n\n%s",
		runtime.GOOS, runtime.NumCPU(), kernel(), runs, seconds, table)
	if err != nil {
		t.Error(err)
	}
}

func kernel() string {
	text, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return "Linux " + strings.TrimSpace(string(text))
}

// rabbit is a RabbitMQ of this test alone, with its own data, name server and
// ports, all on loopback.
type rabbit struct {
	t       *testing.T
	addr    string
	dir     string // of its data
	server  string // the program
	env     []string
	process *exec.Cmd
}

// newRabbit prepares one that does not run yet.
func newRabbit(t *testing.T) *rabbit {
	t.Helper()
	servers, _ := filepath.Glob("/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server")
	if len(servers) == 0 {
		t.Fatal("no RabbitMQ here: apt-get install rabbitmq-server")
	}
	dir := t.TempDir()
	plugins := filepath.Join(dir, "plugins")
	if err := os.WriteFile(plugins, []byte("[].\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	epmd, dist := port(t, freeAddr(t)), port(t, freeAddr(t))
	child(t, nil, "epmd", "-address", "127.0.0.1", "-port", epmd)
	r := &rabbit{t: t, addr: freeAddr(t), dir: filepath.Join(dir, "mnesia"), server: servers[len(servers)-1]}
	r.env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LANG=C.UTF-8",
		"ERL_EPMD_ADDRESS=127.0.0.1", "ERL_EPMD_PORT=" + epmd,
		"RABBITMQ_NODENAME=peer" + epmd + "@localhost", "RABBITMQ_DIST_PORT=" + dist,
		"RABBITMQ_NODE_IP_ADDRESS=127.0.0.1", "RABBITMQ_NODE_PORT=" + port(t, r.addr),
		"RABBITMQ_MNESIA_BASE=" + r.dir, "RABBITMQ_LOG_BASE=" + dir,
		"RABBITMQ_ENABLED_PLUGINS_FILE=" + plugins, "RABBITMQ_CONF_ENV_FILE=/dev/null",
		"RABBITMQ_CONFIG_FILE=" + filepath.Join(dir, "none"), "RABBITMQ_PID_FILE=" + filepath.Join(dir, "pid"),
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}",
	}
	return r
}

// start returns once it listens.
func (r *rabbit) start() {
	r.t.Helper()
	r.process = child(r.t, r.env, r.server)
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", r.addr)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			r.t.Fatal("RabbitMQ does not listen: ", err)
		}
	}
}

// stop ends it in order.
func (r *rabbit) stop() {
	r.process.Process.Signal(syscall.SIGTERM)
	r.process.Wait()
}

// child starts a program in a process group of its own, which the test ends.
func child(t *testing.T, env []string, name string, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(name, args...)
	c.Env, c.SysProcAttr = env, &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(stopTimeout, func() { syscall.Kill(-c.Process.Pid, syscall.SIGKILL) })
		defer late.Stop()
		c.Wait()
	})
	return c
}

func port(t *testing.T, addr string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if n, _ := strconv.Atoi(port); err != nil || n == 0 {
		t.Fatal("no port in ", addr)
	}
	return port
}
