package integration

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// fromElsewhere is what only somebody on another machine is told, whom there
// is none of here; mgmt tests it.
const fromElsewhere = "401 not_authorised: User can only log in via localhost"

var explainedText = regexp.MustCompile("(?m)^- `(.+)`$")

// wantExplained compares a section of docs/ERRORS.md with the texts that were
// said: it explains them all, and nothing else.
func wantExplained(t *testing.T, section string, said []string) {
	t.Helper()
	page, err := os.ReadFile("../docs/ERRORS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "\n## "+section+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	var explained []string
	for _, m := range explainedText.FindAllStringSubmatch(text, -1) {
		explained = append(explained, m[1])
	}
	for _, s := range said {
		if !slices.Contains(explained, s) {
			t.Errorf("nobody explains %s", s)
		}
	}
	for _, e := range explained {
		if !slices.Contains(said, e) {
			t.Errorf("nobody says %s", e)
		}
	}
}

// TestErrorsOfHTTP: what docs/ERRORS.md explains is what the API says.
func TestErrorsOfHTTP(t *testing.T) {
	t.Parallel()
	m := startManaged(t)
	m.put("/api/users/ann", `{"password":"x","tags":"management"}`)
	m.put("/api/users/bob", `{"password":"x","tags":""}`)
	m.put("/api/users/cy", `{"password":"x","tags":"administrator"}`)
	m.put("/api/permissions/%2F/cy", `{"configure":"^$","write":"^$","read":"^$"}`)
	m.put("/api/queues/%2F/orders", `{"durable":true}`)
	m.put("/api/queues/%2F/full", `{"arguments":{"x-max-length":0,"x-overflow":"reject-publish"}}`)
	m.put("/api/vhosts/kept", `{"protected_from_deletion":true}`)
	said := []string{fromElsewhere}
	for _, x := range []struct{ user, method, path, body string }{
		{"nobody", "GET", "overview", ""},
		{"bob", "GET", "overview", ""},
		{"ann", "GET", "nodes", ""},
		{"ann", "GET", "users", ""},
		{"ann", "GET", "queues/%2F", ""},
		{"cy", "PUT", "queues/%2F/mine", `{}`},
		{"guest", "GET", "queues/%2F/nope", ""},
		{"guest", "POST", "overview", ""},
		{"guest", "PUT", "queues/%2F/orders", `{"durable":`},
		{"guest", "POST", "exchanges/%2F/amq.default/publish", `{"routing_key":"q","payload":"","payload_encoding":"string"}`},
		{"guest", "PUT", "queues/%2F/orders", `{"durable":"yes"}`},
		{"guest", "PUT", "users/dan", `{"password":"x"}`},
		{"guest", "PUT", "permissions/%2F/nope", `{"configure":"","write":"","read":""}`},
		{"guest", "PUT", "queues/%2F/orders", `{"durable":false}`},
		{"guest", "PUT", "policies/%2F/p", `{"pattern":"","definition":{}}`},
		{"guest", "PUT", "policies/%2F/p", `{"pattern":"","definition":{"max-lenght":5}}`},
		{"guest", "PUT", "policies/%2F/p", `{"pattern":"","definition":{"max-length":"5"}}`},
		{"guest", "POST", "definitions", `{"queues":[{"name":"orders","vhost":"/","durable":false}]}`},
		{"guest", "PATCH", "x/queues/%2F/orders/arguments", `{"x-max-priority":5}`},
		{"guest", "POST", "exchanges/%2F/amq.default/publish", `{"routing_key":"full","payload":"","payload_encoding":"string","properties":{}}`},
		{"guest", "DELETE", "vhosts/kept", ""},
		{"guest", "PUT", "queues/nope/orders", "{}"},
		{"guest", "GET", "queues?page=1&page_size=900", ""},
	} {
		said = append(said, m.refusal(x.user, x.method, x.path, x.body))
	}
	for range 40 {
		m.refusal("nobody", "GET", "overview", "")
	}
	said = append(said, m.refusal("nobody", "GET", "overview", ""))
	wantExplained(t, "HTTP API", said)
}

// refusal asks for something and gives the answer in one line.
func (m management) refusal(user, method, path, body string) string {
	m.t.Helper()
	r, err := http.NewRequest(method, m.base+"/api/"+path, strings.NewReader(body))
	m.must(err)
	r.SetBasicAuth(user, map[bool]string{true: "guest", false: "x"}[user == "guest"])
	answer, err := http.DefaultClient.Do(r)
	m.must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	m.must(err)
	var e struct{ Error, Reason string }
	if err := json.Unmarshal(text, &e); err != nil {
		return strconv.Itoa(answer.StatusCode)
	}
	reason := strings.ReplaceAll(strings.TrimSpace(e.Reason), "\n\n", ": ")
	return strconv.Itoa(answer.StatusCode) + " " + e.Error + ": " + reason
}

// TestErrorsOfStart: what docs/ERRORS.md explains is what the process says
// when it cannot start.
func TestErrorsOfStart(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("file", "")
	write("unknown.yaml", "limitz: {heartbeat: 60s}\n")
	write("value.yaml", "limits: {heartbeat: 60}\n")
	write("tls.yaml", "listeners: {amqps: {addr: \"127.0.0.1:0\"}}\n")
	write("file.yaml", "listeners: {amqps: {addr: \"127.0.0.1:0\", cert: server.pem, key: server.key}}\n")
	write("definitions.json", `{"queues":[{"name":"orders","vhost":"shop","durable":true}]}`)
	half := filepath.Join(dir, "half") // as a restore leaves it that was cut off
	if err := os.Mkdir(half, 0o700); err != nil {
		t.Fatal(err)
	}
	write("half/restoring", "")
	var said []string
	as := strings.NewReplacer(b.Addr, "127.0.0.1:5672", b.Dir, "/var/lib/hutchmq", half, "/var/lib/hutchmq",
		filepath.Join(dir, "file", "data"), "/var/lib/hutchmq", filepath.Join(dir, "file"), "/var/lib/hutchmq",
		"unknown.yaml", "hutchmq.yaml", "value.yaml", "hutchmq.yaml", "nope.yaml", "hutchmq.yaml", "nope.json", "definitions.json")
	for _, setting := range []string{
		"--amqp=" + b.Addr, "--amqp=5672", "HUTCHMQ_LOG_LEVEL=loud",
		"--data-dir=" + b.Dir, "--data-dir=" + half, "--data-dir=" + filepath.Join(dir, "file", "data"),
		"--config=unknown.yaml", "--config=value.yaml", "--config=nope.yaml", "--config=tls.yaml", "--config=file.yaml",
		"--definitions=nope.json", "--definitions=definitions.json",
	} {
		said = append(said, as.Replace(failedStart(t, dir, setting)))
	}
	wantExplained(t, "The broker does not start", said)
}

// failedStart runs a broker that one setting keeps from starting, and gives
// what it says at last.
func failedStart(t *testing.T, dir, setting string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	c := exec.CommandContext(ctx, hutchmq, "server", "--data-dir="+filepath.Join(dir, "own"), "--amqp=127.0.0.1:0",
		"--management=none", "--metrics=none")
	c.Dir, c.Env = dir, os.Environ()
	if strings.HasPrefix(setting, "--") {
		c.Args = append(c.Args, setting)
	} else {
		c.Env = append(c.Env, setting)
	}
	out, err := c.CombinedOutput()
	if err == nil {
		t.Errorf("%s: it started", setting)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return strings.TrimPrefix(lines[len(lines)-1], "hutchmq: ")
}
