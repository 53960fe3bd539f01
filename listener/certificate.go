package listener

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"time"
)

// Certificate is one that a listener uses, for people to look at.
type Certificate struct {
	Listener    string // by its name
	File        string
	Authority   bool // it signs certificates of clients, and is not shown to them
	Subject     string
	Issuer      string
	Names       []string // for which it holds: hosts, addresses, mail addresses, URIs
	Serial      string   // hexadecimal
	Fingerprint string   // SHA-256, hexadecimal
	NotBefore   time.Time
	NotAfter    time.Time
}

func describe(listener, file string, c *x509.Certificate, authority bool) Certificate {
	sum := sha256.Sum256(c.Raw)
	return Certificate{
		Listener: listener, File: file, Authority: authority,
		Subject: c.Subject.String(), Issuer: c.Issuer.String(), Names: names(c),
		Serial: c.SerialNumber.Text(16), Fingerprint: hex.EncodeToString(sum[:]),
		NotBefore: c.NotBefore, NotAfter: c.NotAfter,
	}
}

func names(c *x509.Certificate) []string {
	list := append([]string{}, c.DNSNames...)
	for _, ip := range c.IPAddresses {
		list = append(list, ip.String())
	}
	list = append(list, c.EmailAddresses...)
	for _, u := range c.URIs {
		list = append(list, u.String())
	}
	return list
}
