package integration

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// image is what the Dockerfile says of the image, the last stage of it.
type image struct {
	env         []string // NAME=value
	copies      []string // sources from the repository, of all stages
	user        string
	volume      string
	ports       []string
	healthCheck []string
	command     []string // the entrypoint and its arguments
	stopSignal  string
}

func readDockerfile(t *testing.T) image {
	t.Helper()
	text, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var i image
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", " ")) {
		instruction, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		words := strings.Fields(rest)
		switch instruction {
		case "FROM":
			i.env, i.user, i.command = nil, "", nil
		case "COPY":
			if !strings.HasPrefix(rest, "--from=") {
				i.copies = append(i.copies, words[:len(words)-1]...)
			}
		case "ENV":
			i.env = append(i.env, words...)
		case "USER":
			i.user = rest
		case "VOLUME":
			i.volume = rest
		case "EXPOSE":
			i.ports = words
		case "STOPSIGNAL":
			i.stopSignal = rest
		case "HEALTHCHECK":
			_, command, _ := strings.Cut(rest, "CMD ")
			i.healthCheck = jsonWords(t, command)
		case "ENTRYPOINT":
			i.command = jsonWords(t, rest)
		case "CMD":
			i.command = append(i.command, jsonWords(t, rest)...)
		}
	}
	return i
}

// jsonWords are the words of a command in exec form: there is no shell in the
// image for any other.
func jsonWords(t *testing.T, text string) (words []string) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &words); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return words
}

func TestDockerfile(t *testing.T) {
	t.Parallel()
	i := readDockerfile(t)
	for _, from := range i.copies {
		if _, err := os.Stat(filepath.Join("..", from)); err != nil {
			t.Errorf("COPY of what is not there: %v", err)
		}
	}
	if i.stopSignal != "SIGTERM" {
		t.Errorf("stopped by %s", i.stopSignal)
	}
	for _, port := range []string{"5672", "15672", "15692"} {
		if !slices.Contains(i.ports, port) {
			t.Errorf("port %s is not exposed: %v", port, i.ports)
		}
	}
	if !slices.Contains(i.env, "HUTCHMQ_DATA_DIR="+i.volume) {
		t.Errorf("the data is not in the volume %s: %v", i.volume, i.env)
	}
}

