package auth

import pat "github.com/hutchmq/hutchmq/pattern"

// pattern is a compiled expression of a permission. One that takes too long
// grants nothing.
type pattern struct{ compiled *pat.Pattern }

// compile makes a pattern; an empty expression matches the empty name only.
func compile(expression string) (pattern, error) {
	if expression == "" {
		expression = "^$"
	}
	p, err := pat.Compile(expression)
	return pattern{p}, err
}

func (p pattern) match(name string) bool { return p.compiled.Match(name) }
