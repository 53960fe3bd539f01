package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"net"
	"net/url"
	"testing"
	"time"
)

// certified is a certificate of a subject, given as DER, with what edit adds.
func certified(t testing.TB, subject []byte, edit func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), RawSubject: subject, NotAfter: time.Now().Add(time.Hour)}
	if edit != nil {
		edit(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// subject is the DER of relative names, each with its attributes.
func subject(t testing.TB, rdns ...relativeNameSET) []byte {
	t.Helper()
	der, err := asn1.Marshal(rdns)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

var (
	oidCN    = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidO     = asn1.ObjectIdentifier{2, 5, 4, 10}
	oidC     = asn1.ObjectIdentifier{2, 5, 4, 6}
	oidDC    = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}
	oidUID   = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}
	oidEmail = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}
	oidOther = asn1.ObjectIdentifier{1, 2, 3, 4}
)

func rdn(as ...attribute) relativeNameSET { return as }

func is(oid asn1.ObjectIdentifier, tag int, text string) attribute {
	return attribute{oid, asn1.RawValue{Tag: tag, Bytes: []byte(text)}}
}

func utf8(oid asn1.ObjectIdentifier, text string) attribute { return is(oid, asn1.TagUTF8String, text) }

// subjectNames are subjects, and what RabbitMQ 3.10.8 makes of them.
var subjectNames = []struct {
	rdns []relativeNameSET
	want string
}{
	{nil, ""},
	{[]relativeNameSET{rdn(utf8(oidO, "Example")), rdn(utf8(oidCN, "orders"))}, "CN=orders,O=Example"},
	{[]relativeNameSET{rdn(is(oidC, asn1.TagPrintableString, "DE")), rdn(utf8(oidCN, "a,b+c"))}, `CN=a\,b\+c,C=DE`},
	{[]relativeNameSET{rdn(utf8(oidCN, ` #" ;<>\ `))}, `CN=\ #\" \;\<\>\\\ `},
	{[]relativeNameSET{rdn(utf8(oidCN, "#1 # 2"))}, `CN=\#1 # 2`},
	{[]relativeNameSET{rdn(utf8(oidCN, "J\u00fcrgen"))}, `CN=J\C3\BCrgen`},
	{[]relativeNameSET{rdn(is(oidCN, asn1.TagT61String, "J\xfcrgen"))}, `CN=J\C3\BCrgen`},
	{[]relativeNameSET{rdn(is(oidCN, asn1.TagBMPString, "\x00J\x00\xfc"))}, `CN=J\C3\BC`},
	{[]relativeNameSET{rdn(utf8(oidCN, "a\x01~"))}, `CN=a\01\7E`},
	{[]relativeNameSET{rdn(is(oidDC, asn1.TagIA5String, "com")), rdn(is(oidDC, asn1.TagIA5String, "example")), rdn(utf8(oidUID, "7"))},
		"UID=7,DC=example,DC=com"},
	{[]relativeNameSET{rdn(utf8(oidCN, "x"), utf8(oidO, "y"))}, "CN=x+O=y"},
	{[]relativeNameSET{rdn(is(oidEmail, asn1.TagIA5String, "a@b.c")), rdn(utf8(oidCN, "x"))}, "CN=x,EMAILADDRESS=a@b.c"},
	{[]relativeNameSET{rdn(utf8(oidOther, "v")), rdn(utf8(oidCN, "x"))}, "CN=x,1.2.3.4=v"},
}

func TestDistinguishedName(t *testing.T) {
	for _, n := range subjectNames {
		if got := DistinguishedName(subject(t, n.rdns...)); got != n.want {
			t.Errorf("got %s, want %s", got, n.want)
		}
	}
	for _, raw := range [][]byte{nil, {0x30}, {0x30, 0x80}, []byte("CN=x")} {
		if got := DistinguishedName(raw); got != "" {
			t.Errorf("%x is %q", raw, got)
		}
	}
}

func TestCertificateLogin(t *testing.T) {
	der, err := asn1.Marshal(pkix.Name{CommonName: "orders", Organization: []string{"Example"}}.ToRDNSequence())
	if err != nil {
		t.Fatal(err)
	}
	c := certified(t, der, func(x *x509.Certificate) {
		x.DNSNames = []string{"a.example.com", "b.example.com"}
		x.EmailAddresses = []string{"orders@example.com"}
		x.URIs = []*url.URL{{Scheme: "spiffe", Host: "example.com", Path: "/orders"}}
		x.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 7)}
	})
	bare := certified(t, subject(t, rdn(utf8(oidCN, "one")), rdn(utf8(oidCN, "two"))), nil)
	unnamed := certified(t, subject(t), nil)
	for _, tt := range []struct {
		by   CertificateLogin
		c    *x509.Certificate
		want string // "" none
	}{
		{CertificateLogin{}, c, "CN=orders,O=Example"},
		{CertificateLogin{From: FromDistinguishedName}, c, "CN=orders,O=Example"},
		{CertificateLogin{From: FromCommonName}, c, "orders"},
		{CertificateLogin{From: FromSubjectAltName}, c, "a.example.com"},
		{CertificateLogin{From: FromSubjectAltName, SANType: "dns", SANIndex: 1}, c, "b.example.com"},
		{CertificateLogin{From: FromSubjectAltName, SANType: "dns", SANIndex: 2}, c, ""},
		{CertificateLogin{From: FromSubjectAltName, SANType: "dns", SANIndex: -1}, c, ""},
		{CertificateLogin{From: FromSubjectAltName, SANType: "email"}, c, "orders@example.com"},
		{CertificateLogin{From: FromSubjectAltName, SANType: "uri"}, c, "spiffe://example.com/orders"},
		{CertificateLogin{From: FromSubjectAltName, SANType: "ip"}, c, "192.0.2.7"},
		{CertificateLogin{From: FromSubjectAltName, SANType: "dns"}, bare, ""},
		{CertificateLogin{From: FromCommonName}, bare, "one,two"},
		{CertificateLogin{From: FromCommonName}, unnamed, ""},
		{CertificateLogin{}, unnamed, ""},
	} {
		got, err := tt.by.User(tt.c)
		if got != tt.want || (tt.want == "") != errors.Is(err, ErrNoName) {
			t.Errorf("%+v: %q, %v; want %q", tt.by, got, err, tt.want)
		}
	}
}

func FuzzDistinguishedName(f *testing.F) {
	for _, n := range subjectNames {
		f.Add(subject(f, n.rdns...))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, c := range []byte(DistinguishedName(raw)) {
			if c < 32 || c >= 126 {
				t.Fatalf("%x has byte %#x in its name", raw, c)
			}
		}
	})
}
