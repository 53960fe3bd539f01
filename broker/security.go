package broker

import "github.com/hutchmq/hutchmq/amqp"

// Security is how a connection is kept from others, in RabbitMQ's words.
type Security struct {
	Protocol    string // "tlsv1.3"
	KeyExchange string // "any", "ecdhe_rsa"
	Cipher      string // "aes_128_gcm"
	Hash        string // "aead"
	Peer        *PeerCertificate
}

// PeerCertificate is what a client has proved to be; nil when it showed
// nothing.
type PeerCertificate struct {
	Subject, Issuer string // distinguished names
	Validity        string // "2026-01-02T03:04:05Z - 2027-01-02T03:04:05Z"
	Serial          string // hexadecimal
}

// describe adds what events tell of s, which may be nil.
func (s *Security) describe(t amqp.Table) {
	t["ssl"] = s != nil
	if s == nil {
		return
	}
	t["ssl_protocol"], t["ssl_key_exchange"], t["ssl_cipher"], t["ssl_hash"] = s.Protocol, s.KeyExchange, s.Cipher, s.Hash
	if p := s.Peer; p != nil {
		t["peer_cert_subject"], t["peer_cert_issuer"], t["peer_cert_validity"] = p.Subject, p.Issuer, p.Validity
	}
}
