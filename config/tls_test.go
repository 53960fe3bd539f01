package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestTLS(t *testing.T) {
	const file = `
tls: {cert: [/tls/a.crt, /tls/b.crt], key: [/tls/a.key, /tls/b.key], ca: /tls/ca.crt, min_version: 1.3}
listeners:
  amqps: {addr: ":5671", verify: require}
  management_tls: {addr: ":15671", cert: /tls/web.pem, ca: /tls/web-ca.crt}
`
	c, err := Load(sources(t, file))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ got, want SecureListener }{
		{c.Listeners.AMQPS.Or(c.TLS), SecureListener{
			":5671", []string{"/tls/a.crt", "/tls/b.crt"}, []string{"/tls/a.key", "/tls/b.key"}, "/tls/ca.crt", VerifyRequire,
		}},
		{c.Listeners.ManagementTLS.Or(c.TLS), SecureListener{":15671", []string{"/tls/web.pem"}, nil, "/tls/web-ca.crt", VerifyNone}},
	} {
		if !reflect.DeepEqual(tt.got, tt.want) {
			t.Errorf("got %+v, want %+v", tt.got, tt.want)
		}
	}
	if c.TLS.MinVersion != "1.3" || c.Listeners.MetricsTLS.Addr != "" {
		t.Errorf("%+v", c)
	}
}

// TestTLSCheck: what could not work is said before anything listens.
func TestTLSCheck(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"listeners: {amqps: {addr: ':5671'}}", "listeners.amqps.addr: want a certificate in tls.cert or listeners.amqps.cert"},
		{"{listeners: {metrics_tls: {addr: ':1', verify: require}}, tls: {cert: c}}", "listeners.metrics_tls.verify: want the authorities"},
		{"{listeners: {amqps: {addr: ':1'}}, tls: {cert: c, key: [a, b]}}", "more keys than certificates"},
		{"tls: {min_version: 1.1}", "want one of 1.2, 1.3"},
		{"listeners: {amqps: {verify: maybe}}", "want one of none, optional, require"},
		{"listeners: {amqp: {proxy_protocol_from: [10.0.0.0/8, office]}}", "got 'office'"},
		{"listeners: {amqps: {verify: require}}", ""},
	} {
		_, err := Load(sources(t, tt.file))
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.file, err)
		}
	}
}

func TestNetworks(t *testing.T) {
	for text, want := range map[string]string{
		"none": "[]", "10.1.2.3/8": "[10.0.0.0/8]", "192.0.2.7": "[192.0.2.7/32]", "::1, 10.0.0.0/8": "[::1/128 10.0.0.0/8]",
		"10.0.0.0/33": "", "fe80::1%eth0": "", "10.0.0": "",
	} {
		list, err := parseNetworks(text)
		if got := fmt.Sprint(list); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
}
