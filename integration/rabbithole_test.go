package integration

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// rabbitHole is RabbitMQ's Go client of the management API, with tests of its
// own against a broker.
const rabbitHole = "github.com/michaelklishin/rabbit-hole/v3@v3.5.0"

// rabbitHoleFails are the tests of rabbit-hole that fail, and why.
var rabbitHoleFails = map[string]string{
	"GET /api/federation-links/{vhost} when there are links returns the list of links": "there is no federation",
	"GET /shovels/{vhost} reports status of Shovels in target virtual host":            "there are no shovels",
	"PUT /api/parameters/{component}/{vhost}/{name} when the parameter does not exist creates the parameter": "it finds what the " +
		"test of federation left behind",
}

// TestRabbitHole runs rabbit-hole's own tests. The module comes from Go's
// proxy, or the module cache.
func TestRabbitHole(t *testing.T) {
	t.Parallel()
	m := startManaged(t)
	m.put("/api/users/policymaker", `{"password":"policymaker","tags":"policymaker"}`)
	m.put("/api/permissions/%2F/policymaker", `{"configure":".*","write":".*","read":".*"}`)
	m.put("/api/vhosts/rabbit%2Fhole", `{}`)
	m.put("/api/cluster-name", `{"name":"rabbitmq@localhost"}`)
	dir := downloadModule(t, rabbitHole)
	m.aim(dir)

	report := filepath.Join(dir, "report.json")
	test := exec.CommandContext(t.Context(), "go", "test", "-count=1", ".", "-args", "-ginkgo.json-report="+report)
	test.Dir, test.Env = dir, append(os.Environ(), "GOMEGA_DEFAULT_EVENTUALLY_TIMEOUT=5s", "GOFLAGS=-mod=mod")
	out, err := test.CombinedOutput()
	passed, failed := readGinkgo(t, report, string(out))
	t.Logf("%d of %d pass (%v)", passed, passed+len(failed), err)
	for _, name := range failed {
		if rabbitHoleFails[name] == "" {
			t.Errorf("%q fails", name)
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}

// downloadModule makes a writable copy of a module that need not be one of
// ours.
func downloadModule(t *testing.T, module string) string {
	t.Helper()
	out, err := exec.Command("go", "mod", "download", "-json", module).Output()
	var m struct{ Dir string }
	if err != nil || json.Unmarshal(out, &m) != nil {
		t.Fatalf("cannot download %s: %v %s", module, err, out)
	}
	return copyFiles(t, m.Dir)
}

// aim has tests in dir that look for a broker at its usual ports find this one.
func (m management) aim(dir string) {
	m.t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	m.must(err)
	_, port, _ := strings.Cut(strings.TrimPrefix(m.base, "http://"), ":")
	ports := strings.NewReplacer("15672", port, "5672", m.Port())
	for _, file := range files {
		text, err := os.ReadFile(file)
		m.must(err)
		m.must(os.WriteFile(file, []byte(ports.Replace(string(text))), 0o600))
	}
}

// readGinkgo reads the report of tests that were written with Ginkgo.
func readGinkgo(t *testing.T, file, out string) (passed int, failed []string) {
	t.Helper()
	var reports []struct {
		SpecReports []struct {
			ContainerHierarchyTexts           []string
			LeafNodeType, LeafNodeText, State string
		}
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &reports)
	}
	if err != nil || len(reports) != 1 {
		t.Fatalf("no report: %v\n%s", err, out)
	}
	for _, s := range reports[0].SpecReports {
		switch {
		case s.State == "passed" && s.LeafNodeType == "It":
			passed++
		case s.State == "passed", s.State == "skipped", s.State == "pending": // by its authors
		default:
			name := strings.Join(append(s.ContainerHierarchyTexts, s.LeafNodeText), " ")
			failed = append(failed, strings.TrimPrefix(name, "RabbitMQ HTTP API client "))
		}
	}
	return passed, failed
}
