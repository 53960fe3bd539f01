//go:build pgo

package integration

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
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
	if merged, err = withoutPaths(merged); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("../cmd/hutchmq/default.pgo", merged, 0o644); err != nil {
		t.Fatal(err)
	}
}

// withoutPaths empties the strings of a profile that are paths of this machine:
// what the compiler wants to know is which functions call each other, and in
// which lines. A profile is a protocol buffer, zipped, whose strings are its
// field 6 (pprof's profile.proto).
func withoutPaths(zipped []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return nil, err
	}
	in, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	const lengthDelimited, strings = 2, 6
	for len(in) > 0 {
		tag, n := binary.Uvarint(in)
		size, m := binary.Uvarint(in[n:])
		end := n + m
		if tag&7 == lengthDelimited {
			end += int(size)
		}
		field := in[:end]
		if tag == strings<<3|lengthDelimited && bytes.HasPrefix(in[n+m:end], []byte("/")) {
			field = []byte{byte(tag), 0}
		}
		if _, err := w.Write(field); err != nil {
			return nil, err
		}
		in = in[end:]
	}
	err = w.Close()
	return out.Bytes(), err
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
	if out, err := exec.Command("go", "build", "-trimpath", "-pgo=off", "-overlay", overlay, "-o", bin, main).CombinedOutput(); err != nil {
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
