package queue

import (
	"cmp"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// row is an argument in the table of docs/QUEUES.md: its key, that of a
// policy, whether an operator policy may set it, and for which types it is.
var row = regexp.MustCompile("(?m)^\\| (`x-[a-z-]+`) \\| (`[a-z-]+`|none) \\| (yes|no) \\| ([a-z, ]+) \\| [^|]+ \\| [^|]+ \\|$")

// TestQueuesPage: the table of arguments in docs/QUEUES.md is Args.
func TestQueuesPage(t *testing.T) {
	page, err := os.ReadFile("../docs/QUEUES.md")
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		got = append(got, strings.ReplaceAll(strings.Join(m[1:], " | "), "`", ""))
	}
	for _, a := range Args {
		if a.Key == "" { // only a policy may set it
			continue
		}
		operator := map[bool]string{true: "yes", false: "no"}[a.Merge&Operator != 0]
		var types []string
		for i, name := range []string{"classic", "quorum", "stream"} {
			if a.Kinds&(1<<i) != 0 {
				types = append(types, name)
			}
		}
		want = append(want, strings.Join([]string{a.Key, cmp.Or(a.Policy, "none"), operator, strings.Join(types, ", ")}, " | "))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the page has\n%s\nthe code\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
