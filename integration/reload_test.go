package integration

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// reloading is a broker with a file that the test rewrites.
type reloading struct {
	*Broker
	t        *testing.T
	file     string
	logFile  string
	api      string
	reloaded int // times that the log says so
}

func startReloading(t *testing.T, file string) *reloading {
	t.Helper()
	dir := t.TempDir()
	r := &reloading{t: t, file: filepath.Join(dir, "hutchmq.yaml"), logFile: filepath.Join(dir, "hutchmq.log"), api: freeAddr(t)}
	r.write(file)
	r.Broker = Start(t, hutchmq, "--config="+r.file, "--management="+r.api, "HUTCHMQ_LOG_FILE="+r.logFile)
	return r
}

func (r *reloading) write(text string) {
	r.t.Helper()
	if err := os.WriteFile(r.file, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// said waits until the log has a text.
func (r *reloading) said(text string) {
	r.t.Helper()
	var log []byte
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if log, _ = os.ReadFile(r.logFile); strings.Contains(string(log), text) {
			return
		}
	}
	r.t.Errorf("the log does not say %s:\n%s", text, log)
}

// ask asks the management API.
func (r *reloading) ask(method, path string) (status int, body string) {
	r.t.Helper()
	req, err := http.NewRequest(method, "http://"+r.api+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.SetBasicAuth("guest", "guest")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text)
}

// reload takes a file over by the API, and wants it to change these keys.
func (r *reloading) reload(file string, applied, waiting string) {
	r.t.Helper()
	r.write(file)
	status, body := r.ask("POST", "/api/x/config/reload")
	var got struct {
		Applied []struct{ Key string } `json:"applied"`
		Waiting []struct{ Key string } `json:"needs_restart"`
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != 200 {
		r.t.Fatalf("%d %s", status, body)
	}
	if a, w := fmt.Sprint(got.Applied), fmt.Sprint(got.Waiting); a != applied || w != waiting {
		r.t.Errorf("%s\napplies %s, want %s\nneeds a restart: %s, want %s", file, a, applied, w, waiting)
	}
}

// TestReload: what the file says anew holds for connections that are open, or
// is named as waiting for a restart; a broken file changes nothing.
func TestReload(t *testing.T) {
	t.Parallel()
	r := startReloading(t, "limits: {queues: 1}\n")
	conn, err := amqp.Dial(r.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	declare := func(name string) error {
		ch, err := conn.Channel()
		if err != nil {
			t.Fatal(err)
		}
		_, err = ch.QueueDeclare(name, true, false, false, false, nil)
		if err == nil {
			ch.Close()
		}
		return err
	}
	if err := declare("one"); err != nil {
		t.Fatal(err)
	}
	if err := declare("two"); err == nil {
		t.Error("a queue above the limit")
	}

	// By a signal.
	r.write("limits: {queues: 2}\n")
	r.signal(syscall.SIGHUP)
	r.said(`"msg":"configuration reloaded","applied":1,"needs_restart":0`)
	if err := declare("two"); err != nil {
		t.Errorf("a queue within the limit: %v", err)
	}

	// By the API: the rest of what is live, and what is not.
	r.reload("limits: {queues: 0, connections: 2, max_message_size: 4B}\nalarms: {disk_free_limit: 1GB, memory_high_watermark: 3GB}\n"+
		"log: {level: debug, connection: {level: none}}\nstore: {sync: os}\n",
		"[{limits.max_message_size} {limits.connections} {limits.queues} {alarms.memory_high_watermark} {alarms.disk_free_limit} {log.level} {log.connection.level}]",
		"[{store.sync}]")
	if err := declare("three"); err != nil {
		t.Errorf("a queue without a limit: %v", err)
	}
	second, err := amqp.Dial(r.URL())
	if err != nil {
		t.Fatal(err)
	}
	if third, err := amqp.Dial(r.URL()); err == nil {
		third.Close()
		t.Error("a connection above the limit")
	}
	second.Close()
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	closed := ch.NotifyClose(make(chan *amqp.Error, 1))
	if err := ch.PublishWithContext(t.Context(), "", "one", false, false, amqp.Publishing{Body: []byte("12345")}); err != nil {
		t.Fatal(err)
	}
	if e := <-closed; e == nil || e.Code != 406 {
		t.Errorf("a message above the limit: %v", e)
	}
	if _, body := r.ask("GET", "/api/nodes"); !strings.Contains(body, `"disk_free_limit":1000000000`) || !strings.Contains(body, `"mem_limit":3000000000`) {
		t.Errorf("the alarms did not change: %s", body)
	}
	if _, body := r.ask("GET", "/api/x/config"); !strings.Contains(body, `"value":"always","default":"always"`) || !strings.Contains(body, `"pending":"os"`) {
		t.Errorf("what waits for a restart is not shown: %s", body)
	}
	if _, body := r.ask("GET", "/api/x/log/level"); body != `{"level":"debug","categories":{"connection":"none"}}`+"\n" {
		t.Errorf("levels are %s", body)
	}

	// A mistake.
	r.write("limits: {queues: 1}\nlog: {level: loud}\nnonsense: 1\n")
	status, body := r.ask("POST", "/api/x/config/reload")
	if status != 400 || !strings.Contains(body, ":2:7: log.level: want one of") || !strings.Contains(body, ":3:1: unknown key 'nonsense'") {
		t.Errorf("a broken file: %d %s", status, body)
	}
	r.said(`"msg":"the configuration is not reloaded, and stays as it is"`)
	if err := declare("four"); err != nil {
		t.Errorf("a broken file has changed something: %v", err)
	}
}

// TestReloadAuth: a reload changes who lets users in. Connections that are open
// stay, with the rights they came with, and a mistake changes nothing.
func TestReloadAuth(t *testing.T) {
	t.Parallel()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/user" && (q.FormValue("username") != "carol" || q.FormValue("password") != "c") {
			fmt.Fprint(w, "deny")
			return
		}
		fmt.Fprint(w, "allow administrator")
	}))
	defer service.Close()
	r := startReloading(t, "")
	dial := func(user string) (*amqp.Connection, error) {
		return amqp.Dial("amqp://" + user + "@" + r.Addr + "/")
	}
	declare := func(conn *amqp.Connection, name string) {
		t.Helper()
		ch, err := conn.Channel()
		if err == nil {
			_, err = ch.QueueDeclare(name, false, false, false, false, nil)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	guest, err := dial("guest:guest")
	if err != nil {
		t.Fatal(err)
	}
	defer guest.Close()
	if conn, err := dial("carol:c"); err == nil {
		conn.Close()
		t.Error("carol is known before anybody is asked")
	}

	outside := fmt.Sprintf("auth:\n  backends: [http, internal]\n  mechanisms: [PLAIN]\n  password_hashing: sha512\n"+
		"  http: {user_path: %[1]s/user, vhost_path: %[1]s/vhost, resource_path: %[1]s/resource, topic_path: %[1]s/topic}\n", service.URL)
	const changed = "[{auth.backends} {auth.mechanisms} {auth.password_hashing} " +
		"{auth.http.user_path} {auth.http.vhost_path} {auth.http.resource_path} {auth.http.topic_path}]"
	r.reload(outside, changed, "[]")
	carol, err := dial("carol:c")
	if err != nil {
		t.Fatal(err)
	}
	defer carol.Close()
	declare(guest, "of-guest")
	declare(carol, "of-carol")
	if _, body := r.ask("GET", "/api/auth/hash_password/x"); len(body) < 90 {
		t.Errorf("passwords are not hashed with SHA-512: %s", body)
	}
	if _, body := r.ask("GET", "/api/nodes"); !strings.Contains(body, `"AMQPLAIN","description":"QPid AMQPLAIN mechanism","enabled":false`) {
		t.Errorf("the mechanisms did not change: %s", body)
	}

	for _, mistake := range []struct{ file, says string }{
		{"auth: {backends: [ldap]}\n", "auth backend ldap"},
		{"auth: {mechanisms: [ANONYMOUS]}\n", "auth.mechanisms: nobody could log in"},
		{"auth: {backends: [http], http: {user_path: \"http://h/user\", ca_file: /no/such/file}}\n", "no such file"},
		{"auth: {backends: [http, oauth2]}\nlog: {level: debug}\n", "auth backend"},
	} {
		r.write(mistake.file)
		if status, body := r.ask("POST", "/api/x/config/reload"); status != 400 || !strings.Contains(body, mistake.says) {
			t.Errorf("%s: %d %s", mistake.file, status, body)
		}
	}
	again, err := dial("carol:c")
	if err != nil {
		t.Fatalf("a mistake has changed something: %v", err)
	}
	again.Close()
	if _, body := r.ask("GET", "/api/x/log/level"); !strings.Contains(body, `"level":"info"`) {
		t.Errorf("a mistake has changed the level of the log: %s", body)
	}

	r.reload("", changed, "[]")
	if conn, err := dial("carol:c"); err == nil {
		conn.Close()
		t.Error("who lets carol in is not asked any more, and she is in")
	}
	declare(carol, "of-carol-still")
	declare(guest, "of-guest-still")
}

func (r *reloading) signal(s syscall.Signal) {
	r.t.Helper()
	if err := r.process.Process.Signal(s); err != nil {
		r.t.Fatal(err)
	}
}

// TestRotate: SIGUSR1 and the API put the log file aside, and nothing is lost.
func TestRotate(t *testing.T) {
	t.Parallel()
	r := startReloading(t, "")
	r.said("Server startup complete; 1 plugins started.")
	r.signal(syscall.SIGUSR1)
	aside := r.logFile + ".1"
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if text, err := os.ReadFile(aside); err == nil {
			if !strings.Contains(string(text), "Server startup complete") {
				t.Errorf("put aside was %s", text)
			}
			break
		}
		if time.Now().After(end) {
			t.Fatal("nothing was put aside")
		}
	}
	if status, body := r.ask("POST", "/api/x/log/rotate"); status != 204 {
		t.Errorf("%d %s", status, body)
	}
	if _, err := os.Stat(r.logFile + ".2"); err != nil {
		t.Error(err)
	}
	if _, body := r.ask("GET", "/api/nodes"); !strings.Contains(body, `"log_files":["`+r.logFile+`"]`) {
		t.Errorf("the log is not where it is: %s", body)
	}
}

