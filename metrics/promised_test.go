package metrics_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// TestPromised holds the pages against testdata/promised.txt; a test with
// clients and a real Prometheus does so for the labels.
func TestPromised(t *testing.T) {
	f, err := os.Open("testdata/promised.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := newBroker(t)
	declare(t, b, "q")
	pages, lines := map[string]string{}, 0
	for s := bufio.NewScanner(f); s.Scan(); {
		line := s.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		w := strings.Fields(line)
		if len(w) != 4 {
			t.Fatalf("%q", line)
		}
		page, ok := pages[w[0]]
		if !ok {
			_, page = scrape(t, b, w[0])
			pages[w[0]] = page
		}
		if !strings.Contains(page, "# TYPE "+w[1]+" "+w[2]+"\n") {
			t.Errorf("%s: no %s %s", w[0], w[2], w[1])
		}
		lines++
	}
	if lines < 200 {
		t.Errorf("only %d names are promised", lines)
	}
}

// TestLint has Prometheus' own rules for names hold on every page.
func TestLint(t *testing.T) {
	b := newBroker(t)
	declare(t, b, "q")
	publish(t, b, "q", 1)
	_, detailed := scrape(t, b, "/metrics/detailed?family=none")
	_, list, _ := strings.Cut(detailed, "there are ")
	families := strings.Split(strings.TrimSpace(list), ", ")
	if len(families) < 20 {
		t.Fatalf("families %q", families)
	}
	for _, path := range []string{
		"/metrics", "/metrics/per-object", "/metrics/memory-breakdown", "/metrics/detailed?family=" + strings.Join(families, "&family="),
	} {
		status, page := scrape(t, b, path)
		problems, err := promlint.New(strings.NewReader(page)).Lint()
		if err != nil || status != 200 {
			t.Fatalf("%s: %d, %v", path, status, err)
		}
		for _, p := range problems {
			t.Errorf("%s: %s: %s", path, p.Metric, p.Text)
		}
	}
}
