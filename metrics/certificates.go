package metrics

import "github.com/hutchmq/hutchmq/listener"

// An Option gives the pages something to show that the broker does not know.
type Option func(*pages)

// WithCertificates shows when certificates of listeners expire. list may be
// called from anywhere.
func WithCertificates(list func() []listener.Certificate) Option {
	return func(p *pages) { p.certificates = list }
}

var ownCertificates = own(&tableOf[listener.Certificate]{
	family: "hutchmq_certificate_metrics",
	rows:   func(s *snapshot) []listener.Certificate { return s.certificates() },
	labels: func(c *listener.Certificate) []byte {
		return label("listener", c.Listener, "file", c.File, "subject", c.Subject, "serial_number", c.Serial)
	},
	metrics: []metric[listener.Certificate]{
		{"certificate_not_after_seconds", gauge, "When a certificate of a listener expires, in seconds since 1970",
			func(c *listener.Certificate) float64 { return float64(c.NotAfter.Unix()) }},
	},
})
