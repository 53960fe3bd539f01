package server

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
)

const protocolPage = "../docs/PROTOCOL.md"

// TestProtocolPage: docs/PROTOCOL.md has every row of the table of problems,
// and every proof it names is there.
func TestProtocolPage(t *testing.T) {
	text, err := os.ReadFile(protocolPage)
	if err != nil {
		t.Fatal(err)
	}
	scripts := sectionNames(t)
	tests := testNames(t)
	lines := strings.Split(string(text), "\n")
	for _, p := range amqp.Problems {
		if want := tableRow(p); !slices.ContainsFunc(lines, want.MatchString) {
			t.Errorf("no row %s with the text %q", p.Row, p.Text)
		}
	}
	for i, l := range lines {
		for _, m := range proofs.FindAllStringSubmatch(l, -1) {
			row, _, _ := strings.Cut(strings.TrimPrefix(l, "| "), " ")
			switch {
			case !strings.HasSuffix(m[1], ".txt"):
				if !slices.Contains(tests, m[1]) {
					t.Errorf("line %d: there is no test %s", i+1, m[1])
				}
			case strings.HasPrefix(l, "|") && !slices.ContainsFunc(scripts[m[1]], belongsTo(row)):
				t.Errorf("line %d: %s has no section %s", i+1, m[1], row)
			}
		}
	}
	sectionsAreListed(t, lines, scripts)
}

var proofs = regexp.MustCompile("`([a-z]+\\.txt|[a-z/]+\\.py|contract: [^`]+|Test\\w+|Fuzz\\w+)`")

// tableRow matches the line of p.
func tableRow(p *amqp.Problem) *regexp.Regexp {
	scope := "CH"
	if p.Hard() {
		scope = "CO"
	}
	return regexp.MustCompile(fmt.Sprintf(`^\| %s \| [^|]+ \| %s \| %d \| %s \| [^|]+ \|$`,
		p.Row, scope, uint16(p.Code), regexp.QuoteMeta(p.Text)))
}

// belongsTo tells the sections of a row: those that begin with it, and for a
// row that stands for others with those, which it names.
func belongsTo(row string) func(section string) bool {
	also := map[string][]string{"E1": {"E2", "E4", "E5", "E6"}, "E3": {"E6"}, "E12": {"E13"}}
	return func(section string) bool {
		first, _, _ := strings.Cut(section, " ")
		return first == row || slices.Contains(also[row], first)
	}
}

// sectionsAreListed: under the name of each script stand its sections that
// belong to no row.
func sectionsAreListed(t *testing.T, lines []string, scripts map[string][]string) {
	rows := regexp.MustCompile(`^[EX]\d`)
	listed := map[string][]string{}
	under := ""
	for _, l := range lines {
		if name, ok := strings.CutPrefix(l, "`"); ok && strings.HasSuffix(name, ".txt`") {
			under = strings.TrimSuffix(name, "`")
		}
		if section, ok := strings.CutPrefix(l, "- "); ok {
			listed[under] = append(listed[under], section)
		}
	}
	for file, sections := range scripts {
		want := slices.DeleteFunc(slices.Clone(sections), rows.MatchString)
		if !slices.Equal(listed[file], want) {
			t.Errorf("%s: the page lists\n%q\nthe script has\n%q", file, listed[file], want)
		}
	}
}

// sectionNames is the names of the sections of each script.
func sectionNames(t *testing.T) map[string][]string {
	files, err := filepath.Glob("testdata/script/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string][]string{}
	for _, file := range files {
		_, sections := readScript(t, file)
		for _, s := range sections {
			names[filepath.Base(file)] = append(names[filepath.Base(file)], s.name)
		}
	}
	return names
}

var proofNames = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(|^\t\{"([^"]+)", (?:true|false), \w+\},$`)

// testNames is what a page may name as a proof beside scripts: the tests of all
// rooms, the clauses of the contract of queues, and the programs that
// integration runs.
func testNames(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir() && d.Name() == "node_modules":
			return cmp.Or(err, fs.SkipDir)
		case strings.HasSuffix(path, ".py"):
			program, _ := filepath.Rel("../integration", path)
			names = append(names, program)
		case strings.HasSuffix(path, "_test.go"), strings.HasSuffix(path, "suite.go"):
			text, err := os.ReadFile(path)
			for _, m := range proofNames.FindAllStringSubmatch(string(text), -1) {
				names = append(names, m[1], "contract: "+m[2])
			}
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
