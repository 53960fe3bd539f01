package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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
	var printed strings.Builder
	for _, line := range strings.Split(block[1], "\n") {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		printed.WriteString(line + "\n")
		if args, ours := strings.CutPrefix(command, "hutchmq "); ours {
			c := exec.Command(hutchmq, strings.Fields(args)...)
			c.Dir, c.Env = dir, append(os.Environ(), "HUTCHMQ_URI="+m.base, "HUTCHMQ_USER=guest", "HUTCHMQ_PASSWORD=guest")
			out, _ := c.Output() // the exit code tells of a plan
			printed.Write(out)
		}
	}
	if printed.String() != block[1] {
		t.Errorf("the guide shows\n%s\nand this is printed:\n%s", block[1], printed.String())
	}
}
