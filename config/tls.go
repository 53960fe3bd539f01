package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// The values of SecureListener.Verify.
const (
	VerifyNone     = "none"
	VerifyOptional = "optional"
	VerifyRequire  = "require"
)

// TLS is what listeners with TLS have in common. All files are PEM.
type TLS struct {
	Cert, Key  []string // paths; a key that is missing is in the file of its certificate
	CA         string   // path
	MinVersion string   // "1.2" or "1.3"
}

// SecureListener is a listener with TLS. What it leaves open is as in TLS.
type SecureListener struct {
	Addr      Addr
	Cert, Key []string
	CA        string
	Verify    string // one of the above
}

// Or fills in from t what l leaves open. Certificates and keys go together.
func (l SecureListener) Or(t TLS) SecureListener {
	if len(l.Cert) == 0 {
		l.Cert, l.Key = t.Cert, t.Key
	}
	if l.CA == "" {
		l.CA = t.CA
	}
	return l
}

// Proxy is whether connections begin with a header of the PROXY protocol, and
// from where that is believed.
type Proxy struct {
	On   bool
	From []netip.Prefix
}

// CertificateLogin is which name in a certificate is the user's.
type CertificateLogin struct {
	From     string // "distinguished_name", "common_name", "subject_alternative_name"
	SANType  string // "dns", "email", "uri", "ip"
	SANIndex int
}

// check finds listeners that could not work.
func (c *Config) check() (problems []error) {
	for name, l := range map[string]SecureListener{
		"amqps": c.Listeners.AMQPS, "management_tls": c.Listeners.ManagementTLS, "metrics_tls": c.Listeners.MetricsTLS,
	} {
		if l.Addr == "" {
			continue
		}
		l = l.Or(c.TLS)
		if len(l.Cert) == 0 {
			problems = append(problems, fmt.Errorf("listeners.%s.addr: want a certificate in tls.cert or listeners.%s.cert", name, name))
		}
		if len(l.Key) > len(l.Cert) {
			problems = append(problems, fmt.Errorf("listeners.%s: there are more keys than certificates", name))
		}
		if l.Verify != VerifyNone && l.CA == "" {
			problems = append(problems, fmt.Errorf("listeners.%s.verify: want the authorities in tls.ca or listeners.%s.ca", name, name))
		}
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return problems
}

// parseNetworks reads networks, or single addresses, with commas between.
func parseNetworks(text string) ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, item := range parseList(text) {
		p, err := netip.ParsePrefix(item)
		if a, bad := netip.ParseAddr(item); bad == nil && a.Zone() == "" {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("want networks such as 10.0.0.0/8, got '%s'", item)
		}
		list = append(list, p.Masked())
	}
	return list, nil
}
