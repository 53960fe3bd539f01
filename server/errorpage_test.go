package server

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
)

// explained is an entry of docs/ERRORS.md: a text as a client may see it.
type explained struct {
	row, text string
	hard      bool
}

var (
	entry    = regexp.MustCompile("^- `([0-9]{3} [A-Z_]+ - .+)` \\(([EX][0-9]+)\\)(, \\*connection\\*)?$")
	allHard  = regexp.MustCompile("^## AMQP: (logging in|broken clients)$")
	textVerb = strings.NewReplacer("%s", ".*", "%d", "[0-9]+")
)

// TestErrorsPage: docs/ERRORS.md explains every row of the table of problems,
// and nothing that is none.
func TestErrorsPage(t *testing.T) {
	entries := explanations(t)
	for _, p := range amqp.Problems {
		text := regexp.MustCompile(fmt.Sprintf("^%d %s - %s$", uint16(p.Code), p.Code, textVerb.Replace(regexp.QuoteMeta(p.Text))))
		at := slices.IndexFunc(entries, func(e explained) bool { return e.row == p.Row && text.MatchString(e.text) })
		if at < 0 {
			t.Errorf("nobody explains %s: %d %s - %s", p.Row, uint16(p.Code), p.Code, p.Text)
			continue
		}
		if entries[at].hard != p.Hard() {
			t.Errorf("%s: closes the connection: %v, as explained %v", p.Row, p.Hard(), entries[at].hard)
		}
		entries = slices.Delete(entries, at, at+1)
	}
	for _, e := range entries {
		t.Errorf("nobody says %s: %s", e.row, e.text)
	}
}

func explanations(t *testing.T) (all []explained) {
	t.Helper()
	text, err := os.ReadFile("../docs/ERRORS.md")
	if err != nil {
		t.Fatal(err)
	}
	hard := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "## ") {
			hard = allHard.MatchString(line)
		}
		if m := entry.FindStringSubmatch(line); m != nil {
			all = append(all, explained{m[2], m[1], hard || m[3] != ""})
		}
	}
	return all
}
