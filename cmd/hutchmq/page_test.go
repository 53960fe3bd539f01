package main

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestExchangesPage: the table of docs/EXCHANGES.md has the types there are.
func TestExchangesPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/EXCHANGES.md")
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| [^|]+ \\|$").FindAllStringSubmatch(string(page), -1) {
		got = append(got, m[1])
	}
	for _, x := range exchangeTypes {
		want = append(want, x.Name())
	}
	if !slices.Equal(got, want) {
		t.Errorf("the page has %q, the program %q", got, want)
	}
}
