package integration

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// page is what can be tried of a page of the docs: a fenced block with a file
// name behind its language is that file, and a block of sh is run in their
// directory if a block of text shows what it prints.
type page struct {
	files map[string]string
	runs  []pageRun
}

// pageRun is a command and its standard output, in which … is whatever it is.
// ^C in a line of its own is where somebody interrupts the command.
type pageRun struct{ command, prints string }

// slowHand is how long it takes somebody to press Ctrl-C.
const slowHand = 500 * time.Millisecond

var fence = regexp.MustCompile("(?ms)^```(\\w+)(?: ([\\w./-]+))?\n(.*?)^```$")

func readPage(t *testing.T, name string) (string, page) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), parsePage(string(text))
}

func parsePage(text string) page {
	p := page{files: map[string]string{}}
	command := ""
	for _, block := range fence.FindAllStringSubmatch(text, -1) {
		language, file, body := block[1], block[2], block[3]
		switch {
		case file != "":
			p.files[file] = body
		case language == "text" && command != "":
			p.runs = append(p.runs, pageRun{command, body})
		}
		command = ""
		if language == "sh" {
			command = strings.TrimSpace(body)
		}
	}
	return p
}

// try writes the files of p into dir and runs its commands there, one after
// the other.
func (p page) try(t *testing.T, dir string, env []string) {
	t.Helper()
	for name, text := range p.files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range p.runs {
		r.try(t, dir, env)
	}
}

func (r pageRun) try(t *testing.T, dir string, env []string) {
	t.Helper()
	before, _, interrupted := strings.Cut(r.prints, "^C\n")
	command := r.command
	if interrupted {
		command = "exec " + command // so that no shell dies of it before the program has ended
	}
	c := exec.CommandContext(t.Context(), "sh", "-ec", command)
	c.Dir, c.Env, c.WaitDelay = dir, env, time.Second
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var out, errs bytes.Buffer
	c.Stderr = &errs
	pipe, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	hurry := time.AfterFunc(programTimeout, func() { syscall.Kill(-c.Process.Pid, syscall.SIGKILL) })
	defer hurry.Stop()
	lines := bufio.NewReader(pipe)
	for err = nil; err == nil; {
		if interrupted && shows(before, out.String()) {
			interrupted = false
			time.Sleep(slowHand)
			syscall.Kill(-c.Process.Pid, syscall.SIGINT) // as a terminal does
		}
		var line string
		line, err = lines.ReadString('\n')
		out.WriteString(line)
	}
	err = errors.Join(c.Wait(), noEOF(err))
	if before != r.prints && interruptible(err) {
		err = nil
	}
	if want := strings.Replace(r.prints, "^C\n", "", 1); !shows(want, out.String()) || err != nil {
		t.Fatalf("%s: %v\nprinted\n%s\nwant\n%s\nand said\n%s", r.command, err, &out, want, &errs)
	}
}

// shows reports whether want, of a page, is what was printed.
func shows(want, printed string) bool {
	text := strings.ReplaceAll(regexp.QuoteMeta(want), "…", ".*")
	return regexp.MustCompile("^" + text + "$").MatchString(printed)
}

// interruptible reports whether err may follow from an interrupt: programs
// choose how they tell, Java's and go run have no choice.
func interruptible(err error) bool {
	e, ok := errors.AsType[*exec.ExitError](err)
	return ok && e.Exited()
}

// noEOF is err, but for the end of what a program printed.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// TestPages: what these pages show of a broker is what it does.
func TestPages(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"QUEUES", "EXCHANGES", "RELIABILITY", "QUOTAS"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, p := readPage(t, "../docs/"+name+".md")
			if len(p.runs) == 0 {
				t.Fatal("the page shows nothing")
			}
			m, dir := startManaged(t), t.TempDir()
			for i := range p.runs {
				r := &p.runs[i]
				r.command = strings.ReplaceAll(r.command, "localhost:15672", strings.TrimPrefix(m.base, "http://"))
			}
			p.try(t, dir, append(m.Env(), "HUTCHMQ_DATA_DIR="+m.Dir, "PATH="+toolsFirst(t)))
		})
	}
}

func TestParsePage(t *testing.T) {
	t.Parallel()
	p := parsePage("```sh\npip install\n```\nwords\n```python a.py\nprint(1)\n```\n\n```sh\npython3 a.py\n```\n\n```text\n1\n```\n")
	if len(p.files) != 1 || p.files["a.py"] != "print(1)\n" {
		t.Errorf("files: %q", p.files)
	}
	if len(p.runs) != 1 || p.runs[0] != (pageRun{"python3 a.py", "1\n"}) {
		t.Errorf("runs: %q", p.runs)
	}
}
