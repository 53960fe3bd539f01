package integration

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestGuideRetries: the programs in the guide print what it says they print.
func TestGuideRetries(t *testing.T) {
	t.Parallel()
	python := pythonWith(t, "pika")
	guide, err := os.ReadFile("../docs/RETRIES.md")
	if err != nil {
		t.Fatal(err)
	}
	programs := regexp.MustCompile("(?s)```python\n(.*?)```.*?```text\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	if len(programs) == 0 {
		t.Fatal("there are no programs in the guide")
	}
	for _, p := range programs {
		name, _, _ := strings.Cut(p[2], "\n")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startManaged(t)
			local := strings.NewReplacer("localhost:5672", m.Addr, "http://localhost:15672", m.base)
			if got := program(t, m.Broker, nil, python, "-c", local.Replace(p[1])); got != p[2] {
				t.Errorf("it prints\n%s\nand not\n%s", got, p[2])
			}
		})
	}
}
