package client

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func newClient(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// echo answers with what was asked.
func echo(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	json.NewEncoder(w).Encode(r.Method + " " + r.URL.EscapedPath() + " " + user + ":" + password)
}

func TestWhoAsks(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(echo))
	defer s.Close()
	host := strings.TrimPrefix(s.URL, "http://")
	ask := func(user string) (string, error) { return "asked-" + user, nil }
	for _, x := range []struct {
		o    Options
		want string
	}{
		{Options{URI: s.URL}, "guest:guest"},
		{Options{URI: host}, "guest:guest"},
		{Options{URI: s.URL + "/api/"}, "guest:guest"},
		{Options{URI: "http://amy:a@" + host}, "amy:a"},
		{Options{URI: "http://amy:a@" + host, User: "bob", Password: "b"}, "bob:b"},
		{Options{URI: s.URL, User: "bob", Ask: ask}, "bob:asked-bob"},
		{Options{URI: s.URL, User: "bob"}, "bob:"},
	} {
		var got string
		err := newClient(t, x.o).Get(t.Context(), Path("queues", "/", "a b"), &got)
		if want := "GET /api/queues/%2F/a%20b " + x.want; got != want || err != nil {
			t.Errorf("%+v: %q, want %q, %v", x.o, got, want, err)
		}
	}
}

func TestSocketNeedsNoUser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(echo)}}
	s.Start()
	defer s.Close()
	for _, o := range []Options{{Socket: path}, {URI: "unix:" + path}, {URI: "unix://" + path}} {
		c := newClient(t, o)
		var got string
		if err := c.Get(t.Context(), "/api/overview", &got); got != "GET /api/overview :" || err != nil {
			t.Errorf("%+v: %q %v", o, got, err)
		}
		if err := c.As("amy", "a").Get(t.Context(), "/api/whoami", &got); got != "GET /api/whoami amy:a" || err != nil {
			t.Errorf("%+v: %q %v", o, got, err)
		}
		if c.Where() != path {
			t.Errorf("%+v is at %q", o, c.Where())
		}
	}
}

func TestURIErrors(t *testing.T) {
	for _, uri := range []string{"amqp://localhost", "http://", "::", "http://[::1"} {
		if _, err := New(Options{URI: uri}); !errors.Is(err, ErrURI) {
			t.Errorf("%q: %v", uri, err)
		}
	}
	if c := newClient(t, Options{Socket: "/nowhere/hutchmq.sock"}); c.Where() != DefaultURI {
		t.Errorf("without a socket at %q", c.Where())
	}
}

func TestRefusals(t *testing.T) {
	for _, x := range []struct {
		status     int
		body, want string
	}{
		{401, ``, "the user 'guest' or its password is wrong: see --username and --password"},
		{401, `{"error":"not_authorized","reason":"Not_Authorized"}`, "the user 'guest' or its password is wrong: see --username and --password"},
		{401, `{"error":"not_authorised","reason":"Not administrator user"}`, "Not administrator user"},
		{404, `{"error":"Object Not Found","reason":"Not Found"}`, "there is no such thing"},
		{400, `{"error":"bad_request","reason":"Validation failed\n\nno policy provided\n"}`, "Validation failed: no policy provided"},
		{400, `{"error":"bad_request","reason":["not_boolean","maybe"]}`, "[not_boolean maybe]"},
		{502, `<html>`, "bad gateway"},
		{302, ``, "found"},
		{599, ``, "refused"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(x.status)
			fmt.Fprint(w, x.body)
		}))
		err := newClient(t, Options{URI: s.URL}).Put(t.Context(), "/api/x", nil)
		if err == nil || err.Error() != x.want || Status(err) != x.status || NotFound(err) != (x.status == 404) {
			t.Errorf("%d %s: %v", x.status, x.body, err)
		}
		s.Close()
	}
}

func TestNoAnswer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/html" {
			fmt.Fprint(w, "<html>")
			return
		}
		<-r.Context().Done()
	}))
	slow := newClient(t, Options{URI: s.URL, Timeout: 20 * time.Millisecond})
	if err := slow.Get(t.Context(), "/api/x", nil); !errors.Is(err, ErrTimeout) {
		t.Errorf("slow: %v", err)
	}
	var v any
	if err := newClient(t, Options{URI: s.URL}).Get(t.Context(), "/html", &v); !errors.Is(err, ErrUnreachable) {
		t.Errorf("no API: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := slow.Get(ctx, "/api/x", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	s.Close()
	if err := slow.Get(t.Context(), "/api/x", nil); !errors.Is(err, ErrUnreachable) || Status(err) != 0 {
		t.Errorf("nobody there: %v", err)
	}
}

func TestList(t *testing.T) {
	rows := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch {
		case r.URL.Path == "/api/whole":
			fmt.Fprint(w, "[0,1]")
		case q.Get("page") == "3":
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"page_out_of_range","reason":"x"}`)
		default:
			fmt.Fprintf(w, `{"items":[%d,%d],"page":%s,"page_count":3}`, rows, rows+1, q.Get("page"))
			rows += 2
		}
	}))
	defer s.Close()
	c := newClient(t, Options{URI: s.URL})
	collect := func(path string) (got []string) {
		query := url.Values{"columns": {"name"}}
		err := c.List(t.Context(), path, query, func(row json.RawMessage) error {
			got = append(got, string(row))
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return got
	}
	if got := strings.Join(collect("/api/queues"), " "); got != "0 1 2 3" {
		t.Errorf("pages: %s", got)
	}
	if got := strings.Join(collect("/api/whole"), " "); got != "0 1" {
		t.Errorf("whole: %s", got)
	}
	stop := errors.New("enough")
	if err := c.List(t.Context(), "/api/queues", nil, func(json.RawMessage) error { return stop }); err != stop {
		t.Errorf("stopped: %v", err)
	}
}

func TestTrust(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(echo))
	defer s.Close()
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	file := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := newClient(t, Options{URI: s.URL, CA: file}).Get(t.Context(), "/api/x", nil); err != nil {
		t.Errorf("trusted: %v", err)
	}
	if err := newClient(t, Options{URI: s.URL}).Get(t.Context(), "/api/x", nil); !errors.Is(err, ErrUnreachable) {
		t.Errorf("not trusted: %v", err)
	}
	if err := os.WriteFile(file, []byte("none"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{CA: file}); err == nil {
		t.Error("a file without certificates is trusted")
	}
}
