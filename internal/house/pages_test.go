package house

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fenced  = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	quoted  = regexp.MustCompile("`[^`\n]+`")
	linked  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	dropped = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
)

// pages is every page of the house, by its name, without examples of code.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	files(t, func(name string) {
		if path.Ext(name) != ".md" {
			return
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = fenced.ReplaceAllString(string(text), "")
	})
	return all
}

// TestLinks: what a page links to is there, to the heading.
func TestLinks(t *testing.T) {
	all := pages(t)
	for name, text := range all {
		for _, m := range linked.FindAllStringSubmatch(quoted.ReplaceAllString(text, "x"), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			target := name
			if file != "" {
				target = path.Join(path.Dir(name), file)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: nothing is at %s", name, m[1])
			} else if anchor != "" && !anchors(all[target])[anchor] {
				t.Errorf("%s: no heading is at %s", name, m[1])
			}
		}
	}
}

// anchors is what the headings of a page are linked by, as GitHub makes it.
func anchors(page string) map[string]bool {
	all := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(page, -1) {
		all[strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")] = true
	}
	return all
}

// TestEveryPageIsListed: docs/README.md leads to every page for users.
func TestEveryPageIsListed(t *testing.T) {
	all := pages(t)
	for name := range all {
		below, ok := strings.CutPrefix(name, "docs/")
		if ok && below != "README.md" && !strings.HasPrefix(below, "decisions/") && !strings.Contains(all["docs/README.md"], "]("+below+")") {
			t.Errorf("docs/README.md does not lead to %s", name)
		}
	}
}
