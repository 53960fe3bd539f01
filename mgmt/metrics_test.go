package mgmt_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/mgmt"
)

func TestMetricsNeedALogin(t *testing.T) {
	n := newNode(t)
	n.Handler = mgmt.New(n.broker, "rabbit@here", mgmt.WithMetrics(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.URL.String())
	})))
	for _, path := range []string{"/metrics", "/metrics/per-object", "/metrics/detailed?family=queue_metrics&queue=%5Ea"} {
		if w := n.ask("GET", path, "guest:guest"); w.Code != http.StatusOK || w.Body.String() != path {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if w := n.ask("GET", path, ""); w.Code != http.StatusUnauthorized {
			t.Errorf("%s without a name: %d %s", path, w.Code, w.Body)
		}
		if w := n.ask("GET", path, "reader:r"); w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "Not monitor user") {
			t.Errorf("%s without a tag: %d %s", path, w.Code, w.Body)
		}
	}
	if w := newNode(t).ask("GET", "/metrics", "guest:guest"); w.Code != http.StatusNotFound {
		t.Errorf("without metrics: %d %s", w.Code, w.Body)
	}
}
