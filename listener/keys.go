package listener

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
)

// Verify is what clients have to show.
type Verify string

// The values of Verify.
const (
	VerifyNone     Verify = "none"     // no certificate is asked for
	VerifyOptional Verify = "optional" // what is shown has to be good
	VerifyRequire  Verify = "require"
)

// Files are the PEM files of a listener, and what is done with them.
type Files struct {
	// Certs and Keys are pairs; a certificate whose key is not named has it in
	// its own file. The first that fits the name which a client asks for is
	// used, or else the first.
	Certs, Keys []string
	CA          string // of those who may sign certificates of clients
	Verify      Verify // "" is VerifyNone
	MinVersion  uint16 // tls.VersionTLS12 or tls.VersionTLS13
	Protocols   []string
}

// Keys are what a listener proves with who it is. What is in effect can be
// replaced while it listens.
type Keys struct {
	listener string
	files    Files
	server   *tls.Config // asks for what is in effect, for each handshake
	now      atomic.Pointer[loaded]
}

// loaded is what the files had in them. It does not change.
type loaded struct {
	digest [sha256.Size]byte
	config *tls.Config
	list   []Certificate
}

// add lists c, unless it stands in the same file twice.
func (l *loaded) add(c Certificate) {
	twice := func(x Certificate) bool { return x.File == c.File && x.Use == c.Use && x.Fingerprint == c.Fingerprint }
	if !slices.ContainsFunc(l.list, twice) {
		l.list = append(l.list, c)
	}
}

func newKeys(listener string, f Files) *Keys {
	k := &Keys{listener: listener, files: f}
	k.server = &tls.Config{
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return k.now.Load().config, nil },
	}
	return k
}

// paths are the files of k, each once and in order.
func (k *Keys) paths() []string {
	list := append([]string{}, k.files.Certs...)
	list = append(list, k.files.Keys...)
	if k.files.CA != "" {
		list = append(list, k.files.CA)
	}
	return list
}

// contents are files by their path.
type contents map[string][]byte

// read reads all files, and digests what is in them.
func (k *Keys) read() (contents, [sha256.Size]byte, error) {
	c, sum := contents{}, sha256.New()
	for _, path := range k.paths() {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, [sha256.Size]byte{}, err
		}
		c[path] = text
		fmt.Fprintf(sum, "%d %s ", len(text), path)
		sum.Write(text)
	}
	return c, [sha256.Size]byte(sum.Sum(nil)), nil
}

// load makes of the files what could be put into effect.
func (k *Keys) load() (*loaded, error) {
	if len(k.files.Certs) == 0 {
		return nil, fmt.Errorf("%s: no certificate is named", k.listener)
	}
	c, digest, err := k.read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", k.listener, err)
	}
	l := &loaded{digest: digest, config: &tls.Config{
		MinVersion: k.files.MinVersion, NextProtos: k.files.Protocols,
		DynamicRecordSizingDisabled: true, // a message after a pause would be written in pieces of a packet each
	}}
	for i, path := range k.files.Certs {
		pair, err := c.pair(path, k.keyFile(i))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.listener, err)
		}
		l.config.Certificates = append(l.config.Certificates, pair)
		l.add(describe(k.listener, path, UseServer, pair.Leaf))
		for _, der := range pair.Certificate[1:] {
			c, err := x509.ParseCertificate(der)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", k.listener, path, err)
			}
			l.add(describe(k.listener, path, UseChain, c))
		}
	}
	if err := k.trust(l, c); err != nil {
		return nil, fmt.Errorf("%s: %w", k.listener, err)
	}
	return l, nil
}

func (k *Keys) keyFile(i int) string {
	if i < len(k.files.Keys) {
		return k.files.Keys[i]
	}
	return k.files.Certs[i]
}

func (c contents) pair(cert, key string) (tls.Certificate, error) {
	pair, err := tls.X509KeyPair(c[cert], c[key])
	if err != nil && encrypted(c[key]) {
		err = errors.New("the key is encrypted, which the broker cannot read: openssl pkey writes it without a password")
	}
	if err != nil {
		return pair, fmt.Errorf("%s and %s: %w", cert, key, err)
	}
	return pair, nil
}

// encrypted reports whether the first key in text has a password.
func encrypted(text []byte) bool {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" {
			return true
		}
	}
	return false
}

var clientAuth = map[Verify]tls.ClientAuthType{
	VerifyOptional: tls.VerifyClientCertIfGiven, VerifyRequire: tls.RequireAndVerifyClientCert,
}

// trust reads who signs certificates of clients. There is no default: whoever
// has one of a public authority would be let in.
func (k *Keys) trust(l *loaded, c contents) error {
	auth, asked := clientAuth[k.files.Verify]
	if !asked {
		return nil
	}
	if k.files.CA == "" {
		return fmt.Errorf("to verify clients (%s) takes a file of authorities (ca)", k.files.Verify)
	}
	pool := x509.NewCertPool()
	for block, rest := pem.Decode(c[k.files.CA]); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		authority, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Errorf("%s: %w", k.files.CA, err)
		}
		pool.AddCert(authority)
		l.add(describe(k.listener, k.files.CA, UseAuthority, authority))
	}
	if pool.Equal(x509.NewCertPool()) {
		return fmt.Errorf("%s: there is no certificate in it", k.files.CA)
	}
	l.config.ClientAuth, l.config.ClientCAs = auth, pool
	// A session that is resumed would not show whether its certificate still
	// holds.
	l.config.SessionTicketsDisabled = true
	return nil
}

// digest stands for what is in the files now, or for why they cannot be read.
func (k *Keys) digest() [sha256.Size]byte {
	_, sum, err := k.read()
	if err != nil {
		return sha256.Sum256([]byte(err.Error()))
	}
	return sum
}
