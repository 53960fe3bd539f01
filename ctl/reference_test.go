package ctl

import (
	"bytes"
	"context"
	"os"
	"testing"
)

// TestReferenceIsCurrent: docs/CLI.md is what the verbs say of themselves.
func TestReferenceIsCurrent(t *testing.T) {
	want, err := os.ReadFile("../docs/CLI.md")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	c := &Command{Name: "hutchmq ctl", Out: &got, Err: &got, Machine: func(string, string) *Machine { return new(Machine) }}
	if err := c.Run(context.Background(), []string{"help", "--markdown"}); err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Error("docs/CLI.md is stale: run make docs")
	}
}
