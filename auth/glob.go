package auth

import (
	"net/url"
	"strings"
)

// glob is a pattern in which * stands for any text, and %2F and its like for
// the character that they encode.
type glob []string // the texts between stars

// parseGlob reads a pattern; false when it is encoded badly.
func parseGlob(pattern string) (glob, bool) {
	g := glob(strings.Split(pattern, "*"))
	for i, part := range g {
		var err error
		if g[i], err = url.PathUnescape(part); err != nil {
			return nil, false
		}
	}
	return g, true
}

// match takes time in proportion to the name and the pattern, whatever is in
// them: each text is looked for behind the one before, and no way is tried twice.
func (g glob) match(name string) bool {
	first, last := g[0], g[len(g)-1]
	if len(g) == 1 {
		return name == first
	}
	if len(name) < len(first)+len(last) || !strings.HasPrefix(name, first) || !strings.HasSuffix(name, last) {
		return false
	}
	name = name[len(first) : len(name)-len(last)]
	for _, text := range g[1 : len(g)-1] {
		at := strings.Index(name, text)
		if at < 0 {
			return false
		}
		name = name[at+len(text):]
	}
	return true
}
