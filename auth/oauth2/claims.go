package oauth2

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/golang-jwt/jwt/v5"

	"github.com/hutchmq/hutchmq/auth"
)

// maxNameBytes is how long a user's name may be.
const maxNameBytes = 255

// user is who the claims of a valid token describe.
func (b *Backend) user(claims jwt.MapClaims) (*auth.User, error) {
	name, err := b.name(claims)
	if err != nil {
		return nil, err
	}
	exp, err := claims.GetExpirationTime()
	if err != nil || exp == nil {
		return nil, fmt.Errorf("%w: the token of '%s' does not say when it expires", auth.ErrRefused, name)
	}
	s := auth.ParseScopes(b.o.ScopePrefix, b.scopes(claims))
	return &auth.User{Name: name, Tags: s.Tags(), Authority: granted{s, b}, Expires: exp.Add(b.o.Leeway)}, nil
}

func (b *Backend) name(claims jwt.MapClaims) (string, error) {
	for _, claim := range b.o.UserClaims {
		name, _ := at(claims, claim).(string)
		switch {
		case name == "":
			continue
		case len(name) > maxNameBytes || strings.ContainsFunc(name, unicode.IsControl):
			return "", fmt.Errorf("%w: the claim '%s' is no name of a user", auth.ErrRefused, claim)
		}
		return name, nil
	}
	return "", fmt.Errorf("%w: the token names no user: it has none of the claims %v", auth.ErrRefused, b.o.UserClaims)
}

// scopes are those of all claims that hold some, aliases replaced.
func (b *Backend) scopes(claims jwt.MapClaims) (list []string) {
	for _, claim := range append([]string{"scope"}, b.o.MoreScopes...) {
		for _, s := range texts(at(claims, claim)) {
			if of, ok := b.o.Aliases[s]; ok {
				list = append(list, of...)
				continue
			}
			list = append(list, s)
		}
	}
	return list
}

// at is the claim of a name, or inside of objects that dots lead into.
func at(claims map[string]any, name string) any {
	if v, ok := claims[name]; ok {
		return v
	}
	first, rest, deeper := strings.Cut(name, ".")
	if inner, ok := claims[first].(map[string]any); ok && deeper {
		return at(inner, rest)
	}
	return nil
}

// texts splits a text at its spaces, and the texts of a list.
func texts(v any) (list []string) {
	switch v := v.(type) {
	case string:
		return strings.Fields(v)
	case []any:
		for _, item := range v {
			if s, ok := item.(string); ok {
				list = append(list, strings.Fields(s)...)
			}
		}
	}
	return list
}