// TestRabbitConf: a broker starts with a rabbitmq.conf as it is, says what it
// does not do, and that a first user comes too late.
func TestRabbitConf(t *testing.T) {
	t.Parallel()
	conf := filepath.Join(t.TempDir(), "rabbitmq.conf")
	text := "default_user = olga\ndefault_pass = $(OLGA)\nloopback_users.guest = false\nconsumer_timeout = 60000\n" +
		"mqtt.listeners.tcp.default = 1883\nlog.console.formatter = json\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b := Start(t, hutchmq, "RABBITMQ_CONFIG_FILE="+strings.TrimSuffix(conf, ".conf"), "OLGA=secret")
	conn, err := amqp.Dial("amqp://olga:secret@" + b.Addr + "/")
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if log := b.Log(); !strings.Contains(log, `"line":5,"key":"mqtt.listeners.tcp.default","why":"this broker does not speak MQTT"`) {
		t.Errorf("nothing about MQTT:\n%s", log)
	}
	b.Stop()
	b.env = append(b.env, "RABBITMQ_DEFAULT_USER=late")
	b.Restart()
	if log := b.Log(); !strings.Contains(log, `"the default user is ignored: there is data already, and users are only made when there is none","user":"late","from":"RABBITMQ_DEFAULT_USER"`) {
		t.Errorf("nothing about the user that comes too late:\n%s", log)
	}
}
