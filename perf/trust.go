package perf

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
)

// trust is whom a connection with TLS believes, and what it shows. All files
// are PEM.
type trust struct {
	CACert    string // "" is the system's authorities
	Insecure  bool
	Cert, Key string // a client has a certificate, too
}

// ready checks l, and makes its connections ready to be opened.
func (l *Load) ready() error {
	if err := l.check(); err != nil {
		return err
	}
	for i := range l.Brokers {
		a := &l.Brokers[i]
		if !a.tls {
			continue
		}
		host, _, _ := net.SplitHostPort(a.host)
		a.config = &tls.Config{ServerName: host}
		if err := l.Trust.apply(a.config); err != nil {
			return err
		}
	}
	return nil
}

func (t *trust) apply(to *tls.Config) error {
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
