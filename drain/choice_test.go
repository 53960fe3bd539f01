package drain

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/ctl/client"
)

// TestChoice: which of the queues that an API lists are meant.
func TestChoice(t *testing.T) {
	rows := `[{"vhost":"/","name":"orders","type":"classic"},{"vhost":"/","name":"amq.gen-1","exclusive":true},
		{"vhost":"/","name":"log","type":"stream"},{"vhost":"shop","name":"orders","type":"quorum"},{"vhost":"shop","name":"refunds"}]`
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/queues" || !strings.Contains(r.URL.Query().Get("columns"), "type") {
			t.Errorf("asked for %s", r.URL)
		}
		fmt.Fprintf(w, `{"page":1,"page_count":1,"items":%s}`, rows)
	}))
	defer api.Close()
	c, err := client.New(client.Options{URI: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		choice Choice
		want   []string
	}{
		{Choice{}, []string{"/ orders", "shop orders", "shop refunds"}},
		{Choice{Vhosts: []string{"shop"}}, []string{"shop orders", "shop refunds"}},
		{Choice{Names: []string{"orders", "log"}}, []string{"/ orders", "shop orders"}},
		{Choice{Pattern: regexp.MustCompile("^ref")}, []string{"shop refunds"}},
	} {
		d := &drain{Options: Options{API: c, Choice: tt.choice}, report: newReport()}
		list, err := d.queues(t.Context())
		var got []string
		for _, q := range list {
			got = append(got, q.Vhost+" "+q.Name)
		}
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%+v: %v, %v", tt.choice, got, err)
		}
		wanted := len(tt.choice.Vhosts) == 0 && tt.choice.Pattern == nil
		if d.report.gaveUp(Queue{"/", "log"}) != wanted {
			t.Errorf("%+v: the stream is said to stay: %v", tt.choice, !wanted)
		}
	}
	api.Close()
	d := &drain{Options: Options{API: c}, report: newReport()}
	if _, err := d.queues(t.Context()); err == nil || !strings.Contains(err.Error(), "cannot reach") {
		t.Errorf("%v", err)
	}
}

// TestReport: what is printed, for people and for programs.
func TestReport(t *testing.T) {
	r := newReport()
	q, s := Queue{"/", "orders"}, Queue{"shop", "full"}
	r.holds(filled{s, 7})
	r.holds(filled{q, 12})
	r.moved(q, 10)
	r.moved(q, 2)
	if !r.leave(s, "target: full") || r.leave(s, "otherwise") || !r.stays() {
		t.Error("what is left is not told once")
	}
	var text, program strings.Builder
	if err := r.Print(&text); err != nil {
		t.Fatal(err)
	}
	want := "vhost  queue   held  moved\n/      orders  12    12\nshop   full    7     0  stays: target: full\nmoved: 12 messages in 0.0 s\n"
	if text.String() != want {
		t.Errorf("printed\n%s\nwant\n%s", &text, want)
	}
	if err := r.PrintJSON(&program); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Moved  int
		Queues []row
	}
	if err := json.Unmarshal([]byte(program.String()), &read); err != nil || read.Moved != 12 || read.Queues[1].Stays != "target: full" {
		t.Errorf("%v\n%s", err, &program)
	}
}
