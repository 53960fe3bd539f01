package ctl

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestPasswordIsAskedOnce: also by who waits, and asks the broker again and
// again.
func TestPasswordIsAskedOnce(t *testing.T) {
	looked, right := 0, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user == "amy" && password == "secret" {
			right++
		}
		if looked++; looked < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			io.WriteString(w, `{"status":"failed","reason":"starting"}`)
		}
	}))
	defer server.Close()
	asked := 0
	var out bytes.Buffer
	c := &Command{
		Out: &out, Err: &out, Machine: func(string, string) *Machine { return new(Machine) },
		Password: func(string) (string, error) { asked++; return "secret", nil },
	}
	err := c.Run(context.Background(), []string{"await_startup", "--username=amy", "--uri=" + server.URL})
	if err != nil || asked != 1 || looked != 3 || right != 3 {
		t.Errorf("%v: asked %d times, looked %d times, %d with the password", err, asked, looked, right)
	}
}

// TestOutputStopsWithItsReader: a list that nobody reads on is an error, and
// no more.
func TestOutputStopsWithItsReader(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `[{"name":"a"}]`)
	}))
	defer server.Close()
	for _, format := range formats {
		c := &Command{Out: deaf{}, Err: deaf{}, Machine: func(string, string) *Machine { return new(Machine) }}
		err := c.Run(context.Background(), []string{"list_users", "--uri=" + server.URL, "--formatter=" + format})
		if ExitCode(err) != exitFailure {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// deaf takes nothing.
type deaf struct{}

func (deaf) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
