package oauth2

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// How often keys are asked for: when a token names one that is not known, since
// servers change theirs, and after a while anyway, since they also withdraw
// them. Whoever makes up names has the server asked no more often.
const (
	askAgainAfter = 10 * time.Second
	keysAgeAfter  = time.Hour
)

// maxKeysBytes bounds what a server answers.
const maxKeysBytes = 1 << 20

// keys are the keys of a server, as far as they are known.
type keys struct {
	read  func() ([]byte, error)
	log   *slog.Logger
	known atomic.Pointer[[]*key]

	mu    sync.Mutex // held while they are read
	asked time.Time
}

// named are the keys of an id; of no id, all of them.
func (k *keys) named(id string) []*key {
	list := k.among(id)
	if k.due(len(list) > 0) {
		list = k.among(id)
	}
	return list
}

func (k *keys) among(id string) (list []*key) {
	known := k.known.Load()
	if known == nil {
		return nil
	}
	for _, one := range *known {
		if id == "" || one.id == id {
			list = append(list, one)
		}
	}
	return list
}

// due reads the keys if it is time to, and reports whether they may be others.
// Who has a key does not wait for somebody else's reading.
func (k *keys) due(found bool) bool {
	if !found {
		k.mu.Lock()
	} else if !k.mu.TryLock() {
		return false
	}
	defer k.mu.Unlock()
	after := askAgainAfter
	if found {
		after = keysAgeAfter
	}
	if time.Since(k.asked) < after {
		return !found // somebody may have read them while we waited
	}
	k.asked = time.Now()
	if err := k.load(); err != nil {
		k.log.Warn("cannot get the keys of OAuth 2.0", "error", err)
		return false
	}
	return true
}

func (k *keys) load() error {
	text, err := k.read()
	if err != nil {
		return err
	}
	list, err := parseKeys(text)
	if err != nil {
		return err
	}
	k.known.Store(&list)
	return nil
}

// readKeys gets the JWKS from where it is.
func (o *Options) readKeys() ([]byte, error) {
	switch {
	case o.KeysFile != "":
		return os.ReadFile(o.KeysFile)
	case o.KeysURL != "":
		return o.get(o.KeysURL)
	}
	at, err := o.discover()
	if err != nil {
		return nil, err
	}
	return o.get(at)
}

// discover asks the issuer where its keys are (OpenID Connect Discovery 4).
func (o *Options) discover() (string, error) {
	text, err := o.get(strings.TrimSuffix(o.Issuer, "/") + "/.well-known/openid-configuration")
	if err != nil {
		return "", err
	}
	var d struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return "", fmt.Errorf("the discovery document of %s: %w", o.Issuer, err)
	}
	if d.Issuer != o.Issuer {
		return "", fmt.Errorf("the discovery document of %s is of '%s'", o.Issuer, d.Issuer)
	}
	return d.Keys, o.checkURL(d.Keys)
}

func (o *Options) get(from string) ([]byte, error) {
	r, err := o.Client.Get(from)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", from, r.Status)
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, maxKeysBytes+1))
	if len(text) > maxKeysBytes {
		return nil, fmt.Errorf("%s answers more than %d bytes", from, maxKeysBytes)
	}
	return text, err
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
