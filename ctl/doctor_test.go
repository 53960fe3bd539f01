package ctl

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate writes one that is valid in between.
func certificate(t *testing.T, from, till time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "broker"}, NotBefore: from, NotAfter: till}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCertificates(t *testing.T) {
	now := time.Now()
	day := 24 * time.Hour
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		file string
		want verdict
		says string
	}{
		{certificate(t, now.Add(-day), now.Add(365*day)), well, "(broker) expires at"},
		{certificate(t, now.Add(-day), now.Add(10*day)), doubt, "expires at"},
		{certificate(t, now.Add(-9*day), now.Add(-day)), trouble, "which was before now"},
		{certificate(t, now.Add(day), now.Add(99*day)), trouble, "not valid yet"},
		{text, trouble, "there is no certificate in it"},
		{"no/such/file", trouble, "no such file"},
	} {
		f := Certificate{Key: "tls.cert", File: x.file}.examine(now)
		if f.verdict != x.want || !strings.Contains(f.says, x.says) || (f.advice == "") != (x.want == well) {
			t.Errorf("%s: %+v", x.file, f)
		}
	}
}

func TestDataDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	m := &Machine{DataDir: dir}
	check := func(what string, want verdict, says string) {
		t.Helper()
		for _, f := range m.dataDir(false) {
			if f.what == what {
				if f.verdict != want || !strings.Contains(f.says, says) {
					t.Errorf("%+v, want %s %q", f, want, says)
				}
				return
			}
		}
		t.Errorf("nothing is said of the %s", what)
	}
	check("data directory", well, "will be made")
	if err := os.MkdirAll(filepath.Join(dir, "journal"), 0o700); err != nil {
		t.Fatal(err)
	}
	check("data directory", well, dir)
	check("lock", well, "free")
	check("format", well, "version 2")
	segment := filepath.Join(dir, "journal", "0000000000000001.seg")
	for version, want := range map[byte]verdict{2: well, 3: well, 9: trouble} {
		if err := os.WriteFile(segment, []byte{'H', 'M', 'Q', 'J', version, 0, 0, 0, 1}, 0o600); err != nil {
			t.Fatal(err)
		}
		check("format", want, "version")
	}
	m.DiskFreeLimit = math.MaxInt64 / 8
	check("disk", trouble, "publishers are stopped")
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	check("data directory", doubt, "open to others")
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(segment, later, later); err != nil {
		t.Fatal(err)
	}
	if f := m.clock(); f.verdict != doubt {
		t.Errorf("%+v", f)
	}
}

// TestKeyFile: the key of the data directory is there, for the broker only, and
// elsewhere.
func TestKeyFile(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "key")
	m := &Machine{DataDir: filepath.Join(dir, "data")}
	if f := m.keyFile(); len(f) > 0 {
		t.Errorf("no key: %+v", f)
	}
	check := func(file string, want verdict, says string) {
		t.Helper()
		m.KeyFile = file
		f := m.keyFile()
		if len(f) != 1 || f[0].verdict != want || !strings.Contains(f[0].says, says) || (f[0].advice == "") != (want == well) {
			t.Errorf("%+v, want %s %q", f, want, says)
		}
	}
	check(key, trouble, "no such file")
	if err := os.WriteFile(key, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	check(key, well, key)
	m.DataDir = dir
	check(key, doubt, "lies in the data directory")
	if err := os.Chmod(key, 0o640); err != nil {
		t.Fatal(err)
	}
	check(key, doubt, "open to others")
}

func TestPorts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e := Endpoint{Name: "listeners.amqp.addr", Addr: l.Addr().String()}
	f := e.examine()
	if f.verdict != trouble || !strings.Contains(f.says, e.Addr) {
		t.Errorf("busy: %+v", f)
	}
	if _, err := os.Stat("/proc/net/tcp"); err == nil && !strings.Contains(f.says, "(process ") {
		t.Errorf("nobody is named: %+v", f)
	}
	l.Close()
	if f := e.examine(); f.verdict != well {
		t.Errorf("free: %+v", f)
	}
}

func TestListenerInode(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1538 0100007F:ABCD 01 00000000:00000000 00:00000000 00000000     0        0 11 1 0
   1: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 22 1 0
   2: nonsense
`
	for port, want := range map[uint64]string{0x1538: "22", 0xABCD: "", 1: ""} {
		if got := listenerInode([]byte(table), port); got != want {
			t.Errorf("%d: %q, want %q", port, got, want)
		}
	}
}

// TestDoctorPrints: a problem is an error, a warning is none.
func TestDoctorPrints(t *testing.T) {
	for problem, code := range map[error]int{nil: 0, errors.New("line 1: no"): exitUnavailable} {
		var out bytes.Buffer
		dir := t.TempDir()
		c := &Command{
			Version: "1", Out: &out, Err: &out,
			Machine: func(string, string) *Machine { return &Machine{ConfigProblem: problem, DataDir: dir} },
		}
		err := c.Run(context.Background(), []string{"doctor", "--uri=http://127.0.0.1:1"})
		if ExitCode(err) != code || !strings.Contains(out.String(), "warning  broker          it does not run") {
			t.Errorf("%v: %v\n%s", problem, err, out.String())
		}
	}
}
