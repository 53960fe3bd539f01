package dial

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
)

// Trust is whom a connection with TLS believes, and what it shows: the values
// of the flags --cacert, --insecure, --cert and --key. All files are PEM.
type Trust struct {
	CACert    string // "" is the system's authorities
	Insecure  bool
	Cert, Key string // a client has a certificate, too
}

// Ready makes a ready to be opened.
func (t *Trust) Ready(a *Address) error {
	if !a.TLS {
		return nil
	}
	host, _, _ := net.SplitHostPort(a.Host)
	a.Config = &tls.Config{ServerName: host}
	return t.apply(a.Config)
}

func (t *Trust) apply(to *tls.Config) error {
	to.InsecureSkipVerify = t.Insecure
	if t.CACert != "" {
		text, err := os.ReadFile(t.CACert)
		if err != nil {
			return fmt.Errorf("--cacert: %w", err)
		}
		to.RootCAs = x509.NewCertPool()
		if !to.RootCAs.AppendCertsFromPEM(text) {
			return fmt.Errorf("--cacert: there is no certificate in %s", t.CACert)
		}
	}
	if (t.Cert == "") != (t.Key == "") {
		return errors.New("--cert and --key go together")
	}
	if t.Cert != "" {
		pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return fmt.Errorf("--cert: %w", err)
		}
		to.Certificates = []tls.Certificate{pair}
	}
	return nil
}
