package mgmt_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

// topology is made by these requests.
var topology = []struct{ method, path, body string }{
	{"PUT", "/vhosts/shop", `{"description":"d","tags":["a"],"default_queue_type":"classic"}`},
	{"PUT", "/users/bob", `{"tags":["monitoring"],"password":"secret"}`},
	{"PUT", "/users/anna", `{"tags":"","password_hash":""}`},
	{"PUT", "/permissions/shop/bob", `{"configure":"^(?!amq)","write":"","read":".*"}`},
	{"PUT", "/topic-permissions/shop/bob", `{"exchange":"amq.topic","write":"^a","read":""}`},
	{"PUT", "/vhost-limits/shop/max-queues", `{"value":9}`},
	{"PUT", "/user-limits/bob/max-channels", `{"value":8}`},
	{"PUT", "/parameters/shovel/shop/s", `{"value":{"src-uri":"amqp://","dest-uri":["amqp://"],"ack":{"mode":[1,2.5]}}}`},
	{"PUT", "/parameters/federation-upstream/shop/u", `{"value":{"uri":"amqp://"}}`},
	{"PUT", "/global-parameters/cluster_name", `{"value":"warren"}`},
	{"PUT", "/global-parameters/mqtt_port", `{"value":[{"a":null}]}`},
	{"PUT", "/policies/shop/p", `{"pattern":"^q","definition":{"max-length":5},"priority":2,"apply-to":"queues"}`},
	{"PUT", "/operator-policies/shop/o", `{"pattern":"","definition":{"expires":50000}}`},
	{"PUT", "/exchanges/shop/x", `{"type":"headers","durable":true,"auto_delete":true,"arguments":{"alternate-exchange":"amq.fanout"}}`},
	{"PUT", "/queues/shop/q", `{"arguments":{"x-message-ttl":5000,"x-foo":{"a":[1,"b"]}}}`},
	{"PUT", "/queues/shop/r", `{"auto_delete":true,"arguments":{"x-queue-type":"restful"}}`},
	{"POST", "/bindings/shop/e/x/q/q", `{"routing_key":"k","arguments":{"x-match":"any","n":1}}`},
	{"POST", "/bindings/shop/e/amq.topic/e/x", `{"routing_key":"a.#"}`},
}

func (n node) get(t *testing.T, path string) (v map[string]any) {
	t.Helper()
	w := n.ask("GET", "/api"+path, "guest:guest")
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || w.Code != 200 {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return v
}

func (n node) build(t *testing.T) {
	t.Helper()
	for _, r := range topology {
		if w := n.send(r.method, "/api"+r.path, "guest:guest", r.body); w.Code != 201 && w.Code != 204 {
			t.Fatalf("%s %s: %d %s", r.method, r.path, w.Code, w.Body)
		}
	}
}

// TestDefinitionsComeBack: what one broker exports another takes, and exports
// the same; to take it once more changes nothing.
func TestDefinitionsComeBack(t *testing.T) {
	from, to := newNode(t), newNode(t)
	from.build(t)
	text := from.ask("GET", "/api/definitions", "guest:guest").Body.String()
	want := from.get(t, "/definitions")
	for key, records := range map[string]int{
		"users": 4, "vhosts": 2, "permissions": 3, "topic_permissions": 1, "parameters": 4, "global_parameters": 2,
		"policies": 1, "queues": 2, "exchanges": 1, "bindings": 2,
	} {
		if list, _ := want[key].([]any); len(list) != records {
			t.Errorf("%s: %v", key, want[key])
		}
	}
	for range 2 {
		if w := to.send("POST", "/api/definitions", "guest:guest", text); w.Code != 204 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if got := to.get(t, "/all-configuration"); !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	}
	if w := to.ask("GET", "/api/whoami", "bob:secret"); w.Code != 200 {
		t.Errorf("the password: %d %s", w.Code, w.Body)
	}
}

// TestVhostDefinitions: what is in one vhost can be put into another.
func TestVhostDefinitions(t *testing.T) {
	n := newNode(t)
	n.build(t)
	w := n.ask("GET", "/api/definitions/shop?download=shop.json", "guest:guest")
	if got := w.Header().Get("Content-Disposition"); got != "attachment; filename=shop.json" {
		t.Errorf("Content-Disposition %q", got)
	}
	n.send("PUT", "/api/vhosts/copy", "guest:guest", `{"description":"d","tags":["a"],"default_queue_type":"classic"}`)
	if w := n.send("POST", "/api/definitions/copy", "guest:guest", w.Body.String()); w.Code != 204 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	want, got := n.get(t, "/definitions/shop"), n.get(t, "/definitions/copy")
	for key, value := range map[string]any{
		"original_vhost_name": "shop", "explanation": "Definitions of virtual host 'shop'",
		"rabbitmq_definition_format": "single_virtual_host", "description": "d",
	} {
		if want[key] != value {
			t.Errorf("%s is %v", key, want[key])
		}
	}
	for _, key := range []string{"original_vhost_name", "explanation"} {
		delete(want, key)
		delete(got, key)
	}
	if !reflect.DeepEqual(got, want) || len(got["queues"].([]any)) != 2 || want["users"] != nil {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	n.play(t, []change{
		{"GET", "/definitions/none", "", "", 404, notFound},
		{"POST", "/definitions/none", "", "{}", 404, noVhost},
		{"POST", "/definitions/copy", "", `{"users":[{"name":"x"}]}`, 400, badRequest("the definitions are not of a single virtual host")},
		{"GET", "/definitions/copy", "reader:r", "", 401, notAdmin},
	})
}

// TestDefinitionsConflict: what is there otherwise is told, not passed over.
func TestDefinitionsConflict(t *testing.T) {
	n := newNode(t)
	n.declare(t, "q", "classic")
	n.play(t, []change{
		{"POST", "/definitions", "", `{"queues":[{"vhost":"/","name":"q","durable":true,"arguments":{"x-max-length":5}}]}`, 400,
			badRequest("queue q in /: PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/': received the value '5' of type 'long' but current is none")},
		{"POST", "/definitions", "", `{"queues":[{"vhost":"none","name":"q"}]}`, 400, badRequest("queue q in none: NOT_ALLOWED - vhost none not found")},
		{"POST", "/definitions", "", `{"queues":{}}`, 400, badRequest("failed_to_parse_json: definitions.json:1: want a [ of queues")},
		{"POST", "/definitions", "", `{"new_key":[],"queues":[]}`, 204, ""},
	})
}

// TestDefinitionsForm: a page sends a file.
func TestDefinitionsForm(t *testing.T) {
	n := newNode(t)
	for name, status := range map[string]int{"file": 204, "other": 400} {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		form.WriteField("redirect", "#/")
		part, err := form.CreateFormFile(name, "d.json")
		n.must(t, err)
		part.Write([]byte(`{"vhosts":[{"name":"from-` + name + `"}]}`))
		form.Close()
		r := httptest.NewRequest("POST", "/api/definitions", &b)
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.SetBasicAuth("guest", "guest")
		w := httptest.NewRecorder()
		n.ServeHTTP(w, r)
		if w.Code != status {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if got := n.ask("GET", "/api/vhosts?columns=name", "guest:guest").Body.String(); !strings.Contains(got, "from-file") || strings.Contains(got, "from-other") {
		t.Errorf("vhosts: %s", got)
	}
}
