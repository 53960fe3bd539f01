package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// languages is what the page of a language needs beside what is on the PATH:
// it is put into the directory of the page's programs.
var languages = map[string]func(t *testing.T, dir string){
	"PYTHON": func(*testing.T, string) {},
	"CELERY": func(*testing.T, string) {},
	"RUBY":   func(*testing.T, string) {},
	"GO": func(t *testing.T, dir string) {
		link(t, "../go.mod", filepath.Join(dir, "go.mod"))
		link(t, "../go.sum", filepath.Join(dir, "go.sum"))
	},
	"NODE": func(t *testing.T, dir string) { link(t, "node_modules", filepath.Join(dir, "node_modules")) },
	"JAVA": func(t *testing.T, dir string) {
		for _, jar := range []string{"amqp-client.jar", "slf4j-api.jar", "slf4j-nop.jar"} {
			link(t, "/usr/share/java/"+jar, filepath.Join(dir, "lib", jar))
		}
	},
	"PHP": func(t *testing.T, dir string) {
		link(t, "/usr/share/php/PhpAmqpLib/autoload.php", filepath.Join(dir, "vendor", "autoload.php"))
	},
}

// fastJava spends no time on making programs fast that end at once.
const fastJava = "JAVA_TOOL_OPTIONS=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"

// usualURL is where the programs of a page look for the broker if nobody says
// anything else. How it ends is up to the client.
var usualURL = regexp.MustCompile(`amqp://guest:guest@localhost:5672/*`)

// TestLanguages: the programs of the pages for newcomers do what these show,
// word for word.
func TestLanguages(t *testing.T) {
	t.Parallel()
	for language, prepare := range languages {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			text, p := readPage(t, "../docs/start/"+language+".md")
			if len(p.files) < 4 || len(p.runs) < 4 {
				t.Fatalf("%d programs, %d runs", len(p.files), len(p.runs))
			}
			b, dir := Start(t, hutchmq), t.TempDir()
			prepare(t, dir)
			url := strings.Replace(usualURL.FindString(text), "localhost:5672", b.Addr, 1)
			p.try(t, dir, append(b.Env(), "AMQP_URL="+url, fastJava, "PATH="+toolsFirst(t)))
			b.Stop()
		})
	}
}

// TestEveryLanguageIsTried: there is no page for newcomers that is not tried.
func TestEveryLanguageIsTried(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("../docs/start/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		language := strings.TrimSuffix(filepath.Base(name), ".md")
		if languages[language] == nil && language != "README" {
			t.Errorf("nobody tries %s", name)
		}
	}
}

// link puts what there is, on this machine or beside the tests, where a page
// expects it.
func link(t *testing.T, there, name string) {
	t.Helper()
	there, err := filepath.Abs(there)
	if err == nil {
		_, err = os.Stat(there)
	}
	if err != nil {
		t.Fatalf("run make setup: %v", err)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(there, name); err != nil {
		t.Fatal(err)
	}
}

// toolsFirst is a PATH on which hutchmq is the one under test, and python3 one
// that has Debian's clients.
func toolsFirst(t *testing.T) string {
	t.Helper()
	python, err := exec.LookPath(pythonWith(t, "pika"))
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	link(t, python, filepath.Join(bin, "python3"))
	link(t, hutchmq, filepath.Join(bin, "hutchmq"))
	return bin + ":" + os.Getenv("PATH")
}
