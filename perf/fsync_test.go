package perf

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestFsync: syncs are counted and timed, and nothing stays behind.
func TestFsync(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	c := Command{Out: &out, Live: &out}
	if err := c.Run(t.Context(), []string{"fsync", "--dir", dir, "-z", "0.1", "--json"}); err != nil {
		t.Fatal(err)
	}
	var r Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	if r.Count == 0 || r.CycleLatency.Count != r.Count || r.CycleLatency.P50 <= 0 || r.Seconds < 0.1 {
		t.Errorf("%+v", r)
	}
	if left, err := os.ReadDir(dir); len(left) > 0 || err != nil {
		t.Errorf("%v are left, %v", left, err)
	}
	if err := c.Run(t.Context(), []string{"fsync", "--dir", dir + "/nowhere"}); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("in a directory that is not there: %v", err)
	}
}
