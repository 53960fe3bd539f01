package auth

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"strings"
)

// The values of CertificateLogin.From.
const (
	FromDistinguishedName = "distinguished_name"
	FromCommonName        = "common_name"
	FromSubjectAltName    = "subject_alternative_name"
)

// CertificateLogin says which name in a client's certificate is that of the
// user.
type CertificateLogin struct {
	From     string // one of the above; "" is FromDistinguishedName
	SANType  string // of FromSubjectAltName: "dns", "email", "uri" or "ip"
	SANIndex int    // among the names of that type, from 0
}

// ErrNoName is returned for a certificate that has not the name asked for.
var ErrNoName = errors.New("no name found")

// User is the name of the user whom c was made for. c was verified.
func (l *CertificateLogin) User(c *x509.Certificate) (string, error) {
	name := ""
	switch l.From {
	case FromCommonName:
		name = commonName(c.RawSubject)
	case FromSubjectAltName:
		if list := alternativeNames(c, l.SANType); l.SANIndex >= 0 && l.SANIndex < len(list) {
			name = list[l.SANIndex]
		}
	default:
		name = DistinguishedName(c.RawSubject)
	}
	if name == "" {
		return "", ErrNoName
	}
	return name, nil
}

// commonName is every CN of a name, joined by commas.
func commonName(raw []byte) string {
	var list []string
	for _, rdn := range parseName(raw) {
		for _, a := range rdn {
			if shortNames[a.Type.String()] == "CN" {
				list = append(list, a.text())
			}
		}
	}
	return strings.Join(list, ",")
}

func alternativeNames(c *x509.Certificate, kind string) (list []string) {
	switch kind {
	case "email":
		return c.EmailAddresses
	case "uri":
		for _, u := range c.URIs {
			list = append(list, u.String())
		}
		return list
	case "ip":
		for _, ip := range c.IPAddresses {
			list = append(list, ip.String())
		}
		return list
	}
	return c.DNSNames
}

// shortNames are attributes that RabbitMQ has words for.
var shortNames = map[string]string{
	"2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
	"2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "TITLE", "2.5.4.42": "GIVENNAME", "2.5.4.43": "INITIALS",
	"2.5.4.44": "GENERATIONQUALIFIER", "2.5.4.65": "PSEUDONYM", "0.9.2342.19200300.100.1.25": "DC",
	"0.9.2342.19200300.100.1.1": "UID", "1.2.840.113549.1.9.1": "EMAILADDRESS",
}

// DistinguishedName writes a name of a certificate, which is DER, as RFC 2253
// has it and RabbitMQ prints it: CN=orders,O=Example. The order is the reverse
// of the encoded one, so users that were made for RabbitMQ have the same names.
func DistinguishedName(raw []byte) string {
	rdns := parseName(raw)
	parts := make([]string, len(rdns))
	for i, rdn := range rdns {
		pairs := make([]string, len(rdn))
		for j, a := range rdn {
			key := a.Type.String()
			if short := shortNames[key]; short != "" {
				key = short
			}
			pairs[j] = key + "=" + escapeValue(a.text())
		}
		parts[len(rdns)-1-i] = strings.Join(pairs, "+")
	}
	return strings.Join(parts, ",")
}

// attribute is a part of a name. crypto/x509/pkix would decode its text, and
// lose which encoding it had.
type attribute struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue
}

type relativeNameSET []attribute // SET: encoding/asn1 goes by the name

// parseName is nil for what is no name.
func parseName(raw []byte) (rdns []relativeNameSET) {
	if rest, err := asn1.Unmarshal(raw, &rdns); err != nil || len(rest) > 0 {
		return nil
	}
	return rdns
}

// text is the value as UTF-8. What is no text is written as it is.
func (a *attribute) text() string {
	switch b := a.Value.Bytes; a.Value.Tag {
	case asn1.TagT61String: // Latin 1, as everybody uses it
		runes := make([]rune, len(b))
		for i, c := range b {
			runes[i] = rune(c)
		}
		return string(runes)
	case asn1.TagBMPString:
		s := ""
		if rest, err := asn1.Unmarshal(a.Value.FullBytes, &s); err == nil && len(rest) == 0 {
			return s
		}
		return string(b)
	default:
		return string(b)
	}
}

// escapeValue escapes what has a meaning in a distinguished name. Bytes that
// are not printable ASCII are two hexadecimal digits each.
func escapeValue(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' && (i == 0 || i == len(s)-1), c == '#' && i == 0, strings.IndexByte(`"+,;<>\`, c) >= 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < 32 || c >= 126:
			fmt.Fprintf(&b, `\%02X`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
