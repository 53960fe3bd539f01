package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

// moved is the export of the guide's move from RabbitMQ.
const moved = `{"rabbit_version": "4.1.0",
"queues": [
{"name": "orders", "vhost": "/", "durable": true, "auto_delete": false, "arguments": {"x-max-length": 1000}},
{"name": "refunds", "vhost": "/", "durable": true, "auto_delete": false, "arguments": {"x-queue-type": "quorum"}}]}`

// TestGuideMove: what the guide shows of a move from RabbitMQ is what the
// commands print.
func TestGuideMove(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../docs/DEFINITIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(guide), "## A move from RabbitMQ")
	block := regexp.MustCompile("(?s)```\n(.*?)```").FindStringSubmatch(after)
	m := startManaged(t)
	m.put("/api/queues/%2F/orders", `{"arguments":{"x-max-length":500}}`)
	dir := t.TempDir()
	m.must(os.WriteFile(filepath.Join(dir, "rabbit.json"), []byte(moved), 0o600))
	m.shown(block[1], dir, strings.NewReplacer())
}

// shown runs the commands of hutchmq that a guide shows in a block, on m, and
// wants what it shows to be printed. Elsewhere says where its other brokers are.
func (m management) shown(block, dir string, elsewhere *strings.Replacer) {
	m.t.Helper()
	var printed strings.Builder
	for _, line := range strings.Split(block, "\n") {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		printed.WriteString(line + "\n")
		if args, ours := strings.CutPrefix(command, "hutchmq "); ours {
			c := exec.Command(hutchmq, strings.Fields(elsewhere.Replace(args))...)
			c.Dir, c.Env = dir, append(os.Environ(), "HUTCHMQ_URI="+m.base, "HUTCHMQ_USER=guest", "HUTCHMQ_PASSWORD=guest",
				"HUTCHMQ_DRAIN_TARGET=amqp://"+m.Addr)
			out, _ := c.Output() // the exit code tells of a plan
			printed.Write(seconds.ReplaceAll(out, []byte("in 0.3 s")))
		}
	}
	if printed.String() != block {
		m.t.Errorf("the guide shows\n%s\nand this is printed:\n%s", block, printed.String())
	}
}

// seconds is how long something took.
var seconds = regexp.MustCompile(`in [0-9.]+ s\b`)

// TestGuideMigration: what the guide shows of definitions and messages that move
// over, and back, is what the commands print. The export is RabbitMQ's; the old
// broker is one of ours that has applied it.
func TestGuideMigration(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../docs/MIGRATION.md")
	if err != nil {
		t.Fatal(err)
	}
	export, err := os.ReadFile("testdata/migration.json")
	if err != nil {
		t.Fatal(err)
	}
	old, m := startManaged(t, "--definitions=testdata/migration.json"), startManaged(t)
	ch := dialURL(t, "amqp://"+old.Addr+"/shop")
	for queue, n := range map[string]int{"orders": 5000, "refunds": 2000, "dead": 1} {
		publishNumbers(t, ch, queue, 0, n, amqp.Publishing{})
	}
	dir := t.TempDir()
	m.must(os.WriteFile(filepath.Join(dir, "rabbit.json"), export, 0o600))
	elsewhere := strings.NewReplacer("guest:guest@old", old.Addr, "http://old:15672", old.base,
		"guest:guest@localhost", m.Addr, "http://localhost:15672", m.base)
	blocks := regexp.MustCompile("(?s)\n```\n(\\$ .*?)```").FindAllStringSubmatch(string(guide), -1)
	if len(blocks) != 4 {
		t.Fatalf("%d blocks of commands", len(blocks))
	}
	for _, b := range blocks {
		m.shown(b[1], dir, elsewhere)
	}
}

// TestGuideOperations: the drill is what the commands print, and every other
// command on the page is one that there is.
func TestGuideOperations(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../docs/OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	m := startManaged(t)
	m.put("/api/queues/%2F/orders", "{}")
	publishNumbers(t, dial(t, m.Broker), "orders", 0, 1000, amqp.Publishing{})
	block := regexp.MustCompile("(?s)\n```\n(\\$ .*?)```").FindSubmatch(guide)
	m.shown(string(block[1]), t.TempDir(), strings.NewReplacer())
	commands := regexp.MustCompile("hutchmq ((ctl|config|perf|definitions) [a-z_]+|[a-z]+)\\b").FindAllSubmatch(guide, -1)
	if len(commands) < 30 {
		t.Errorf("%d commands on the page", len(commands))
	}
	for _, c := range commands {
		args := append(strings.Fields(string(c[1])), "--help")
		if out, err := exec.Command(hutchmq, args...).CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}
