package config

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

var defaultAuth = Auth{
	LoopbackUsers: []string{"guest"}, Backends: []string{"internal"},
	Mechanisms:      []string{"PLAIN", "AMQPLAIN", "EXTERNAL", "ANONYMOUS"},
	PasswordHashing: "sha256", CacheTTL: 15 * time.Second,
	OAuth2: OAuth2{
		ScopeAliases: Meanings{}, UsernameClaims: []string{"sub", "client_id"}, VerifyAudience: true, RequireTLS: true,
		Algorithms: []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"},
		Leeway:     5 * time.Second, Timeout: 5 * time.Second,
	},
	CertificateLogin: CertificateLogin{From: "distinguished_name", SANType: "dns"},
	HTTP:             AuthHTTP{Method: "get", Timeout: 5 * time.Second},
	LDAP: LDAP{
		UserFilter: "(uid=${username})", GroupFilter: "(member=${user_dn})", GroupNameAttribute: "cn",
		Groups: Meanings{}, Timeout: 5 * time.Second,
	},
}

// TestMeanings: words that stand for others, in a list and in a variable.
func TestMeanings(t *testing.T) {
	want := Meanings{"admins": {"tag:administrator", "read:*/*"}, "apps": {"write:orders/a=b"}}
	file := "auth:\n  ldap:\n    groups:\n      - admins=tag:administrator  read:*/*\n      - apps = write:orders/a=b"
	c, err := Load(sources(t, file))
	if err != nil || !reflect.DeepEqual(c.Auth.LDAP.Groups, want) {
		t.Errorf("file: %v, %v", c, err)
	}
	c, err = Load(sources(t, "", "HUTCHMQ_AUTH_LDAP_GROUPS=admins=tag:administrator read:*/*, apps=write:orders/a=b"))
	if err != nil || !reflect.DeepEqual(c.Auth.LDAP.Groups, want) {
		t.Errorf("variable: %v, %v", c, err)
	}
}

func TestAuthErrors(t *testing.T) {
	tests := []struct{ file, want string }{
		{"auth: {ldap: {groups: [admins]}}", "want name=word word, and a comma before the next, got 'admins'"},
		{"auth: {ldap: {groups: ['=x']}}", "want name=word word"},
		{"auth: {ldap: {groups: ['x= ']}}", "want name=word word"},
		{"auth: {backends: [internal, kerberos]}", "want one of internal, oauth2, http, ldap, http/internal, ldap/internal, got 'kerberos'"},
		{"auth: {mechanisms: [NONE]}", "want one of PLAIN"},
		{"auth: {oauth2: {algorithms: [none]}}", ""}, // the empty list: all that there are
		{"auth: {oauth2: {algorithms: [HS256]}}", "want one of RS256"},
	}
	for _, tt := range tests {
		_, err := Load(sources(t, tt.file))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v", tt.file, err)
		}
	}
}
