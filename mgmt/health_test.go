package mgmt_test

import (
	"math"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/broker"
)

// TestAlarmChecks: checks of alarms fail while there is one, and say which;
// the node is ready all the same.
func TestAlarmChecks(t *testing.T) {
	n := newNode(t)
	const memory = `{"node":"rabbit@here","resource":"memory"}`
	for _, step := range []struct {
		change func()
		alarms string
	}{
		{func() { n.broker.SetMemoryWatermark(broker.Watermark{Bytes: 1}) }, memory},
		{func() { n.broker.SetMemoryWatermark(broker.Watermark{Bytes: math.MaxInt64}) }, ""},
	} {
		step.change()
		for path, where := range map[string]string{"alarms": "in the cluster", "local-alarms": "on the node"} {
			status, want := 200, `{"status":"ok"}`
			if step.alarms != "" {
				status = 503
				want = `{"alarms":[` + step.alarms + `],"reason":"There are alarms in effect ` + where + `","status":"failed"}`
			}
			w := n.ask("GET", "/api/health/checks/"+path, "guest:guest")
			if got := strings.TrimSpace(w.Body.String()); w.Code != status || got != want {
				t.Errorf("%s: %d %s, want %d %s", path, w.Code, got, status, want)
			}
		}
		if w := n.ask("GET", "/readyz", ""); w.Code != 200 {
			t.Errorf("ready: %d %s", w.Code, w.Body)
		}
	}
}
