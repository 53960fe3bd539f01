package auth

import names "github.com/hutchmq/hutchmq/pattern"

// pattern is an expression of a permission.
type pattern interface {
	match(name string) bool
}

// compile makes a pattern. An empty expression matches the empty name only;
// one that takes too long grants nothing.
func compile(expression string) (pattern, error) {
	if expression == "" {
		expression = "^$"
	}
	p, err := names.Compile(expression)
	if err != nil {
		return nil, err
	}
	return compiled{p}, nil
}

type compiled struct{ *names.Pattern }

func (c compiled) match(name string) bool { return c.Match(name) }
