package integration

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// hutchmq is the broker under test: HUTCHMQ_BIN, or built once from here.
var hutchmq = os.Getenv("HUTCHMQ_BIN")

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	if hutchmq == "" {
		dir, err := os.MkdirTemp("", "hutchmq")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		hutchmq = filepath.Join(dir, "hutchmq")
		build := exec.Command("go", "build", "-o", hutchmq, "../cmd/hutchmq")
		build.Env = append(os.Environ(), "CGO_ENABLED=0") // static, as it is released
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
			return 1
		}
	}
	return m.Run()
}
