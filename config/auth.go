package config

import (
	"fmt"
	"strings"
	"time"
)

// Auth is how users prove who they are, and who says what they may do.
type Auth struct {
	LoopbackUsers    []string // may log in only from this machine
	Backends         []string // who lets users in, in this order
	Mechanisms       []string
	AnonymousUser    string // whom anybody may be; "" nobody
	PasswordHashing  string
	CacheTTL         time.Duration // 0 none
	CertificateLogin CertificateLogin
	OAuth2           OAuth2
	HTTP             AuthHTTP
	LDAP             LDAP
}

// The values of Auth.Backends. One of the last two takes the rights of the
// internal user of the same name.
const (
	BackendInternal     = "internal"
	BackendOAuth2       = "oauth2"
	BackendHTTP         = "http"
	BackendLDAP         = "ldap"
	BackendHTTPInternal = "http/internal"
	BackendLDAPInternal = "ldap/internal"
)

// OAuth2 is which tokens are taken, and how they are read.
type OAuth2 struct {
	ResourceServerID           string
	Issuer, JWKSURL, JWKSFile  string
	ScopePrefix                string
	ScopeAliases               Meanings
	AdditionalScopesKeys       []string
	UsernameClaims, Algorithms []string
	VerifyAudience, RequireTLS bool
	Leeway, Timeout            time.Duration
	CAFile                     string
}

// AuthHTTP is the web service that is asked.
type AuthHTTP struct {
	UserPath, VhostPath, ResourcePath, TopicPath string
	Method                                       string // "get" or "post"
	Timeout                                      time.Duration
	CAFile                                       string
}

// LDAP is the directory that is asked.
type LDAP struct {
	URLs                   []string
	StartTLS               bool
	UserDNPattern          string
	UserBase, UserFilter   string
	BindDN, BindPassword   string
	GroupBase, GroupFilter string
	GroupNameAttribute     string
	Groups                 Meanings
	Everyone               []string
	Timeout                time.Duration
	CAFile                 string
}

// Meanings are words that stand for others.
type Meanings map[string][]string

// parse reads "name=word word", and the next behind a comma.
func (m *Meanings) parse(text string) error {
	*m = Meanings{}
	for _, item := range parseList(text) {
		name, words, found := strings.Cut(item, "=")
		if name = strings.TrimSpace(name); !found || name == "" || strings.TrimSpace(words) == "" {
			return fmt.Errorf("want name=word word, and a comma before the next, got '%s'", item)
		}
		(*m)[name] = strings.Fields(words)
	}
	return nil
}
