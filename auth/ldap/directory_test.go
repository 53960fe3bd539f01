package ldap

import (
	"crypto/tls"
	"net"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jimlambrt/gldap"
)

// directory is a server on this machine. What is searched for in it is looked
// up by the text of the filter, so that tests see what became of a name.
type directory struct {
	addr string

	mu        sync.Mutex
	passwords map[string]string              // by DN
	found     map[string][]map[string]string // entries by filter: "dn" and attributes
	said      []string                       // binds and filters
	secure    bool                           // TLS was started
	certified *tls.Config                    // of the server
}

func newDirectory(t *testing.T) *directory {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &directory{addr: l.Addr().String(), passwords: map[string]string{}, found: map[string][]map[string]string{}}
	l.Close()
	web := httptest.NewUnstartedServer(nil) // for its certificate
	web.StartTLS()
	d.certified = &tls.Config{Certificates: web.TLS.Certificates}
	web.Close()
	s, err := gldap.NewServer()
	if err != nil {
		t.Fatal(err)
	}
	mux, _ := gldap.NewMux()
	mux.Bind(d.bind)
	mux.Search(d.search)
	mux.ExtendedOperation(d.startTLS, gldap.ExtendedOperationStartTLS)
	s.Router(mux)
	go s.Run(d.addr)
	for end := time.Now().Add(5 * time.Second); !s.Ready() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	t.Cleanup(func() { s.Stop() })
	return d
}

func (d *directory) note(text string) {
	d.mu.Lock()
	d.said = append(d.said, text)
	d.mu.Unlock()
}

// heard reports whether a bind or a filter was sent.
func (d *directory) heard(text string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Contains(d.said, text)
}

// bind lets in who has no password, as directories do.
func (d *directory) bind(w *gldap.ResponseWriter, r *gldap.Request) {
	m, err := r.GetSimpleBindMessage()
	if err != nil {
		return
	}
	d.note("bind " + m.UserName)
	code := gldap.ResultInvalidCredentials
	if p, ok := d.passwords[m.UserName]; m.Password == "" || ok && p == string(m.Password) {
		code = gldap.ResultSuccess
	}
	w.Write(r.NewBindResponse(gldap.WithResponseCode(code)))
}

func (d *directory) search(w *gldap.ResponseWriter, r *gldap.Request) {
	m, err := r.GetSearchMessage()
	if err != nil {
		return
	}
	d.note(m.Filter)
	code := gldap.ResultSuccess
	for n, e := range d.found[m.Filter] {
		if m.SizeLimit > 0 && n >= int(m.SizeLimit) {
			code = gldap.ResultSizeLimitExceeded
			break
		}
		entry := r.NewSearchResponseEntry(e["dn"])
		for k, v := range e {
			if k != "dn" {
				entry.AddAttribute(k, []string{v})
			}
		}
		w.Write(entry)
	}
	if _, ok := d.passwords[m.BaseDN]; m.Filter == "(objectClass=*)" && !ok {
		code = gldap.ResultNoSuchObject
	}
	done := r.NewSearchDoneResponse()
	done.SetResultCode(code)
	w.Write(done)
}

func (d *directory) startTLS(w *gldap.ResponseWriter, r *gldap.Request) {
	answer := r.NewExtendedResponse(gldap.WithResponseCode(gldap.ResultSuccess))
	answer.SetResponseName(gldap.ExtendedOperationStartTLS)
	w.Write(answer)
	if r.StartTLS(d.certified) == nil {
		d.mu.Lock()
		d.secure = true
		d.mu.Unlock()
	}
}
