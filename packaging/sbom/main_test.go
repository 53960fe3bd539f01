package main

import (
	"bytes"
	"encoding/json"
	"os"
	"runtime/debug"
	"testing"
)

func TestList(t *testing.T) {
	b := list(&debug.BuildInfo{
		GoVersion: "go1.26.8",
		Main:      debug.Module{Path: "example.org/broker"},
		Deps: []*debug.Module{
			{Path: "example.org/z", Version: "v2.0.0+incompatible", Sum: "h1:abc="},
			{Path: "example.org/a", Version: "v1.0.0", Replace: &debug.Module{Path: "example.org/b", Version: "v1.0.1"}},
		},
	}, "1.2.3")
	if got := b.Metadata.Component.PURL; got != "pkg:golang/example.org/broker@1.2.3" {
		t.Errorf("made of %s", got)
	}
	want := []string{"pkg:golang/example.org/b@v1.0.1", "pkg:golang/example.org/z@v2.0.0%2Bincompatible", "pkg:golang/std@1.26.8"}
	if len(b.Components) != len(want) {
		t.Fatalf("%d components, want %d", len(b.Components), len(want))
	}
	for i, c := range b.Components {
		if c.PURL != want[i] {
			t.Errorf("component %d is %s, want %s", i, c.PURL, want[i])
		}
	}
	if p := b.Components[1].Properties; len(p) != 1 || p[0].Value != "h1:abc=" {
		t.Errorf("checksum %v", p)
	}
}

// TestRun: a real binary, that of this test, is read, and the same each time.
func TestRun(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var first, again bytes.Buffer
	if err := run(&first, self, "1"); err != nil {
		t.Fatal(err)
	}
	if err := run(&again, self, "1"); err != nil || !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Errorf("not the same again, %v", err)
	}
	var read bom
	if err := json.Unmarshal(first.Bytes(), &read); err != nil || read.Format != "CycloneDX" || len(read.Components) == 0 {
		t.Errorf("%v:\n%s", err, first.Bytes())
	}
	if err := run(&again, os.DevNull, "1"); err == nil {
		t.Error("what is no binary was listed")
	}
}
