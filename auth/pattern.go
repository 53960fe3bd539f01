package auth

import (
	"fmt"
	"regexp"
	"time"

	"github.com/dlclark/regexp2"
)

// matchTimeout bounds one match of a backtracking pattern. A pattern that
// takes longer grants nothing.
const matchTimeout = 100 * time.Millisecond

// pattern is a compiled expression of a permission. It matches anywhere in a
// name, as in RabbitMQ, unless the expression itself is anchored.
type pattern interface {
	match(name string) bool
}

// compile prefers Go's expressions, which run in linear time, and falls back
// to a backtracking engine for what they lack (lookaround, backreferences).
// An empty expression matches the empty name only.
func compile(expression string) (pattern, error) {
	if expression == "" {
		expression = "^$"
	}
	if re, err := regexp.Compile(expression); err == nil {
		return linear{re}, nil
	}
	re, err := regexp2.Compile(expression, regexp2.RE2)
	if err != nil {
		return nil, fmt.Errorf("invalid pattern '%s': %w", expression, err)
	}
	re.MatchTimeout = matchTimeout
	return backtracking{re}, nil
}

type linear struct{ re *regexp.Regexp }

func (p linear) match(name string) bool { return p.re.MatchString(name) }

type backtracking struct{ re *regexp2.Regexp }

func (p backtracking) match(name string) bool {
	ok, err := p.re.MatchString(name)
	return ok && err == nil
}
