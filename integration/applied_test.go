package integration

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

// definitionsOf runs hutchmq definitions.
func definitionsOf(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	c := exec.Command(hutchmq, append([]string{"definitions"}, args...)...)
	c.Env = append(os.Environ(), "ORDERS_PASSWORD=hush-hush")
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	err := c.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	if strings.Contains(said.String(), "hush-hush") {
		t.Errorf("%v tells a password:\n%s", args, said.String())
	}
	return c.ProcessState.ExitCode(), said.String()
}

// file writes a file of this test.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// guideExample is the example of the guide.
func guideExample(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../docs/DEFINITIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```yaml\n(# orders.yaml.*?)```").FindSubmatch(text)
	if found == nil {
		t.Fatal("there is no example in docs/DEFINITIONS.md")
	}
	return string(found[1])
}

// TestDefinitionsCommand: the example of the guide is valid, is planned, is
// applied, and then there is nothing to do; what is in the way is told with its
// place, and nothing is changed.
func TestDefinitionsCommand(t *testing.T) {
	t.Parallel()
	m := startManaged(t)
	at := []string{"--uri=" + m.base, "--user=guest", "--password=guest"}
	run := func(want int, like string, args ...string) string {
		t.Helper()
		code, out := definitionsOf(t, args...)
		if code != want || !strings.Contains(out, like) {
			t.Errorf("%v: exit code %d, want %d and %q:\n%s", args, code, want, like, out)
		}
		return out
	}
	ask := func(want int, like string, args ...string) string {
		t.Helper()
		return run(want, like, append(args, at...)...)
	}
	example := guideExample(t)
	orders := file(t, "orders.yaml", example)
	run(0, "valid: 1 file", "validate", orders)
	ask(2, "+   queue 'orders.eu' in '/'  ("+orders+":", "plan", orders)
	ask(0, "created: ", "apply", orders)
	ask(0, "no changes", "apply", "--prune", orders)
	ask(0, "no changes", "plan", "--prune", orders)

	ch, err := reach("amqp://orders-app:hush-hush@" + m.Addr + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer ch.conn.Close()
	if err := ch.Publish("orders", "order.eu.de", true, false, amqp.Publishing{Body: []byte("one")}); err != nil {
		t.Fatal(err)
	}
	if d, ok, err := ch.Get("orders.eu", true); err != nil || !ok || string(d.Body) != "one" {
		t.Errorf("got %v %q, %v", ok, d.Body, err)
	}

	broken := file(t, "orders.yaml", strings.Replace(example, "type: topic", "type: direct", 1)+"\nglobal_parameters: {motto: new}\n")
	out := ask(3, "!   exchange 'orders' in '/'  ("+broken+":", "apply", broken)
	if !strings.Contains(out, "nothing was changed") || !strings.Contains(out, "inequivalent arg 'type'") {
		t.Errorf("the conflict: %s", out)
	}
	var globals []any
	m.get("/api/global-parameters", &globals)
	if len(globals) != 1 {
		t.Errorf("half is applied: %v", globals)
	}
	ask(3, `"place": "`+broken+`:`, "plan", "--json", broken)
	ask(2, "-/+ exchange 'orders' in '/'", "plan", "--replace", broken)
	empty := file(t, "empty.yaml", "version: 1\nowner: orders-team\n")
	ask(3, "it holds messages, which would be lost: 1", "plan", "--prune", empty)
	ask(2, "-   queue 'orders.dead' in '/'", "plan", "--prune", "--discard-messages", empty)
	ask(1, "did you mean 'vhosts'?", "apply", file(t, "f.yaml", "version: 1\nvhost: {}\n"))
	ask(1, "say who that is", "apply", "--prune", file(t, "f.yaml", "version: 1\n"))

	exported := file(t, "exported.yaml", ask(0, "version: 1", "export"))
	ask(0, "no changes", "plan", exported)
	run(1, "", "plan", orders, "--data-dir="+m.Dir) // it runs
	m.Stop()
	run(0, "no changes", "plan", orders, "--data-dir="+m.Dir)
	run(0, "deleted: ", "apply", "--prune", "--discard-messages", empty, "--data-dir="+m.Dir)
	run(2, "create: ", "plan", orders, "--data-dir="+m.Dir)
	run(1, "holds no data", "plan", orders, "--data-dir="+t.TempDir())
}

// TestDefinitionsAtStart: files of a directory are one whole, applied in place
// when nothing is in the way; otherwise the broker does not start, says where it
// is, and leaves everything as it was.
func TestDefinitionsAtStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.yaml", "version: 1\nowner: a\nvhosts: {/: {queues: {q: {bind: x, max_length: 5}}}}\n")
	write("b.json", `{"exchanges": [{"name": "x", "vhost": "/", "type": "fanout"}]}`)
	write(".hidden.yaml", "nonsense")
	write("README.md", "nonsense")
	b := Start(t, hutchmq, "--definitions="+dir)
	b.Stop()
	write("b.json", "{\"queues\": [{\"name\": \"new\", \"vhost\": \"/\"}],\n\"exchanges\": [{\"name\": \"x\", \"vhost\": \"/\", \"type\": \"topic\"}]}")
	write("a.yaml", "version: 1\nowner: a\nvhosts:\n  /:\n    queues:\n      q: {bind: x, max_length: 6}\n")
	out, err := exec.Command(hutchmq, b.flags...).CombinedOutput()
	if err == nil {
		t.Fatal("the broker started")
	}
	for _, want := range []string{
		filepath.Join(dir, "a.yaml") + ":6:7: queue 'q' in '/': inequivalent arg 'x-max-length'",
		filepath.Join(dir, "b.json") + ":2: exchange 'x' in '/': inequivalent arg 'type'",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("nothing like %q in\n%s", want, out)
		}
	}
	write("a.yaml", "version: 1\nowner: a\n")
	write("b.json", "{}")
	b.Restart()
	ch, err := reach(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer ch.conn.Close()
	if _, err := ch.QueueDeclarePassive("q", true, false, false, false, nil); err != nil {
		t.Errorf("the queue went: %v", err)
	}
	if _, err := ch.QueueDeclarePassive("new", true, false, false, false, nil); code(err) != amqp.NotFound {
		t.Errorf("half was applied: %v", err)
	}
}
