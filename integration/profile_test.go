//go:build pgo

package integration

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// profiled are the scenarios whose profile the compiler is given: all of the
// hot paths, none for so long that the others do not count.
var profiled = strings.Fields("transient-16 transient-1k shared persistent ten-queues fanout-50 topic-1000 headers-1000 latency connection-churn")

// profileTime is how long each is watched.
const profileTime = 5 * time.Second

// profiler is laid over the sources of the broker, whose binary has none of it.
const profiler = `package main

import (
	"net/http"
	_ "net/http/pprof"
	"os"
)

func init() { go http.ListenAndServe(os.Getenv("HUTCHMQ_PPROF"), nil) }
`

// TestProfile makes cmd/hutchmq/default.pgo anew.
//
//	make pgo
func TestProfile(t *testing.T) {
	dir := t.TempDir()
	addr := freeAddr(t)
	b := Start(t, buildProfiled(t, dir), "HUTCHMQ_PPROF="+addr)
	merge := []string{"tool", "pprof", "-proto"}
	for _, name := range profiled {
		load := exec.Command(hutchmq, "perf", name, "-z", fmt.Sprint((profileTime + 3*time.Second).Seconds()), "--uri", "amqp://"+b.Addr)
		load.Stdout, load.Stderr = io.Discard, io.Discard
		if err := load.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		file := filepath.Join(dir, name)
		err := download(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%.0f", addr, profileTime.Seconds()), file)
		if err := load.Wait(); err != nil {
			t.Error(name, ": ", err)
		}
		if err != nil {
			t.Fatal(name, ": ", err)
		}
		merge = append(merge, file)
	}
	merged, err := exec.Command("go", merge...).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("../cmd/hutchmq/default.pgo", merged, 0o644); err != nil {
		t.Fatal(err)
	}
}

// buildProfiled builds a broker that serves net/http/pprof where HUTCHMQ_PPROF
// says.
func buildProfiled(t *testing.T, dir string) string {
	t.Helper()
	main, err := filepath.Abs("../cmd/hutchmq")
	if err != nil {
		t.Fatal(err)
	}
	source, overlay, bin := filepath.Join(dir, "profiler.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "hutchmq")
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(main, "profiler.go"): source}})
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string]string{source: profiler, overlay: string(text)} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "build", "-pgo=off", "-overlay", overlay, "-o", bin, main).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

func download(url, file string) error {
	r, err := http.Get(url)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, r.Status)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(f, r.Body)
	return err
}
