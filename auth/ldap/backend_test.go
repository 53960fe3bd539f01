package ldap

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/auth"
)

const (
	people = "ou=people,dc=example,dc=com"
	alice  = "uid=alice," + people
)

// options are those of a directory where alice is in two groups.
func options(d *directory) Options {
	d.passwords[alice], d.passwords["cn=search"] = "secret", "sought"
	d.found["(uid=alice)"] = []map[string]string{{"dn": alice}}
	d.found["(member="+alice+")"] = []map[string]string{{"dn": "cn=ops", "cn": "ops"}, {"dn": "cn=x", "cn": "unknown"}}
	return Options{
		URLs: []string{"ldap://" + d.addr}, Timeout: 2 * time.Second, UserPattern: "uid=${username}," + people,
		GroupBase: "ou=groups", GroupFilter: "(member=${user_dn})", GroupName: "cn",
		Groups:   map[string][]string{"ops": {"tag:administrator", "configure:*/*"}, "apps": {"write:*/*"}},
		Everyone: []string{"read:%2F/news"}, Log: slog.New(slog.DiscardHandler),
	}
}

func backend(t *testing.T, o Options) *Backend {
	t.Helper()
	b, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestGroups: groups give tags and rights, and nothing else does.
func TestGroups(t *testing.T) {
	d := newDirectory(t)
	u, err := backend(t, options(d)).Authenticate("alice", "secret")
	if err != nil || u.Name != "alice" || !slices.Equal(u.Tags, []string{"administrator"}) {
		t.Fatalf("%+v, %v", u, err)
	}
	on := func(vhost, name string) auth.Resource {
		return auth.Resource{Vhost: vhost, Kind: auth.Queue, Name: name}
	}
	for _, tt := range []struct {
		right auth.Right
		on    auth.Resource
		want  bool
	}{
		{auth.Configure, on("v", "q"), true}, {auth.Read, on("/", "news"), true},
		{auth.Read, on("v", "news"), false}, {auth.Write, on("v", "q"), false},
	} {
		if got := u.Authority.Allowed(u, tt.right, tt.on); got != tt.want {
			t.Errorf("%s on %v: %v", tt.right, tt.on, got)
		}
	}
}

// TestSearch: users that a search finds; groups are sought by who searches.
func TestSearch(t *testing.T) {
	d := newDirectory(t)
	o := options(d)
	o.UserPattern, o.UserBase, o.UserFilter = "", people, "(uid=${username})"
	o.BindDN, o.BindPassword = "cn=search", "sought"
	b := backend(t, o)
	if u, err := b.Authenticate("alice", "secret"); err != nil || !u.HasTag("administrator") {
		t.Errorf("%+v, %v", u, err)
	}
	if u, err := b.Known("alice"); err != nil || !u.HasTag("administrator") {
		t.Errorf("by certificate: %+v, %v", u, err)
	}
	if want := []string{"bind cn=search", "(uid=alice)", "bind " + alice, "bind cn=search", "(member=" + alice + ")"}; !slices.Equal(d.said[:5], want) {
		t.Errorf("said %q, want %q", d.said, want)
	}
	d.found["(uid=two)"] = []map[string]string{{"dn": alice}, {"dn": "uid=two"}}
	d.found["(uid=three)"] = append(d.found["(uid=two)"], map[string]string{"dn": "uid=three"})
	for _, name := range []string{"nobody", "two", "three"} {
		if _, err := b.Authenticate(name, "secret"); !errors.Is(err, auth.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.BindPassword = "wrong"
	if _, err := backend(t, o).Authenticate("alice", "secret"); err == nil || errors.Is(err, auth.ErrRefused) {
		t.Errorf("who searches has a wrong password: %v", err)
	}
}

// TestRefused: wrong passwords, none at all, and names that would be more.
func TestRefused(t *testing.T) {
	d := newDirectory(t)
	b := backend(t, options(d))
	for _, c := range [][2]string{
		{"alice", "wrong"}, {"alice", ""}, {"", "secret"}, {"", ""}, {"bob", "secret"},
		{"alice," + people + "\x00", "secret"}, {"x,uid=alice", "secret"}, {"*", "secret"},
	} {
		if u, err := b.Authenticate(c[0], c[1]); !errors.Is(err, auth.ErrRefused) {
			t.Errorf("%q with %q: %+v, %v", c[0], c[1], u, err)
		}
	}
	if !d.heard(`bind uid=x\,uid\=alice,`+people) && !d.heard(`bind uid=x\,uid=alice,`+people) {
		t.Errorf("a comma in a name was not escaped: %q", d.said)
	}
	if _, err := b.Known("alice"); !errors.Is(err, auth.ErrRefused) {
		t.Errorf("nobody may search: %v", err)
	}
	o := options(d)
	o.UserPattern, o.UserBase, o.UserFilter = "", people, "(uid=${username})"
	d.said = nil
	if _, err := backend(t, o).Authenticate("*)(uid=alice", "secret"); !errors.Is(err, auth.ErrRefused) || !d.heard(`(uid=\2a\29\28uid=alice)`) {
		t.Errorf("a filter in a name: %v, said %q", err, d.said)
	}
}

// TestTLS: nothing is said before TLS, and not to just anybody.
func TestTLS(t *testing.T) {
	d := newDirectory(t)
	o := options(d)
	o.StartTLS = true
	if _, err := backend(t, o).Authenticate("alice", "secret"); err == nil || d.heard("bind "+alice) {
		t.Errorf("a certificate nobody knows: %v", err)
	}
	leaf, err := x509.ParseCertificate(d.certified.Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	o.TLS = &tls.Config{RootCAs: x509.NewCertPool()}
	o.TLS.RootCAs.AddCert(leaf)
	if u, err := backend(t, o).Authenticate("alice", "secret"); err != nil || !u.HasTag("administrator") {
		t.Errorf("%+v, %v", u, err)
	}
	if d.mu.Lock(); !d.secure {
		t.Error("TLS was not started")
	}
	d.mu.Unlock()
}

// TestUnreachable: the next server is asked, and one that says nothing does
// not hold anybody up.
func TestUnreachable(t *testing.T) {
	d := newDirectory(t)
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	gone, _ := net.Listen("tcp", "127.0.0.1:0")
	gone.Close()
	o := options(d)
	o.Timeout = 200 * time.Millisecond
	o.URLs = []string{"ldap://" + gone.Addr().String(), "ldap://" + d.addr}
	if _, err := backend(t, o).Authenticate("alice", "secret"); err != nil {
		t.Errorf("the second server: %v", err)
	}
	o.URLs = []string{"ldap://" + mute.Addr().String()}
	began := time.Now()
	if _, err := backend(t, o).Authenticate("alice", "secret"); err == nil || errors.Is(err, auth.ErrRefused) || time.Since(began) > 2*time.Second {
		t.Errorf("a mute server: %v after %v", err, time.Since(began))
	}
}

func TestOptions(t *testing.T) {
	good := Options{URLs: []string{"ldaps://ldap.example.com"}, UserPattern: "uid=${username}"}
	for name, tt := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"good":        {func(*Options) {}, ""},
		"no server":   {func(o *Options) { o.URLs = nil }, "urls are needed"},
		"no URL":      {func(o *Options) { o.URLs = []string{"ldap.example.com"} }, "is no URL"},
		"no pattern":  {func(o *Options) { o.UserPattern, o.UserFilter = "", "(uid=x)" }, "user_dn_pattern"},
		"a search":    {func(o *Options) { o.UserPattern, o.UserBase, o.UserFilter = "", "dc=x", "(uid=${username})" }, ""},
		"half groups": {func(o *Options) { o.GroupBase = "dc=x" }, "group_filter"},
	} {
		o := good
		tt.change(&o)
		if _, err := New(o); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
