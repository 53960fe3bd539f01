package metrics_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/listener"
	"github.com/hutchmq/hutchmq/metrics"
)

// TestCertificates: each certificate is there with what tells it from others,
// also where objects are summed up.
func TestCertificates(t *testing.T) {
	h := metrics.New(newBroker(t), "1.2.3", metrics.WithCertificates(func() []listener.Certificate {
		return []listener.Certificate{
			{Listener: "amqp/ssl", File: "/tls/a.crt", Subject: `CN="a"`, Serial: "ff", NotAfter: time.Unix(2_000_000_000, 0)},
			{Listener: "https", File: "/tls/b.crt", Subject: "CN=b", Serial: "1", NotAfter: time.Unix(-1, 0)},
		}
	}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`hutchmq_certificate_not_after_seconds{listener="amqp/ssl",file="/tls/a.crt",subject="CN=\"a\"",serial_number="ff"} 2000000000` + "\n",
		`hutchmq_certificate_not_after_seconds{listener="https",file="/tls/b.crt",subject="CN=b",serial_number="1"} -1` + "\n",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}