// TestContainer runs the broker as the image does, without Docker: nothing but
// the binary, a root that nobody can write to, a volume, and a user who is nobody.
func TestContainer(t *testing.T) {
	t.Parallel()
	i := readDockerfile(t)
	c := newContainer(t, i)
	c.write("etc/hutchmq/definitions.yaml", "../packaging/definitions.yaml")
	management := freeAddr(t)
	b := startContainer(t, c, "HUTCHMQ_MANAGEMENT="+management, "HUTCHMQ_METRICS=none",
		"HUTCHMQ_DEFINITIONS=/etc/hutchmq/definitions.yaml", "HUTCHMQ_DEFAULTS_USER=ann", "HUTCHMQ_DEFAULTS_PASS=secret")
	if out, err := c.exec(b.process.Process.Pid, i.healthCheck); err != nil {
		t.Errorf("the health check says %v:\n%s", err, out)
	}
	for _, path := range []string{"/startupz", "/livez", "/readyz"} {
		if status, body := get(t, "http://"+management+path); status != 200 {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	ch := dialURL(t, "amqp://ann:secret@"+b.Addr+"/")
	if _, err := ch.QueueDeclarePassive("hello", true, false, false, false, nil); err != nil {
		t.Errorf("the queue of the definitions: %v", err)
	}
	b.Stop()
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// container is what a process sees of the machine.
type container struct {
	t          testing.TB
	image      image
	root, data string
}

func newContainer(t testing.TB, i image) *container {
	t.Helper()
	c := &container{t: t, image: i, root: t.TempDir(), data: t.TempDir()}
	for _, dir := range []string{"etc/hutchmq", i.volume} {
		if err := os.MkdirAll(filepath.Join(c.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c.write(i.command[0], hutchmq)
	// A disk of its own has this, and the broker may not look into it.
	if err := os.Mkdir(filepath.Join(c.data, "lost+found"), 0o700); err != nil {
		t.Fatal(err)
	}
	if uid, gid := c.user(); os.Geteuid() == 0 {
		if err := os.Chown(c.data, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// write puts a copy of the file from at path in the image.
func (c *container) write(path, from string) {
	c.t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(filepath.Join(c.root, path), text, 0o755)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// user is who runs in the container: numbers, for it has no list of users.
func (c *container) user() (uid, gid int) {
	c.t.Helper()
	if _, err := fmt.Sscanf(c.image.user, "%d:%d", &uid, &gid); err != nil || uid == 0 || gid == 0 {
		c.t.Fatalf("the image runs as %q", c.image.user)
	}
	return uid, gid
}

// mounts makes the root read-only and the data writable, where only this process
// sees it, and then becomes what the arguments say.
const mounts = `set -e
mount --bind "$1" "$1"
mount --bind "$2" "$1$3"
mount -o remount,ro,bind "$1"
root=$1; shift 3
exec "$CHROOT" $AS "$root" "$@"`

// command runs args in the container. Who is not root becomes root of a
// namespace of users first, and stays it.
func (c *container) command(args []string) *exec.Cmd {
	unshare, as := []string{"--mount"}, "--userspec="+c.image.user
	if os.Geteuid() != 0 {
		unshare, as = []string{"--user", "--map-root-user", "--mount"}, ""
	}
	chroot, err := exec.LookPath("chroot") // the image's PATH is not this machine's
	if err != nil {
		c.t.Fatal(err)
	}
	words := append(unshare, "env", "AS="+as, "CHROOT="+chroot, "sh", "-c", mounts, "sh", c.root, c.data, c.image.volume)
	return exec.Command("unshare", append(words, args...)...)
}

// exec runs args in the container of the process pid.
func (c *container) exec(pid int, args []string) ([]byte, error) {
	uid, gid := c.user()
	enter := []string{"--target", strconv.Itoa(pid), "--mount", "--root", "--setuid", strconv.Itoa(uid), "--setgid", strconv.Itoa(gid)}
	if os.Geteuid() != 0 {
		enter = []string{"--target", strconv.Itoa(pid), "--user", "--preserve-credentials", "--mount", "--root"}
	}
	p := exec.Command("nsenter", append(append(enter, "--"), args...)...)
	p.Env = c.image.env
	return p.CombinedOutput()
}

// startContainer runs the image with more in its environment, and waits until
// clients can connect.
func startContainer(t *testing.T, c *container, env ...string) *Broker {
	t.Helper()
	b := &Broker{Addr: freeAddr(t), Dir: c.data, t: t, log: filepath.Join(t.TempDir(), "log")}
	p := c.command(c.image.command)
	b.binary, b.flags = p.Path, p.Args[1:]
	b.env = slices.Concat(c.image.env, []string{"HUTCHMQ_AMQP=" + b.Addr}, env)
	t.Cleanup(func() {
		b.Kill()
		if t.Failed() {
			t.Logf("the broker said:\n%s", b.Log())
		}
	})
	b.Restart()
	if status, ok := readStatus(b.process.Process.Pid)["Uid:"]; os.Geteuid() == 0 && (!ok || strings.HasPrefix(status, "0")) {
		t.Errorf("the broker runs as %q", status)
	}
	return b
}

// readStatus is what the system says of a process, by the first words of lines.
func readStatus(pid int) map[string]string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	status := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, "\t")
		status[name] = strings.TrimSpace(value)
	}
	return status
}

// TestCompose: what compose starts is the image, with what it needs around it.
func TestCompose(t *testing.T) {
	t.Parallel()
	var file struct {
		Services map[string]struct {
			Build       string
			Environment map[string]string
			Volumes     []string
			HealthCheck struct{ Test []string }
		}
		Volumes map[string]any
	}
	text, err := os.ReadFile("../compose.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, i := file.Services["hutchmq"], readDockerfile(t)
	if s.Build != "." || !slices.Equal(s.HealthCheck.Test, append([]string{"CMD"}, i.healthCheck...)) {
		t.Errorf("built from %q, checked by %q", s.Build, s.HealthCheck.Test)
	}
	mounted := map[string]bool{}
	for _, v := range s.Volumes {
		from, to, _ := strings.Cut(v, ":")
		to, _, _ = strings.Cut(to, ":")
		mounted[to] = true
		if path, isPath := strings.CutPrefix(from, "./"); isPath {
			if _, err := os.Stat(filepath.Join("..", path)); err != nil {
				t.Errorf("a mount of what is not there: %v", err)
			}
		} else if _, named := file.Volumes[from]; !named {
			t.Errorf("volume %s is not declared", from)
		}
	}
	if !mounted[i.volume] || !mounted[s.Environment["HUTCHMQ_DEFINITIONS"]] {
		t.Errorf("mounted are %v, and needed %s and %s", mounted, i.volume, s.Environment["HUTCHMQ_DEFINITIONS"])
	}
	check := exec.Command(hutchmq, "config", "check")
	check.Env = i.env
	for name, value := range s.Environment {
		check.Env = append(check.Env, name+"="+value)
	}
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("the environment: %v\n%s", err, out)
	}
}
