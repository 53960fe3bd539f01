package ctl

import (
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Machine is what the broker of this machine would be started with, for the
// doctor to examine.
type Machine struct {
	ConfigFile    string // empty: none
	ConfigProblem error  // nil: the settings are valid
	DataDir       string
	Socket        string // where the broker serves its operator
	DiskFreeLimit int64  // bytes that must be free; 0 none
	Listeners     []Endpoint
	Certificates  []Certificate
	KeyFile       string // what the data directory is encrypted with; empty: it is not
}

// Endpoint is where a broker is to listen.
type Endpoint struct {
	Name string // the key of the setting
	Addr string // host:port
}

// Certificate is a file that a setting names.
type Certificate struct {
	Key  string // of the setting
	File string // PEM
}

func (m *Machine) settings() finding {
	from := cmp.Or(m.ConfigFile, "no file, only defaults and the environment")
	if m.ConfigProblem != nil {
		return finding{"settings", trouble, m.ConfigProblem.Error(), "correct it, and see: hutchmq config check"}
	}
	return finding{"settings", well, "valid (" + from + ")", ""}
}

// fewFiles are too few for a broker with many connections and queues.
const fewFiles = 4096

// files looks at how many files and connections there may be.
func (m *Machine) files(n node, running bool) finding {
	limit, whose := maxFiles(), "of this shell"
	if running {
		limit, whose = int64(n.MaxFiles), "of the broker"
	}
	switch {
	case limit <= 0:
		return finding{"file limit", well, "none is known", ""}
	case limit < fewFiles:
		return finding{"file limit", doubt, fmt.Sprintf("%d open files %s", limit, whose), "raise it, with LimitNOFILE= in its unit or with ulimit -n 65536: each connection takes one"}
	}
	return finding{"file limit", well, fmt.Sprintf("%d open files %s", limit, whose), ""}
}

// clockSlack is how far in the future a file may seem to have been written.
const clockSlack = time.Minute

// clock finds out whether it has gone backwards: something was written later
// than now.
func (m *Machine) clock() finding {
	now := time.Now()
	if now.Year() < 2025 {
		return finding{"clock", trouble, "it says " + now.Format(time.RFC3339), "set it, and keep it with NTP: certificates and expiry depend on it"}
	}
	var last time.Time
	filepath.WalkDir(m.DataDir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil {
			if info, err := d.Info(); err == nil && info.ModTime().After(last) {
				last = info.ModTime()
			}
		}
		return nil
	})
	if last.After(now.Add(clockSlack)) {
		return finding{"clock", doubt, "the data was last written at " + last.Format(time.RFC3339) + ", which is in the future", "set the clock, and keep it with NTP"}
	}
	return finding{"clock", well, now.Format(time.RFC3339), ""}
}

// keyFile looks at who may read the key of the data directory.
func (m *Machine) keyFile() []finding {
	const what = "encryption key"
	if m.KeyFile == "" {
		return nil
	}
	f, err := os.Open(m.KeyFile)
	if err != nil {
		return []finding{{what, trouble, "encryption.key_file: " + err.Error(), "the broker does not start without it: put the key there, and let its user read it"}}
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return []finding{{what, trouble, "encryption.key_file: " + err.Error(), "let this user read it"}}
	case info.Mode().Perm()&0o077 != 0:
		return []finding{{what, doubt, fmt.Sprintf("%s is open to others (%s)", m.KeyFile, info.Mode().Perm()), "chmod 600 " + m.KeyFile}}
	case m.within(m.KeyFile):
		return []finding{{what, doubt, m.KeyFile + " lies in the data directory, with what it encrypts", "keep it elsewhere: who gets the one has the other"}}
	}
	return []finding{{what, well, m.KeyFile, ""}}
}

// within tells whether a file lies in the data directory.
func (m *Machine) within(file string) bool {
	dir, err := filepath.Abs(m.DataDir)
	path, err2 := filepath.Abs(file)
	rel, err3 := filepath.Rel(dir, path)
	return err == nil && err2 == nil && err3 == nil && filepath.IsLocal(rel)
}

// soon is when a certificate is to be renewed.
const soon = 30 * 24 * time.Hour

func (m *Machine) certificates() []finding {
	var list []finding
	for _, c := range m.Certificates {
		list = append(list, c.examine(time.Now()))
	}
	return list
}

// examine finds the certificate of a file that expires first.
func (c Certificate) examine(now time.Time) finding {
	const what = "certificate"
	text, err := os.ReadFile(c.File)
	if err != nil {
		return finding{what, trouble, c.Key + ": " + err.Error(), "put a certificate there that the broker may read"}
	}
	first, err := earliest(text)
	if err != nil {
		return finding{what, trouble, c.Key + ": " + c.File + ": " + err.Error(), "it should be in PEM"}
	}
	says := fmt.Sprintf("%s: %s (%s) expires at %s", c.Key, c.File, first.Subject.CommonName, first.NotAfter.Format(time.RFC3339))
	switch {
	case now.After(first.NotAfter):
		return finding{what, trouble, says + ", which was before now", "renew it: clients refuse it"}
	case now.Before(first.NotBefore):
		return finding{what, trouble, says + ", and is not valid yet", "look at the clock, or wait"}
	case now.Add(soon).After(first.NotAfter):
		return finding{what, doubt, says, "renew it soon"}
	}
	return finding{what, well, says, ""}
}

// earliest is the certificate in PEM that expires first.
func earliest(text []byte) (first *x509.Certificate, err error) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		if first == nil || c.NotAfter.Before(first.NotAfter) {
			first = c
		}
	}
	if first == nil {
		return nil, fmt.Errorf("there is no certificate in it")
	}
	return first, nil
}
