package auth

import "fmt"

// Right is what a permission grants.
type Right uint8

// The rights, in the order of a permission's columns.
const (
	Configure Right = iota
	Write
	Read
)

var rightNames = [...]string{Configure: "configure", Write: "write", Read: "read"}

// String is the right as errors print it.
func (r Right) String() string {
	if int(r) < len(rightNames) {
		return rightNames[r]
	}
	return fmt.Sprintf("right %d", uint8(r))
}

// Permission grants rights on the resources of a vhost whose names match: one
// regular expression a right, unanchored. An empty one matches no named
// resource.
type Permission struct {
	Configure, Write, Read string
}

// Check tells what is wrong with the expressions of p, if anything.
func (p Permission) Check() error {
	_, err := compileGrant(p)
	return err
}

// grant is a permission ready for use, indexed by Right.
type grant struct {
	Permission
	patterns [len(rightNames)]pattern
}

func compileGrant(p Permission) (*grant, error) {
	g := &grant{Permission: p}
	for r, expression := range [...]string{Configure: p.Configure, Write: p.Write, Read: p.Read} {
		var err error
		if g.patterns[r], err = compile(expression); err != nil {
			return nil, fmt.Errorf("%s permission: %w", Right(r), err)
		}
	}
	return g, nil
}

// allows reports whether g grants r on resource. The default exchange, whose
// name is empty, is checked under the name rights are written for.
func (g *grant) allows(r Right, resource string) bool {
	if int(r) >= len(g.patterns) {
		return false
	}
	if resource == "" {
		resource = "amq.default"
	}
	return g.patterns[r].match(resource)
}
