package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/definitions"
)

// answering is a broker that has one answer.
type answering struct {
	plan    definitions.Plan
	err     error
	asked   *definitions.Definitions
	options Options

	exchanges []definitions.Exchange // that it has
}

func (a *answering) Plan(_ context.Context, d *definitions.Definitions, o Options) (*definitions.Plan, error) {
	a.asked, a.options = d, o
	return &a.plan, a.err
}

func (a *answering) Apply(ctx context.Context, d *definitions.Definitions, o Options) (*definitions.Plan, error) {
	return a.Plan(ctx, d, o)
}

func (a *answering) Export(context.Context) (*definitions.Definitions, error) {
	return &definitions.Definitions{Vhosts: []definitions.Vhost{{Name: "v"}}, Exchanges: a.exchanges}, a.err
}

func steps(list ...definitions.Step) definitions.Plan {
	p := definitions.Plan{Counts: map[string]int{}, Steps: list, Whole: true}
	for _, s := range list {
		p.Counts[s.Action]++
	}
	return p
}

// bench is a command on files of a test.
type bench struct {
	*Command
	dir      string
	out, err bytes.Buffer
}

func newBench(t *testing.T, files map[string]string) *bench {
	t.Helper()
	b := &bench{dir: t.TempDir()}
	for name, text := range files {
		path := filepath.Join(b.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.Command = &Command{Paths: []string{b.dir}, Out: &b.out, Err: &b.err, Source: Environment}
	return b
}

// said is what was printed, without the directory of the test.
func (b *bench) said() string { return strings.ReplaceAll(b.out.String(), b.dir+"/", "") }

const queueFile = "version: 1\nowner: me\nvhosts: {/: {queues: {q: , r: }}}\n"

// TestPlanIsPrinted: each sort of step has its line and place, and the exit code
// says whether there is anything.
func TestPlanIsPrinted(t *testing.T) {
	queue := func(action, name string, more definitions.Step) definitions.Step {
		more.Action, more.Kind, more.Vhost, more.Is = action, definitions.KindQueue, "/", &definitions.Queue{Vhost: "/", Name: name}
		return more
	}
	for _, tt := range []struct {
		plan definitions.Plan
		want string
		code error
	}{
		{steps(), "no changes\n", nil},
		{steps(queue("keep", "q", definitions.Step{})), "no changes\n", nil},
		{steps(queue("create", "q", definitions.Step{}), queue("change", "r", definitions.Step{Changes: []string{"a: 1 → 2"}})),
			"+   queue 'q' in '/'  (f.yaml:3:23)\n~   queue 'r' in '/'  (f.yaml:3:28)\n      a: 1 → 2\nto create: 1, to change: 1\n", ExitChanges},
		{steps(queue("recreate", "q", definitions.Step{}), queue("delete", "old", definitions.Step{})),
			"-/+ queue 'q' in '/'  (f.yaml:3:23)\n-   queue 'old' in '/'\nto make anew: 1, to delete: 1\n", ExitChanges},
		{steps(queue("conflict", "q", definitions.Step{Reason: "two\nlines\n"})), "!   queue 'q' in '/'  (f.yaml:3:23)\n      two lines\nin the way: 1\n", ExitConflicts},
	} {
		b := newBench(t, map[string]string{"f.yaml": queueFile})
		a := &answering{plan: tt.plan}
		if err := b.Plan(t.Context(), a, Options{Prune: true}); err != tt.code || b.said() != tt.want {
			t.Errorf("got %v\n%s\nwant %v\n%s", err, b.said(), tt.code, tt.want)
		}
		if a.asked.Owner != "me" || len(a.asked.Queues) != 2 || !a.options.Prune {
			t.Errorf("asked %+v with %+v", a.asked, a.options)
		}
	}
}

// TestPlanWarns: dead letters that go to an exchange that neither the files nor
// the broker have.
func TestPlanWarns(t *testing.T) {
	text := "version: 1\nvhosts: {/: {queues: {q: {dead_letter: gone}, r: {dead_letter: there}}}}\n"
	b := newBench(t, map[string]string{"f.yaml": text})
	a := &answering{exchanges: []definitions.Exchange{{Vhost: "/", Name: "there"}}}
	want := b.dir + "/f.yaml:2:23: warning: its dead letters go to exchange 'gone', which is not in '/'\n"
	if err := b.Plan(t.Context(), a, Options{}); err != nil || b.err.String() != want {
		t.Errorf("%v\n%s", err, &b.err)
	}
}

// TestApplyIsPrinted: what was done, or that nothing was.
func TestApplyIsPrinted(t *testing.T) {
	b := newBench(t, map[string]string{"f.yaml": queueFile})
	a := &answering{plan: steps(definitions.Step{Action: "create", Kind: definitions.KindVhost, Is: &definitions.Vhost{Name: "/"}})}
	if err := b.Apply(t.Context(), a, Options{}); err != nil || b.said() != "+   vhost '/'  (f.yaml:3:10)\ncreated: 1\n" {
		t.Errorf("%v\n%s", err, b.said())
	}
	a.plan = steps(definitions.Step{Action: "conflict", Kind: definitions.KindVhost, Is: &definitions.Vhost{Name: "/"}, Reason: "why"})
	if err := b.Apply(t.Context(), a, Options{}); err != ExitConflicts || b.err.String() != "nothing was changed\n" {
		t.Errorf("%v\n%s", err, b.err.String())
	}
	a.err = errors.New("no broker")
	if err := b.Apply(t.Context(), a, Options{}); err != a.err {
		t.Errorf("%v", err)
	}
}

// TestJSONHoldsNoSecrets: what programs read has no records in it.
func TestJSONHoldsNoSecrets(t *testing.T) {
	b := newBench(t, map[string]string{"f.yaml": queueFile})
	b.JSON = true
	secret := &definitions.Parameter{Vhost: "/", Component: "shovel", Name: "s", Value: []byte(`"amqp://u:hush@h"`)}
	a := &answering{plan: steps(definitions.Step{Action: "create", Kind: definitions.KindParameter, Vhost: "/", Is: secret})}
	err := b.Plan(t.Context(), a, Options{})
	if got := b.said(); err != ExitChanges || strings.Contains(got, "hush") || !strings.Contains(got, `"title": "shovel 's' in '/'"`) {
		t.Errorf("%v\n%s", err, got)
	}
}

// TestValidate: doubts are told, and are mistakes only when strict.
func TestValidate(t *testing.T) {
	b := newBench(t, map[string]string{"f.yaml": "version: 1\nvhosts: {/: {queues: {q: {dead_letter: gone}}}}\n"})
	if err := b.Validate(false); err != nil || b.said() != "valid: 1 file, 2 records\n" || !strings.Contains(b.err.String(), "f.yaml:2:23: warning: ") {
		t.Errorf("%v\n%s%s", err, b.said(), b.err.String())
	}
	if err := b.Validate(true); err == nil || strings.Contains(err.Error(), "warning") {
		t.Errorf("strict: %v", err)
	}
	b = newBench(t, map[string]string{"f.yaml": "version: 1\nvhosts: {/: {queues: {q: {bind: gone}}}}\n"})
	if err := b.Validate(false); err == nil || !strings.HasSuffix(err.Error(), "f.yaml:2:33: exchange 'gone' is not in '/'") {
		t.Errorf("%v", err)
	}
	if err := b.Plan(t.Context(), &answering{}, Options{}); err != nil {
		t.Errorf("a broker may have what no file has: %v", err)
	}
}

// TestLoad: which files of a directory count, and that all mistakes of all files
// are told.
func TestLoad(t *testing.T) {
	b := newBench(t, map[string]string{
		"b.json": `{"vhosts":[{"name":"b"}]}`, "a.yaml": "version: 1\nvhosts: {a: }", "c.yml": "vhosts: [{name: c}]",
		".d.yaml": "nonsense", "e.txt": "nonsense", "sub/f.yaml": "nonsense",
	})
	docs, err := Load(b.Paths, nil, b.Source)
	if err != nil || len(docs) != 3 || docs[0].Vhosts[0].Name+docs[1].Vhosts[0].Name+docs[2].Vhosts[0].Name != "abc" {
		t.Errorf("%v, %v", docs, err)
	}
	docs, err = Load([]string{Stdin}, strings.NewReader("version: 1\nvhosts: {z: }"), b.Source)
	if err != nil || len(docs) != 1 || docs[0].Vhosts[0].Name != "z" {
		t.Errorf("%v, %v", docs, err)
	}
	b = newBench(t, map[string]string{"a.yaml": "version: 2", "b.yaml": "version: 1\nnope: 5"})
	if _, err := Load(b.Paths, nil, b.Source); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("%v", err)
	}
	if _, err := Load([]string{filepath.Join(b.dir, "none")}, nil, b.Source); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// TestMerge: files of one owner are one whole; files of several are not.
func TestMerge(t *testing.T) {
	same := "vhosts: {/: {queues: {q: }}}\n"
	b := newBench(t, map[string]string{"a.yaml": "version: 1\nowner: me\n" + same, "b.yaml": "version: 1\nowner: me\n" + same + "users: {u: {password_hash: ''}}"})
	a := &answering{}
	if err := b.Plan(t.Context(), a, Options{}); err != nil || len(a.asked.Queues) != 1 || len(a.asked.Users) != 1 {
		t.Errorf("%+v, %v", a.asked, err)
	}
	for other, want := range map[string]string{
		"owner: you": "belongs to me and ", "owner: me\nvhosts: {/: {queues: {q: {max_length: 5}}}}": "is described otherwise at",
	} {
		b = newBench(t, map[string]string{"a.yaml": "version: 1\nowner: me\n" + same, "b.yaml": "version: 1\n" + other})
		if err := b.Plan(t.Context(), a, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", other, err)
		}
	}
	b = newBench(t, map[string]string{"a.yaml": "version: 1\n"})
	if err := b.Plan(t.Context(), a, Options{Prune: true}); err == nil || !strings.Contains(err.Error(), "say who that is") {
		t.Errorf("%v", err)
	}
}

// TestExport: either dialect.
func TestExport(t *testing.T) {
	for json, want := range map[bool]string{false: "version: 1\nvhosts:\n  v: {}\n", true: "{\n  \"vhosts\": [\n"} {
		b := newBench(t, nil)
		b.JSON = json
		if err := b.Export(t.Context(), &answering{}); err != nil || !strings.HasPrefix(b.said(), want) {
			t.Errorf("%v\n%s", err, b.said())
		}
	}
}

// TestSecretFiles: a file with a password is small.
func TestSecretFiles(t *testing.T) {
	b := newBench(t, map[string]string{"small": "hush\n", "large": strings.Repeat("x", maxSecretBytes+1)})
	if text, err := Environment.ReadFile(filepath.Join(b.dir, "small")); err != nil || string(text) != "hush\n" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := Environment.ReadFile(filepath.Join(b.dir, "large")); err == nil || !strings.Contains(err.Error(), fmt.Sprint(maxSecretBytes)) {
		t.Errorf("%v", err)
	}
}
