package integration

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// prometheus is a real Prometheus that scrapes a broker twice a second, as
// docs/monitoring has it. Its methods belong to the goroutine of the test.
type prometheus struct {
	t    testing.TB
	addr string
}

// monitoring is where the scrape configuration, rules and dashboards are.
const monitoring = "../docs/monitoring/"

// startPrometheus runs one until the test ends. metrics is where the broker
// is scraped.
func startPrometheus(t testing.TB, metrics string) *prometheus {
	t.Helper()
	dir, p := t.TempDir(), &prometheus{t, freeAddr(t)}
	config, err := os.ReadFile(monitoring + "prometheus.yml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := filepath.Abs(monitoring + "alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(
		"localhost:15692", metrics, "15s", "500ms", "30s", "500ms", "alerts.yml", rules,
	).Replace(string(config))
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	process := exec.Command("prometheus", "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+p.addr, "--log.level=warn")
	process.Stdout, process.Stderr = log, log
	if err := process.Start(); err != nil {
		t.Fatalf("%v: make setup installs it", err)
	}
	t.Cleanup(func() {
		process.Process.Kill()
		process.Wait()
		if said, err := os.ReadFile(log.Name()); t.Failed() {
			t.Logf("Prometheus said: %s %v", said, err)
		}
	})
	return p
}

// get asks the API of Prometheus, and reports whether it answered.
func (p *prometheus) get(path string, query url.Values, into any) error {
	r, err := http.Get("http://" + p.addr + path + "?" + query.Encode())
	if err != nil {
		return err
	}
	defer r.Body.Close()
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Status != "success" {
		return fmt.Errorf("%s: %s", answer.Status, answer.Error)
	}
	return json.Unmarshal(answer.Data, into)
}

// query is the values of an expression now, those that are numbers.
func (p *prometheus) query(expr string) (values []float64, err error) {
	var data struct {
		Result []struct{ Value [2]any }
	}
	if err := p.get("/api/v1/query", url.Values{"query": {expr}}, &data); err != nil {
		return nil, err
	}
	for _, r := range data.Result {
		text, _ := r.Value[1].(string)
		if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	return values, nil
}

// await queries until the values are as they should be.
func (p *prometheus) await(expr string, patience time.Duration, good func([]float64) bool) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		values, err := p.query(expr)
		if err == nil && good(values) {
			return
		}
		if time.Now().After(deadline) {
			p.t.Errorf("%s: %v, %v", expr, values, err)
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// some reports whether there is any value.
func some(values []float64) bool { return len(values) > 0 }
