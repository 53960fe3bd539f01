package auth

import "strings"

// maxScopes bounds how many scopes somebody has; further ones count as not
// there.
const maxScopes = 1000

// Scopes are rights in the words of OAuth 2.0, as RabbitMQ writes them:
//
//	read:vhost/name[/routing-key]       so do write and configure
//	tag:administrator
//
// with * for any text and a percent-encoded / in a name. They are an
// Authority that never changes.
type Scopes struct {
	tags   []string
	grants []scope
}

// scope is a right that is granted.
type scope struct {
	right            Right
	vhost, name, key glob
}

// ParseScopes takes those texts that are scopes behind prefix. The others are
// left out: tokens carry scopes of many services.
func ParseScopes(prefix string, texts []string) *Scopes {
	s := &Scopes{}
	for _, text := range texts {
		if text, ours := strings.CutPrefix(text, prefix); ours && len(s.tags)+len(s.grants) < maxScopes {
			s.add(text)
		}
	}
	return s
}

func (s *Scopes) add(text string) {
	what, of, _ := strings.Cut(text, ":")
	if what == "tag" && of != "" {
		s.tags = append(s.tags, of)
		return
	}
	for r, name := range rightNames {
		if what != name {
			continue
		}
		if g, ok := parseScope(Right(r), of); ok {
			s.grants = append(s.grants, g)
		}
	}
}

// parseScope reads vhost/name or vhost/name/key; without a key it is any.
func parseScope(r Right, of string) (g scope, ok bool) {
	parts := strings.Split(of, "/")
	if len(parts) == 2 {
		parts = append(parts, "*")
	}
	if len(parts) != 3 {
		return g, false
	}
	g.right = r
	for i, into := range []*glob{&g.vhost, &g.name, &g.key} {
		if *into, ok = parseGlob(parts[i]); !ok {
			return g, false
		}
	}
	return g, true
}

// Tags are the tags that the scopes grant. The slice is shared.
func (s *Scopes) Tags() []string { return s.tags }

// Allowed implements Authority.
func (s *Scopes) Allowed(_ *User, r Right, on Resource) bool {
	for i := range s.grants {
		if g := &s.grants[i]; g.right == r && g.vhost.match(on.Vhost) && g.name.match(on.Name) {
			return true
		}
	}
	return false
}

// Reachable implements Authority: some right in the vhost will do.
func (s *Scopes) Reachable(_ *User, vhost string) bool {
	for i := range s.grants {
		if s.grants[i].vhost.match(vhost) {
			return true
		}
	}
	return false
}

// AllowedTopic implements Authority.
func (s *Scopes) AllowedTopic(_ *User, r Right, vhost, exchange, key string) bool {
	for i := range s.grants {
		g := &s.grants[i]
		if g.right == r && g.vhost.match(vhost) && g.name.match(exchange) && g.key.match(key) {
			return true
		}
	}
	return false
}
