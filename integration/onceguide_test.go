package integration

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestOnceGuides runs the Python of the pages about de-duplication: each block
// prints what the sentence behind it says.
func TestOnceGuides(t *testing.T) {
	t.Parallel()
	python := pythonWith(t, "pika")
	block := regexp.MustCompile("(?s)```python\n(.*?)```\n\nIt prints (.*?)\\.\n")
	printed := regexp.MustCompile("`(.*?)`")
	for page, blocks := range map[string]int{"DEDUPLICATION.md": 3, "EXACTLY-ONCE.md": 1} {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile("../docs/" + page)
			if err != nil {
				t.Fatal(err)
			}
			b := Start(t, hutchmq)
			found := block.FindAllStringSubmatch(string(text), -1)
			if len(found) != blocks {
				t.Fatalf("%d blocks that print something, want %d", len(found), blocks)
			}
			for _, f := range found {
				source := strings.ReplaceAll(f[1], "amqp://guest:guest@localhost:5672/", b.URL())
				var want strings.Builder
				for _, line := range printed.FindAllStringSubmatch(f[2], -1) {
					want.WriteString(line[1] + "\n")
				}
				if got := programIn(t, b.Env(), nil, python, "-c", source); got != want.String() {
					t.Errorf("%s\nprints %q, and the page says %q", source, got, want.String())
				}
			}
		})
	}
}
