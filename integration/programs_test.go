package integration

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const programTimeout = time.Minute

// program runs a client against b, with the broker's URL in AMQP_URL and its
// port in AMQP_PORT, and gives what it printed. It fails the test when the
// client fails.
func program(t *testing.T, b *Broker, stdin io.Reader, name string, args ...string) string {
	t.Helper()
	return programIn(t, b.Env(), stdin, name, args...)
}

// programIn is program with an environment that says all of that, or more.
func programIn(t *testing.T, env []string, stdin io.Reader, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), programTimeout)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Env = env
	var out, errs bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = stdin, &out, &errs
	c.WaitDelay = time.Second
	if err := c.Run(); err != nil {
		t.Fatalf("%s %s: %v (%v)\n%s%s", name, strings.Join(args, " "), err, context.Cause(ctx), errs.String(), out.String())
	}
	return out.String()
}

// programs runs every program that pattern matches, each against a broker of
// its own, but for the one the others import.
func programs(t *testing.T, pattern, interpreter string) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) < 2 {
		t.Fatalf("%s: %d programs, %v", pattern, len(names), err)
	}
	for _, name := range names {
		base := filepath.Base(name)
		if strings.HasPrefix(base, "broker.") {
			continue
		}
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			b := Start(t, hutchmq)
			program(t, b, nil, interpreter, name)
			b.Stop()
		})
	}
}

// TestPika runs Python clients: RabbitMQ's six tutorials and what else pika
// can do.
func TestPika(t *testing.T) {
	t.Parallel()
	programs(t, "pika/*.py", pythonWith(t, "pika"))
}

// TestPikaPriorities: the order of priorities outlives the broker.
func TestPikaPriorities(t *testing.T) {
	t.Parallel()
	python := pythonWith(t, "pika")
	b := Start(t, hutchmq)
	for _, end := range []func(){b.Stop, b.Kill} {
		t.Log(program(t, b, nil, python, "pika/priorities.py", "publish"))
		end()
		b.Restart()
		program(t, b, nil, python, "pika/priorities.py", "consume")
	}
}

// pythonWith is an interpreter that can import a module: Debian's own, or the
// one on the PATH.
func pythonWith(t *testing.T, module string) string {
	t.Helper()
	python := "/usr/bin/python3"
	if exec.Command(python, "-c", "import "+module).Run() != nil {
		python = "python3"
	}
	if out, err := exec.Command(python, "-c", "import "+module).CombinedOutput(); err != nil {
		t.Fatalf("python cannot import %s, run make setup: %v\n%s", module, err, out)
	}
	return python
}

// TestNode runs JavaScript clients, with two versions of amqplib.
func TestNode(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("node_modules/amqplib"); err != nil {
		t.Fatalf("amqplib is not installed, run make setup: %v", err)
	}
	programs(t, "node/*.mjs", "node")
}

// TestAMQPTools runs the command line clients of librabbitmq (C).
func TestAMQPTools(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("amqp-publish"); err != nil {
		t.Fatalf("amqp-tools are not installed, run make setup: %v", err)
	}
	b := Start(t, hutchmq)
	url := "--url=" + strings.TrimSuffix(b.URL(), "/") // librabbitmq takes the slash for a vhost without a name

	if out := program(t, b, nil, "amqp-declare-queue", url, "--queue=letters", "--durable"); strings.TrimSpace(out) != "letters" {
		t.Errorf("amqp-declare-queue printed %q", out)
	}
	for _, body := range []string{"one", "two", "three"} {
		program(t, b, nil, "amqp-publish", url, "--routing-key=letters", "--persistent", "--body="+body)
	}
	program(t, b, strings.NewReader("four"), "amqp-publish", url, "--routing-key=letters")

	if out := program(t, b, nil, "amqp-get", url, "--queue=letters"); out != "one" {
		t.Errorf("amqp-get printed %q, want one", out)
	}
	if out := program(t, b, nil, "amqp-consume", url, "--queue=letters", "--count=3", "--prefetch-count=1", "cat"); out != "twothreefour" {
		t.Errorf("amqp-consume printed %q, want twothreefour", out)
	}
	if out := program(t, b, nil, "amqp-delete-queue", url, "--queue=letters"); strings.TrimSpace(out) != "0" {
		t.Errorf("amqp-delete-queue printed %q, want 0 messages", out)
	}
	b.Stop()
}
