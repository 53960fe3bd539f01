package integration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestExportOfRabbit: an export of RabbitMQ 3.10 is imported as it is, and comes
// back equal. It was made by TestRabbitExport.
func TestExportOfRabbit(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/rabbitmq-3.10.json")
	if err != nil {
		t.Fatal(err)
	}
	importsAndExports(t, text)
}

// importsAndExports wants all that text holds to be there after an import, and
// nothing else but what every broker begins with.
func importsAndExports(t *testing.T, text []byte) {
	t.Helper()
	m := startManaged(t)
	for range 2 {
		if status, body := m.send("POST", "/api/definitions", text); status != http.StatusNoContent {
			t.Fatalf("import: %d %s", status, body)
		}
	}
	status, body := m.send("GET", "/api/definitions", nil)
	if status != http.StatusOK {
		t.Fatalf("export: %d %s", status, body)
	}
	want, got := listsOf(t, text), listsOf(t, body)
	for key := range want {
		for _, r := range want[key] {
			if !slices.Contains(got[key], r) {
				t.Errorf("%s: not exported: %s", key, r)
			}
		}
		for _, r := range got[key] {
			if !slices.Contains(want[key], r) {
				t.Errorf("%s: not imported: %s", key, r)
			}
		}
	}
}

// listsOf are the records of an export, by list, each in one way of writing it.
func listsOf(t *testing.T, text []byte) map[string][]string {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	lists := map[string][]string{}
	for key, value := range all {
		list, ok := value.([]any)
		if !ok {
			continue
		}
		for _, r := range list {
			if record := r.(map[string]any); record["name"] != "internal_cluster_id" { // a broker tells nobody
				lists[key] = append(lists[key], written(key, record))
			}
		}
	}
	return lists
}

// written is a record as text. What brokers of one age write otherwise than those
// of another is the same for all: see modern.
func written(list string, r map[string]any) string {
	r = modern(r).(map[string]any)
	switch list {
	case "queues":
		delete(r, "type")
	case "exchanges":
		if r["internal"] == false {
			delete(r, "internal")
		}
	case "vhosts":
		delete(r, "limits") // once more in a parameter
	}
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Sprint(r)
	}
	return string(text)
}

// modern is v as younger brokers write it: objects instead of lists of pairs,
// tags in a list, and nothing instead of what is empty.
func modern(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = modern(v[key])
			if words, ok := v[key].(string); ok && key == "tags" {
				v[key] = modern(anys(strings.Split(words, ",")))
			}
			if reflect.DeepEqual(v[key], []any{}) || reflect.DeepEqual(v[key], map[string]any{}) || v[key] == "" && key == "description" {
				delete(v, key)
			}
		}
	case []any:
		object := map[string]any{}
		for i := range v {
			v[i] = modern(v[i])
			if pair, ok := v[i].([]any); ok && len(pair) == 2 {
				if key, ok := pair[0].(string); ok {
					object[key] = pair[1]
				}
			}
		}
		if len(v) > 0 && len(object) == len(v) {
			return object
		}
	}
	return v
}

func anys(words []string) []any {
	list := []any{}
	for _, w := range words {
		list = append(list, w)
	}
	return list
}

// send asks the API as guest.
func (m management) send(method, path string, body []byte) (int, []byte) {
	m.t.Helper()
	r, err := http.NewRequest(method, m.base+path, bytes.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	r.SetBasicAuth("guest", "guest")
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		m.t.Fatal(err)
	}
	return answer.StatusCode, text
}
