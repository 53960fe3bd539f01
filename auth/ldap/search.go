package ldap

import (
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/hutchmq/hutchmq/auth"
)

// What stands for something in patterns and filters.
const (
	username = "${username}"
	userDN   = "${user_dn}"
)

// find is the name of a user's entry.
func (b *Backend) find(c *ldap.Conn, user string) (dn string, err error) {
	if err := b.bind(c); err != nil {
		return "", err
	}
	if b.o.UserPattern != "" {
		return strings.ReplaceAll(b.o.UserPattern, username, ldap.EscapeDN(user)), nil
	}
	filter := strings.ReplaceAll(b.o.UserFilter, username, ldap.EscapeFilter(user))
	// Of more than one entry nobody knows whose password it would be.
	found, err := c.Search(b.search(b.o.UserBase, ldap.ScopeWholeSubtree, filter, 2))
	switch {
	case ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded), err == nil && len(found.Entries) > 1:
		return "", fmt.Errorf("%w: more than one entry is '%s'", auth.ErrRefused, user)
	case err != nil:
		return "", err
	case len(found.Entries) == 0:
		return "", fmt.Errorf("%w: no entry is '%s'", auth.ErrRefused, user)
	}
	return found.Entries[0].DN, nil
}

// bind lets c search, if somebody is named who may.
func (b *Backend) bind(c *ldap.Conn) error {
	if b.o.BindDN == "" {
		return nil
	}
	if err := c.Bind(b.o.BindDN, b.o.BindPassword); err != nil {
		return fmt.Errorf("bind as '%s': %w", b.o.BindDN, err)
	}
	return nil
}

// groups are the names of the groups that dn is in.
func (b *Backend) groups(c *ldap.Conn, user, dn string) (names []string, err error) {
	if b.o.GroupBase == "" {
		return nil, nil
	}
	if err := b.bind(c); err != nil { // as who may search, and not as the user
		return nil, err
	}
	filter := strings.NewReplacer(username, ldap.EscapeFilter(user), userDN, ldap.EscapeFilter(dn)).Replace(b.o.GroupFilter)
	found, err := c.Search(b.search(b.o.GroupBase, ldap.ScopeWholeSubtree, filter, maxGroups, b.o.GroupName))
	if err != nil {
		return nil, fmt.Errorf("groups of '%s': %w", dn, err)
	}
	for _, e := range found.Entries {
		names = append(names, e.GetAttributeValues(b.o.GroupName)...)
	}
	return names, nil
}

func (b *Backend) search(base string, scope int, filter string, most int, attributes ...string) *ldap.SearchRequest {
	if len(attributes) == 0 {
		attributes = []string{"1.1"} // none (RFC 4511, 4.5.1.8)
	}
	seconds := max(1, int(b.o.Timeout.Seconds()))
	return ldap.NewSearchRequest(base, scope, ldap.NeverDerefAliases, most, seconds, false, filter, attributes, nil)
}
