package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestGenerated reads the file again: it must be what the XML says today.
func TestGenerated(t *testing.T) {
	want, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../methods_gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("methods_gen.go is not what the specification says: go generate ./amqp")
	}
}

func TestReadMethodsRefuses(t *testing.T) {
	for name, xml := range map[string]string{
		"not XML":        `<amqp`,
		"unknown domain": `<amqp><class name="c" index="1"><method name="m" index="1"><field name="f" domain="d"/></method></class></amqp>`,
		"unknown type":   `<amqp><domain name="d" type="quad"/><class name="c" index="1"><method name="m" index="1"><field name="f" domain="d"/></method></class></amqp>`,
	} {
		if _, err := readMethods([]byte(xml)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestCamel(t *testing.T) {
	for in, want := range map[string]string{"virtual-host": "VirtualHost", "class-id": "ClassID", "ok": "Ok"} {
		if got := camel(in); got != want {
			t.Errorf("camel(%s) = %s, want %s", in, got, want)
		}
	}
}

// TestBitsPack: bits in a row share an octet, and what stands between them
// starts another.
func TestBitsPack(t *testing.T) {
	m := method{class: "c", Name: "m", Fields: []field{
		{Name: "a", Type: "bit"}, {Name: "b", Type: "bit"}, {Name: "n", Type: "octet"},
	}}
	var w bytes.Buffer
	m.emitAppend(&w)
	if want := "bit(m.A, 0)|bit(m.B, 1)"; !strings.Contains(w.String(), want) {
		t.Errorf("%s\nlacks %s", w.String(), want)
	}
}
