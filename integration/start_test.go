package integration

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestStart: a broker that finds nothing on disk is there within a second. It
// runs before the tests that run beside each other.
func TestStart(t *testing.T) {
	start := time.Now()
	b := Start(t, hutchmq)
	took := time.Since(start)
	t.Logf("started in %v", took.Round(time.Millisecond))
	if took > time.Second {
		t.Errorf("starting took %v", took)
	}
	serves(t, b)
}

// TestCannotStart: what keeps a broker from starting is said in one line, and
// the exit code tells scripts.
func TestCannotStart(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	free, dir := freeAddr(t), t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("definitions: 5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		amqp, dataDir string
		more          string
		says          string
	}{
		"port in use":             {b.Addr, dir, "", "cannot listen for amqp: listen tcp " + b.Addr},
		"management port in use":  {free, dir, "--management=" + b.Addr, "cannot listen for management: listen tcp " + b.Addr},
		"data in use":             {free, b.Dir, "", b.Dir + ": data directory is in use by another process"},
		"data dir is a file":      {free, file, "", "not a directory"},
		"data dir cannot be made": {free, "/proc/hutchmq", "", "/proc/hutchmq: "},
		"no definitions":          {free, dir, "--definitions=" + file + ".json", file + ".json: no such file"},
		"bad definitions":         {free, dir, "--definitions=" + file, file},
		"no configuration":        {free, dir, "--config=" + file + ".yaml", file + ".yaml: no such file"},
	} {
		args := []string{"server", "--amqp=" + x.amqp, "--data-dir=" + x.dataDir, "--metrics=none", "--management=none"}
		if x.more != "" {
			args = append(args, x.more)
		}
		said, code := failing(t, args...)
		if code <= 0 || !strings.HasPrefix(said, "hutchmq: ") || !strings.Contains(said, x.says) || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: exit code %d, want one line with %q:\n%s", name, code, x.says, said)
		}
	}
	serves(t, b)
}

// failing runs a broker that should end by itself, and gives its exit code and
// what it said besides its log.
func failing(t *testing.T, args ...string) (said string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, hutchmq, args...).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "{") {
			said += line
		}
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return said, exit.ExitCode()
	}
	return said, 0
}
