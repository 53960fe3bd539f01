package ctl

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write what happens into the scripts")

// TestScripts plays the conversations in testdata/script:
//
//	$ delete_user bob             what is typed; behind | what is in the input
//	> DELETE /api/users/bob       a request that comes of it, with its body
//	< 404 {"error":…}             what the API answers; more > and < may follow
//	Deleting user "bob" ...       what is printed
//	! 67 User 'bob' does not …    the exit code and the error, if there is one
//
// Words are divided by spaces; ” is an empty one, and + stands for a space in
// one. With -rewrite only $ and < are read, and the rest is written.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	typed := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var played []string
		for talk := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
			got := play(t, talk)
			typed[verbOf(talk)] = true
			played = append(played, got)
			if got != talk && !*rewrite {
				t.Errorf("%s: got\n%s\n\nwant\n%s", file, got, talk)
			}
		}
		if *rewrite {
			if err := os.WriteFile(file, []byte(strings.Join(played, "\n\n")+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, verb := range verbs(t) {
		if !typed[verb] && verb != "doctor" { // which looks at this machine
			t.Errorf("no script types %s", verb)
		}
	}
}

// verbs are all there are.
func verbs(t *testing.T) []string {
	t.Helper()
	parser, err := new(Command).parser(new(grammar), func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	return childrenOf(parser.Model.Node)
}

// verbOf is the first word of a talk that is no option.
func verbOf(talk string) string {
	first, _, _ := strings.Cut(talk, "\n")
	for _, w := range strings.Fields(first)[1:] {
		if !strings.HasPrefix(w, "-") {
			return w
		}
	}
	return ""
}

// play plays one conversation, and tells how it went.
func play(t *testing.T, talk string) string {
	t.Helper()
	lines := strings.Split(talk, "\n")
	typed, input, _ := strings.Cut(strings.TrimPrefix(lines[0], "$ "), " | ")
	var answers []string
	for _, l := range lines[1:] {
		if answer, ok := strings.CutPrefix(l, "< "); ok {
			answers = append(answers, answer)
		}
	}
	api := &fakeAPI{answers: answers}
	server := httptest.NewServer(api)
	defer server.Close()
	var out bytes.Buffer
	c := &Command{
		Name: "ctl", Version: "1.2.3", In: strings.NewReader(input + "\n"), Out: &out, Err: &out,
		Machine: func(string, string) *Machine { return &Machine{} },
	}
	args := append([]string{"--uri=" + server.URL}, words(typed)...)
	err := c.Run(context.Background(), args)
	talked := lines[0] + api.talk.String()
	if printed := strings.TrimSuffix(strings.ReplaceAll(out.String(), server.URL, "URI"), "\n"); printed != "" {
		talked += "\n" + strings.ReplaceAll(printed, "\n\n", "\n.\n")
	}
	if err != nil {
		talked += fmt.Sprintf("\n! %d %s", ExitCode(err), strings.ReplaceAll(err.Error(), server.URL, "URI"))
	}
	if len(api.answers) > 0 {
		t.Errorf("%s: %d answers nobody asked for", typed, len(api.answers))
	}
	return talked
}

func words(text string) []string {
	list := strings.Fields(text)
	for i, w := range list {
		if w == "''" {
			w = ""
		}
		list[i] = strings.ReplaceAll(w, "+", " ")
	}
	return list
}

// fakeAPI gives its answers one after the other, and writes down what it was
// asked.
type fakeAPI struct {
	answers []string
	talk    strings.Builder
}

func (a *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	request := r.Method + " " + r.URL.RequestURI()
	if reason := r.Header.Get("X-Reason"); reason != "" {
		request += " (" + reason + ")"
	}
	if len(body) > 0 {
		request += " " + string(body)
	}
	answer := "500"
	if len(a.answers) > 0 {
		answer, a.answers = a.answers[0], a.answers[1:]
	}
	a.talk.WriteString("\n> " + request + "\n< " + answer)
	status, text, _ := strings.Cut(answer, " ")
	code, _ := strconv.Atoi(status)
	w.WriteHeader(code)
	io.WriteString(w, text)
}
