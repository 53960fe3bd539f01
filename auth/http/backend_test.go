package authhttp

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/auth"
)

// service answers what a test wants, and remembers what it was asked.
type service struct {
	*httptest.Server
	status int
	answer string
	asked  url.Values
	method string
	path   string
}

func newService(t *testing.T) *service {
	s := &service{status: 200, answer: "allow"}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		s.asked, s.method, s.path = r.Form, r.Method, r.URL.Path
		w.WriteHeader(s.status)
		w.Write([]byte(s.answer))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *service) backend(t *testing.T, post bool) *Backend {
	t.Helper()
	b, err := New(Options{
		User: s.URL + "/user", Vhost: s.URL + "/vhost", Resource: s.URL + "/resource?a=b", Topic: s.URL + "/topic", Post: post,
		Client: &http.Client{Timeout: time.Second}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestQuestions: the service is asked what RabbitMQ asks it.
func TestQuestions(t *testing.T) {
	s := newService(t)
	u := &auth.User{Name: "al ice", Tags: []string{"management", "x"}, PeerHost: "10.0.0.9"}
	tests := []struct {
		name string
		ask  func(b *Backend)
		path string
		want map[string]string
	}{
		{"login", func(b *Backend) { b.Authenticate("al ice", "p&w=ü") }, "/user",
			map[string]string{"username": "al ice", "password": "p&w=ü"}},
		{"login by certificate", func(b *Backend) { b.Known("al ice") }, "/user", map[string]string{"username": "al ice"}},
		{"vhost", func(b *Backend) { b.Reachable(u, "/") }, "/vhost",
			map[string]string{"username": "al ice", "vhost": "/", "ip": "10.0.0.9", "tags": "management x"}},
		{"queue", func(b *Backend) { b.Allowed(u, auth.Configure, auth.Resource{Vhost: "/", Kind: auth.Queue, Name: "q"}) }, "/resource",
			map[string]string{"username": "al ice", "vhost": "/", "resource": "queue", "name": "q", "permission": "configure", "tags": "management x"}},
		{"exchange", func(b *Backend) {
			b.Allowed(u, auth.Write, auth.Resource{Vhost: "v", Kind: auth.Exchange, Name: "amq.default"})
		}, "/resource",
			map[string]string{"username": "al ice", "vhost": "v", "resource": "exchange", "name": "amq.default", "permission": "write", "tags": "management x"}},
		{"topic", func(b *Backend) { b.AllowedTopic(u, auth.Read, "v", "x", "a.b") }, "/topic",
			map[string]string{
				"username": "al ice", "vhost": "v", "resource": "topic", "name": "x", "permission": "read", "routing_key": "a.b",
				"variable_map.username": "al ice", "variable_map.vhost": "v", "tags": "management x",
			}},
	}
	for _, post := range []bool{false, true} {
		b, method := s.backend(t, post), map[bool]string{false: "GET", true: "POST"}[post]
		for _, tt := range tests {
			tt.ask(b)
			want := url.Values{}
			for k, v := range tt.want {
				want.Set(k, v)
			}
			if tt.path == "/resource" {
				want.Set("a", "b")
			}
			if s.method != method || s.path != tt.path || !reflect.DeepEqual(s.asked, want) {
				t.Errorf("%s: %s %s %v, want %s %s %v", tt.name, s.method, s.path, s.asked, method, tt.path, want)
			}
		}
	}
}

// TestAnswers: what is not clearly a yes is a no.
func TestAnswers(t *testing.T) {
	s := newService(t)
	b := s.backend(t, false)
	on := auth.Resource{Vhost: "/", Kind: auth.Queue, Name: "q"}
	tests := []struct {
		status int
		answer string
		yes    bool
		tags   []string
	}{
		{200, "allow", true, []string{}}, {201, "allow\n", true, []string{}}, {200, "ALLOW", true, []string{}},
		{200, "allow administrator  management\n", true, []string{"administrator", "management"}},
		{200, "deny", false, nil}, {200, "deny allow", false, nil}, {200, "", false, nil}, {200, "allowed", false, nil},
		{200, `{"result":"allow"}`, false, nil}, {500, "allow", false, nil}, {302, "allow", false, nil}, {401, "allow", false, nil},
	}
	for _, tt := range tests {
		s.status, s.answer = tt.status, tt.answer
		u, err := b.Authenticate("u", "p")
		if (err == nil) != tt.yes || tt.yes && (u.Name != "u" || !reflect.DeepEqual(u.Tags, tt.tags)) {
			t.Errorf("%d %q: %+v, %v", tt.status, tt.answer, u, err)
		}
		if tt.status == 200 && !tt.yes && !errors.Is(err, auth.ErrRefused) {
			t.Errorf("%q is no refusal: %v", tt.answer, err)
		}
		if got := b.Allowed(&auth.User{}, auth.Read, on); got != tt.yes {
			t.Errorf("%d %q: allowed %v", tt.status, tt.answer, got)
		}
	}
}

// TestUnreachable: a service that is not there, or says nothing, or too much,
// lets nobody in, and no password into the log.
func TestUnreachable(t *testing.T) {
	var log bytes.Buffer
	handlers := map[string]http.HandlerFunc{
		"silence": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"no end": func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte("allow "))
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		},
		"not there": nil,
	}
	for name, h := range handlers {
		s := httptest.NewServer(h)
		if h == nil {
			s.Close()
		}
		b, err := New(Options{
			User: s.URL, Vhost: s.URL, Client: &http.Client{Timeout: 100 * time.Millisecond},
			Log: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		u, err := b.Authenticate("u", "a-secret")
		if err == nil {
			t.Errorf("%s: %+v is let in", name, u)
		}
		if b.Reachable(&auth.User{}, "/") {
			t.Errorf("%s: allowed", name)
		}
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("%s: it took %v", name, d)
		}
		s.Close()
	}
	if !strings.Contains(log.String(), "cannot ask") || strings.Contains(log.String(), "a-secret") {
		t.Errorf("the log: %s", log.String())
	}
}

func TestOptions(t *testing.T) {
	for _, tt := range []struct {
		o    Options
		want string
	}{
		{Options{User: "http://127.0.0.1/u"}, ""},
		{Options{}, "user_path is needed"}, {Options{User: "/u"}, "is no URL"}, {Options{User: "file:///u"}, "is no URL"},
		{Options{User: "http://127.0.0.1/u", Topic: "ftp://x/y"}, "is no URL"},
	} {
		b, err := New(tt.o)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.o, err)
		}
		if err == nil && b.Reachable(&auth.User{}, "/") {
			t.Error("what nobody can be asked about is allowed")
		}
	}
}
