package integration

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	stockModule     = "github.com/rabbitmq/amqp091-go"
	stockManagement = "127.0.0.1:15672" // where the suite drops connections over HTTP
)

// TestStockSuite runs the tests that RabbitMQ's Go client has of its own,
// unchanged, against this broker. It calls itself RabbitMQ: some of the tests
// look for that and return early otherwise, their connections left open, which
// the suite's own check for leaks finds in the end.
func TestStockSuite(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq, "--management="+stockManagement,
		"HUTCHMQ_ADVERTISE_PRODUCT=RabbitMQ", "HUTCHMQ_ADVERTISE_VERSION=4.3.6")
	suite := exec.CommandContext(t.Context(), "go", "test", "-json", "-count=1", "-timeout=5m", "-tags=integration", ".")
	suite.Dir = copyModule(t, stockModule)
	suite.Env = append(os.Environ(), "AMQP_URL="+b.URL(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	var errs bytes.Buffer
	suite.Stderr = &errs
	out, err := suite.Output()
	results := parseResults(t, out)
	t.Logf("%d passed, %d skipped, %d failed", len(results["pass"]), len(results["skip"]), len(results["fail"]))
	for name, output := range results["skip"] {
		t.Logf("skipped %s: %s", name, reason(output))
	}
	for name, output := range results["fail"] {
		t.Errorf("%s failed:\n%s", name, output)
	}
	if err != nil || len(results["pass"]) == 0 {
		t.Errorf("go test: %v\n%s", err, errs.String())
	}
}

// reason is what a test said, without the lines that go test puts around it.
func reason(output string) string {
	said := ""
	for line := range strings.Lines(output) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			said += line + " "
		}
	}
	return strings.TrimSpace(said)
}

// copyModule makes a writable copy of a module from the module cache.
func copyModule(t *testing.T, module string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	return copyFiles(t, strings.TrimSpace(string(out)))
}

func copyFiles(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	err := filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(p, from))
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// parseResults sorts the tests in the output of go test -json by how they
// ended: pass, skip or fail, name, and what they printed.
func parseResults(t *testing.T, text []byte) map[string]map[string]string {
	t.Helper()
	results := map[string]map[string]string{"pass": {}, "skip": {}, "fail": {}}
	printed := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event struct{ Action, Test, Output string }
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			t.Fatalf("%v: %s", err, lines.Bytes())
		}
		if ended, ok := results[event.Action]; ok {
			if event.Test != "" || event.Action == "fail" {
				ended[event.Test] = printed[event.Test]
			}
			continue
		}
		printed[event.Test] += event.Output
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return results
}
