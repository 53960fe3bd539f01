//go:build packages

package integration

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestDebianPackage installs dist/*.deb, runs what is in it as the unit says,
// upgrades, removes and purges it: on this machine's system, in a namespace
// where all that is written to that is thrown away.
func TestDebianPackage(t *testing.T) {
	found, err := filepath.Glob("../dist/hutchmq_*.deb")
	if err != nil || len(found) != 1 {
		t.Fatalf("one package, please: %v, %v", found, err)
	}
	deb, err := filepath.Abs(found[0])
	if err != nil {
		t.Fatal(err)
	}
	s := newScratch(t)
	s.ok("cp", deb, "/var/cache/hutchmq.deb")
	s.ok("dpkg", "--install", "/var/cache/hutchmq.deb")
	if changed := s.ok("dpkg", "--verify", "hutchmq"); changed != "" {
		t.Errorf("installed otherwise than packed:\n%s", changed)
	}
	for path, want := range map[string]string{
		"/var/lib/hutchmq":                               "hutchmq:hutchmq 750",
		"/usr/bin/hutchmq":                               "root:root 755",
		"/etc/hutchmq/hutchmq.yaml":                      "root:root 644",
		"/usr/lib/systemd/system/hutchmq.service":        "root:root 644",
		"/usr/share/bash-completion/completions/hutchmq": "root:root 644",
		"/usr/share/doc/hutchmq/copyright":               "root:root 644",
	} {
		if got := strings.TrimSpace(s.ok("stat", "--format=%U:%G %a", path)); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	if out := s.ok("systemd-analyze", "verify", "/usr/lib/systemd/system/hutchmq.service"); out != "" {
		t.Errorf("systemd says:\n%s", out)
	}

	b := s.startUnit()
	s.ok("hutchmq", "ctl", "--data-dir=/var/lib/hutchmq", "status")
	ch := dial(t, b)
	declareDurable(t, ch, "q")
	if err := ch.Confirm(false); err != nil {
		t.Fatal(err)
	}
	c, err := ch.PublishWithDeferredConfirm("", "q", false, false, amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte("kept")})
	if err != nil || !c.Wait() {
		t.Fatalf("not confirmed: %v", err)
	}
	b.Stop()
	s.ok("sh", "-c", "echo '# mine' >>/etc/hutchmq/hutchmq.yaml")
	s.ok("dpkg", "--install", "/var/cache/hutchmq.deb")
	if last := s.ok("tail", "-n1", "/etc/hutchmq/hutchmq.yaml"); last != "# mine\n" {
		t.Errorf("an upgrade changed the settings: %q", last)
	}
	b.Restart()
	if d, ok, err := dial(t, b).Get("q", true); !ok || string(d.Body) != "kept" {
		t.Errorf("after an upgrade: %q, %v, %v", d.Body, ok, err)
	}
	b.Stop()

	s.ok("dpkg", "--remove", "hutchmq")
	s.has("/usr/bin/hutchmq", false)
	s.has("/usr/lib/systemd/system/hutchmq.service", false)
	s.has("/etc/hutchmq/hutchmq.yaml", true)
	s.has("/var/lib/hutchmq/journal", true)
	s.ok("dpkg", "--purge", "hutchmq")
	s.has("/etc/hutchmq", false)
	s.has("/var/lib/hutchmq", false)
	if out, err := s.run("getent", "passwd", "hutchmq"); err == nil {
		t.Errorf("a user is left: %s", out)
	}
}

// TestRPM installs dist/*.rpm with Debian's rpm in such a namespace, runs what
// is in it, upgrades and erases it. That shadow-utils is needed, which has no
// package of that name here, is seen and passed over.
func TestRPM(t *testing.T) {
	found, err := filepath.Glob("../dist/hutchmq*.rpm")
	if err != nil || len(found) != 1 {
		t.Fatalf("one package, please: %v, %v", found, err)
	}
	rpm, err := filepath.Abs(found[0])
	if err != nil {
		t.Fatal(err)
	}
	s := newScratch(t)
	s.ok("cp", rpm, "/var/cache/hutchmq.rpm")
	if needs := s.ok("rpm", "--query", "--package", "--requires", "/var/cache/hutchmq.rpm"); !strings.Contains(needs, "shadow-utils\n") {
		t.Errorf("it needs\n%s", needs)
	}
	if configs := s.ok("rpm", "--query", "--package", "--configfiles", "/var/cache/hutchmq.rpm"); configs != "/etc/hutchmq/hutchmq.yaml\n" {
		t.Errorf("its settings are\n%s", configs)
	}
	s.ok("rpm", "--initdb")
	s.ok("rpm", "--install", "--nodeps", "/var/cache/hutchmq.rpm")
	if changed := s.ok("rpm", "--verify", "--nodeps", "hutchmq"); changed != "" {
		t.Errorf("installed otherwise than packed:\n%s", changed)
	}
	if got := strings.TrimSpace(s.ok("stat", "--format=%U:%G %a", "/var/lib/hutchmq")); got != "hutchmq:hutchmq 750" {
		t.Errorf("the data directory is %s", got)
	}

	b := s.startUnit()
	declareDurable(t, dial(t, b), "q")
	b.Stop()
	s.ok("sh", "-c", "echo '# mine' >>/etc/hutchmq/hutchmq.yaml")
	s.ok("rpm", "--upgrade", "--nodeps", "--replacepkgs", "/var/cache/hutchmq.rpm")
	if last := s.ok("tail", "-n1", "/etc/hutchmq/hutchmq.yaml"); last != "# mine\n" {
		t.Errorf("an upgrade changed the settings: %q", last)
	}
	s.ok("rpm", "--erase", "hutchmq")
	s.has("/usr/bin/hutchmq", false)
	s.has("/usr/lib/systemd/system/hutchmq.service", false)
	s.has("/etc/hutchmq/hutchmq.yaml.rpmsave", true)
	s.has("/var/lib/hutchmq/journal", true)
}

// scratch is this machine's system in a mount namespace of its own.
type scratch struct {
	t   *testing.T
	pid string // of a process in it
}

// layers puts, over each directory, one that takes what is written.
const layers = `set -e
mount -t tmpfs none "$1"
for dir in etc usr var; do
	mkdir -p "$1/$dir/new" "$1/$dir/work"
	mount -t overlay none -o "lowerdir=/$dir,upperdir=$1/$dir/new,workdir=$1/$dir/work" "/$dir"
done
echo ready
exec cat`

func newScratch(t *testing.T) *scratch {
	t.Helper()
	p := exec.Command("unshare", "--mount", "sh", "-c", layers, "sh", t.TempDir())
	p.Stderr = os.Stderr
	in, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); p.Wait() })
	var word string
	if _, err := fmt.Fscan(out, &word); err != nil || word != "ready" {
		t.Fatalf("no namespace: %q, %v; it takes root", word, err)
	}
	return &scratch{t, strconv.Itoa(p.Process.Pid)}
}

// enter are the words that run a command in s.
func (s *scratch) enter(more ...string) []string {
	return append([]string{"--target", s.pid, "--mount"}, more...)
}

func (s *scratch) run(args ...string) (string, error) {
	p := exec.CommandContext(s.t.Context(), "nsenter", s.enter(append([]string{"--"}, args...)...)...)
	p.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C")
	p.WaitDelay = time.Second
	out, err := p.CombinedOutput()
	return string(out), err
}

// ok runs what must not fail.
func (s *scratch) ok(args ...string) string {
	s.t.Helper()
	out, err := s.run(args...)
	if err != nil {
		s.t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return out
}

func (s *scratch) has(path string, want bool) {
	s.t.Helper()
	if _, err := s.run("test", "-e", path); (err == nil) != want {
		s.t.Errorf("%s is there: %v, want %v", path, !want, want)
	}
}

// startUnit starts the broker as the installed unit says.
func (s *scratch) startUnit() *Broker {
	s.t.Helper()
	unit := map[string][]string{}
	for line := range strings.Lines(s.ok("cat", "/usr/lib/systemd/system/hutchmq.service")) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		unit[key] = append(unit[key], value)
	}
	user := unit["User"][0]
	as := func(flag string) string { return strings.TrimSpace(s.ok("id", flag, user)) }
	b := &Broker{Addr: freeAddr(s.t), Dir: "/var/lib/hutchmq", t: s.t, log: filepath.Join(s.t.TempDir(), "log")}
	b.binary = "/usr/bin/nsenter"
	b.flags = append(s.enter("--setuid", as("-u"), "--setgid", as("-g"), "--"), strings.Fields(unit["ExecStart"][0])...)
	b.env = append(unit["Environment"], "HUTCHMQ_AMQP="+b.Addr, "HUTCHMQ_MANAGEMENT=none", "HUTCHMQ_METRICS=none")
	s.t.Cleanup(func() {
		b.Kill()
		if s.t.Failed() {
			s.t.Logf("the broker said:\n%s", b.Log())
		}
	})
	b.Restart()
	return b
}
