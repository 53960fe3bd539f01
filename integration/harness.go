// Package integration meets the broker as its users do: the binary, its ports
// and real clients. It knows nothing of what is inside.
package integration

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const (
	startTimeout = 20 * time.Second
	stopTimeout  = 30 * time.Second
)

// Broker is one broker process after another, on the same data directory and
// ports. Its methods belong to the goroutine of the test.
type Broker struct {
	Addr string // where AMQP clients connect
	Dir  string // the data directory

	t       testing.TB
	binary  string
	flags   []string
	env     []string
	log     string // path of what all processes wrote
	process *exec.Cmd
	exited  chan struct{} // closed when the process has ended
}

// Start runs the binary with settings beside those that the harness needs, and
// waits until clients can connect. A setting is a flag, or NAME=value for the
// environment. The test ends the broker.
func Start(t testing.TB, binary string, settings ...string) *Broker {
	t.Helper()
	dir := t.TempDir()
	b := &Broker{Addr: freeAddr(t), Dir: filepath.Join(dir, "data"), t: t, binary: binary, log: filepath.Join(dir, "log")}
	b.flags = []string{"server", "--data-dir=" + b.Dir, "--amqp=" + b.Addr, "--management=none", "--metrics=none"}
	for _, s := range settings {
		if strings.HasPrefix(s, "--") {
			b.flags = append(b.flags, s)
		} else {
			b.env = append(b.env, s)
		}
	}
	t.Cleanup(func() {
		b.Kill()
		if t.Failed() {
			t.Logf("the broker said:\n%s", b.Log())
		}
	})
	b.Restart()
	return b
}

// URL is how AMQP clients name the broker and its first user.
func (b *Broker) URL() string { return "amqp://guest:guest@" + b.Addr + "/" }

// Port is where AMQP clients connect on this machine.
func (b *Broker) Port() string {
	_, port, _ := net.SplitHostPort(b.Addr)
	return port
}

// Env is the environment of a client's process: where the broker is, and that
// Python should leave no files behind.
func (b *Broker) Env() []string {
	return append(os.Environ(), "AMQP_URL="+b.URL(), "AMQP_PORT="+b.Port(), "PYTHONDONTWRITEBYTECODE=1")
}

// Restart starts the process again, after Kill or Stop, and waits until
// clients can connect.
func (b *Broker) Restart() {
	b.t.Helper()
	if b.process != nil {
		b.t.Fatal("restart of a broker that runs")
	}
	log, err := os.OpenFile(b.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		b.t.Fatal(err)
	}
	defer log.Close()
	b.process = exec.Command(b.binary, b.flags...)
	b.process.Env = append(os.Environ(), b.env...)
	b.process.Stdout, b.process.Stderr = log, log
	if err := b.process.Start(); err != nil {
		b.process = nil
		b.t.Fatal(err)
	}
	b.exited = make(chan struct{})
	go func(p *exec.Cmd, exited chan struct{}) {
		p.Wait()
		close(exited)
	}(b.process, b.exited)
	b.await()
}

// await returns once somebody accepts connections at Addr.
func (b *Broker) await() {
	b.t.Helper()
	deadline := time.After(startTimeout)
	for {
		conn, err := net.DialTimeout("tcp", b.Addr, time.Second)
		if err == nil {
			conn.Close()
			return
		}
		select {
		case <-b.exited:
			b.t.Fatalf("the broker ended: %v", b.process.ProcessState)
		case <-deadline:
			b.t.Fatalf("nobody listens at %s after %v", b.Addr, startTimeout)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Kill ends the process as a power cut would, if it runs.
func (b *Broker) Kill() {
	if b.process == nil {
		return
	}
	b.process.Process.Kill()
	<-b.exited
	b.process = nil
}

// Stop asks the process to end, and wants it to do so in time and in order.
func (b *Broker) Stop() {
	b.t.Helper()
	if err := b.process.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		b.t.Fatal(err)
	}
	select {
	case <-b.exited:
	case <-time.After(stopTimeout):
		b.t.Fatalf("the broker still runs %v after SIGTERM", stopTimeout)
	}
	if code := b.process.ProcessState.ExitCode(); code != 0 {
		b.t.Errorf("the broker ended with exit code %d", code)
	}
	b.process = nil
}

// Running reports whether the process has not ended by itself.
func (b *Broker) Running() bool {
	select {
	case <-b.exited:
		return false
	default:
		return b.process != nil
	}
}

// Log is what the broker wrote so far.
func (b *Broker) Log() string {
	text, err := os.ReadFile(b.log)
	if err != nil {
		return fmt.Sprint("no log: ", err)
	}
	return string(text)
}

// Panicked reports whether the broker ever printed a stack.
func (b *Broker) Panicked() bool {
	log := b.Log()
	return strings.Contains(log, "panic:") || strings.Contains(log, "goroutine 1 [")
}

// RSS is how many bytes of memory the process holds, 0 if that cannot be told.
// Anybody may call it while the broker runs.
func (b *Broker) RSS() int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.process.Process.Pid))
	var kib int64
	if _, after, ok := strings.Cut(string(text), "VmRSS:"); ok {
		fmt.Sscan(after, &kib)
	}
	return kib << 10
}

// The ports of brokers are counted from somewhere below those that systems give
// to clients, which might take one while its broker is being restarted.
var (
	firstPort  = 10000 + rand.Uint32N(10000)
	givenPorts atomic.Uint32
)

// freeAddr is an address of this machine that nobody listened on just now, and
// that it gives only once.
func freeAddr(t testing.TB) string {
	t.Helper()
	for range 1000 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", firstPort+givenPorts.Add(1)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("no free port")
	return ""
}
