package listener

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"time"
)

// Use is what a certificate is there for.
type Use string

// The values of Use.
const (
	UseServer    Use = "server"    // it is shown to clients
	UseChain     Use = "chain"     // it is shown behind another, which it has signed
	UseAuthority Use = "authority" // clients show what it has signed
)

// Certificate is one that a listener uses, for people to look at.
type Certificate struct {
	Listener    string // by its name
	File        string
	Use         Use
	Subject     string
	Issuer      string
	Names       []string // for which it holds: hosts, addresses, mail addresses, URIs
	Serial      string   // hexadecimal
	Fingerprint string   // SHA-256, hexadecimal
	NotBefore   time.Time
	NotAfter    time.Time
}

func describe(listener, file string, use Use, c *x509.Certificate) Certificate {
	sum := sha256.Sum256(c.Raw)
	return Certificate{
		Listener: listener, File: file, Use: use,
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
