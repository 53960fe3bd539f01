package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// twoBackends say who users are, and what they may.
type twoBackends struct{ who, may string }

// String is the pair as auth.backends has it.
func (b twoBackends) String() string {
	who, may := cmp.Or(b.who, BackendInternal), cmp.Or(b.may, b.who, BackendInternal)
	if who == may {
		return who
	}
	return who + "/" + may
}

// backend takes auth_backends.1, auth_backends.1.authn and auth_backends.1.authz.
// One that remembers what another says is that one: all of ours do.
func backend(c *conversion, a assignment, part string) error {
	name := strings.TrimPrefix(a.value, "rabbit_auth_backend_")
	if name == "cache" {
		c.note(a, false, "answers are remembered for auth.cache_ttl anyway: name the backend itself")
		return nil
	}
	number, which, _ := strings.Cut(part, ".")
	if c.backends == nil {
		c.backends = map[string]twoBackends{}
	}
	b := c.backends[number]
	switch which {
	case "":
		b.who, b.may = name, name
	case "authn":
		b.who = name
	case "authz":
		b.may = name
	default:
		return fmt.Errorf("want authn or authz, got '%s'", which)
	}
	c.backends[number] = b
	var list []string
	for _, number := range slices.Sorted(maps.Keys(c.backends)) {
		list = append(list, c.backends[number].String())
	}
	c.set("auth.backends", strings.Join(list, ","), a)
	return nil
}

func same(text string) string { return text }

// toNobody reads a user, or none.
func toNobody(text string) (string, error) {
	if text == "none" {
		return "", nil
	}
	return text, nil
}

// toHashing takes the names of modules for what they mean.
func toHashing(text string) (string, error) {
	return strings.TrimPrefix(text, "rabbit_password_hashing_"), nil
}
