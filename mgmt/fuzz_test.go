package mgmt_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// refusal checks that an answer is no failure of ours, and that an error says
// why in a text.
func refusal(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code >= 500 && w.Code != 501 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w.Code < 400 || w.Code == 405 {
		return
	}
	var e struct{ Error, Reason *string }
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.Error == nil || e.Reason == nil {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// bodied are requests with a body each.
var bodied = []struct{ method, path, body string }{
	{"PUT", "/api/vhosts/v", `{"description":"d","tags":"a,b","metadata":{"tags":["c"]},"tracing":true}`},
	{"PUT", "/api/users/u", `{"tags":["a"],"password":"x"}`},
	{"PUT", "/api/users/u", `{"tags":"","password_hash":"AAAA","hashing_algorithm":""}`},
	{"POST", "/api/users/bulk-delete", `{"users":["u"]}`},
	{"PUT", "/api/permissions/%2F/reader", `{"configure":"(?!a)","write":"","read":".*"}`},
	{"PUT", "/api/exchanges/%2F/x", `{"type":"topic","durable":"true","arguments":{"alternate-exchange":"y"}}`},
	{"PUT", "/api/queues/%2F/p", `{"durable":false,"auto_delete":"true","arguments":{"x-max-length":1e3,"deep":[[[{}]]]}}`},
	{"POST", "/api/bindings/%2F/e/amq.topic/q/q", `{"routing_key":"a.#","arguments":{"x":null}}`},
	{"POST", "/api/exchanges/%2F/amq.topic/publish", `{"routing_key":"k","properties":{"headers":{"a":[1]},"priority":9},"payload":"x","payload_encoding":"string"}`},
	{"POST", "/api/queues/%2F/q/get", `{"count":"3","ackmode":"ack_requeue_true","encoding":"auto","truncate":1}`},
	{"PUT", "/api/parameters/shovel/%2F/s", `{"value":{"a":1}}`},
	{"PUT", "/api/parameters/vhost-limits/%2F/limits", `{"value":{"max-queues":100000}}`},
	{"PUT", "/api/global-parameters/cluster_name", `{"value":"x"}`},
	{"POST", "/api/definitions", `{"queues":[{"name":"d","vhost":"/","arguments":{}}],"users":[{"name":"x","tags":"a"}]}`},
	{"POST", "/api/definitions/%2F", `{"bindings":[{"source":"amq.topic","destination":"q","routing_key":"z"}],"parameters":[]}`},
}

// FuzzBody: whatever a body holds, a request is carried out or refused in
// words.
func FuzzBody(f *testing.F) {
	for i, b := range bodied {
		f.Add(uint(i), b.body)
		f.Add(uint(i), `{"arguments":`+strings.Repeat(`{"a":`, 100)+`1`+strings.Repeat(`}`, 101))
	}
	n := newNode(f)
	n.send("PUT", "/api/queues/%2F/q", "guest:guest", `{}`)
	f.Fuzz(func(t *testing.T, which uint, text string) {
		b := bodied[which%uint(len(bodied))]
		refusal(t, n.send(b.method, b.path, "guest:guest", text))
	})
}

// FuzzPath: whatever the path, the answer is one of the API's.
func FuzzPath(f *testing.F) {
	for _, p := range []string{
		"queues/%2F/a%2F%2F", "exchanges/%2F//bindings/source", "bindings/%2F/e//q/q/~%25", "users/%00", "permissions/%2F/",
		"connections/a%20-%3E%20b", "parameters/a/b/c/", "definitions/%", "vhosts/" + strings.Repeat("v", 300), "../../x", "/", "",
	} {
		for i := range 5 {
			f.Add(uint(i), p)
		}
	}
	n := newNode(f)
	f.Fuzz(func(t *testing.T, which uint, path string) {
		u, err := url.ParseRequestURI("/api/" + path)
		if err != nil || strings.ContainsAny(path, "?#") || strings.Contains(path, "users/") || strings.Contains(path, "permissions") {
			return // what refuses the one who asks from then on
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Method = []string{"GET", "PUT", "POST", "DELETE", "OPTIONS"}[which%5]
		r.URL = u
		r.SetBasicAuth("guest", "guest")
		w := httptest.NewRecorder()
		n.ServeHTTP(w, r)
		refusal(t, w)
	})
}
