package server

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"time"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

// socket is what is below TLS, or nc itself.
func socket(nc net.Conn) net.Conn {
	if t, ok := nc.(*tls.Conn); ok {
		return t.NetConn()
	}
	return nc
}

// certificate is the verified one of the client, nil when there is none.
func (c *connection) certificate() *x509.Certificate {
	t, ok := c.nc.(*tls.Conn)
	if !ok {
		return nil
	}
	if s := t.ConnectionState(); len(s.VerifiedChains) > 0 {
		return s.PeerCertificates[0]
	}
	return nil
}

// security is what TLS does for the connection, nil without it.
func (c *connection) security() *broker.Security {
	t, ok := c.nc.(*tls.Conn)
	if !ok {
		return nil
	}
	state := t.ConnectionState()
	s := &broker.Security{Protocol: tlsVersions[state.Version]}
	s.KeyExchange, s.Cipher, s.Hash = suite(tls.CipherSuiteName(state.CipherSuite))
	if len(state.PeerCertificates) > 0 {
		s.Peer = peerCertificate(state.PeerCertificates[0])
	}
	return s
}

// tlsVersions are their names in RabbitMQ.
var tlsVersions = map[uint16]string{tls.VersionTLS12: "tlsv1.2", tls.VersionTLS13: "tlsv1.3"}

// suite takes a name such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 apart, or one
// of TLS 1.3, which says nothing of the exchange of keys. RabbitMQ calls the
// hash of all that authenticate what they encrypt aead.
func suite(name string) (keyExchange, cipher, hash string) {
	keyExchange, cipher, found := strings.Cut(strings.ToLower(strings.TrimPrefix(name, "TLS_")), "_with_")
	if !found {
		keyExchange, cipher = "any", keyExchange
	}
	if at := strings.LastIndexByte(cipher, '_'); at >= 0 {
		cipher, hash = cipher[:at], cipher[at+1:]
	}
	if strings.HasSuffix(cipher, "_gcm") || strings.HasSuffix(cipher, "_poly1305") {
		hash = "aead"
	}
	return keyExchange, cipher, hash
}

func peerCertificate(x *x509.Certificate) *broker.PeerCertificate {
	return &broker.PeerCertificate{
		Subject: auth.DistinguishedName(x.RawSubject), Issuer: auth.DistinguishedName(x.RawIssuer),
		Validity: x.NotBefore.UTC().Format(time.RFC3339) + " - " + x.NotAfter.UTC().Format(time.RFC3339),
		Serial:   x.SerialNumber.Text(16),
	}
}
