// Package pattern matches names against the regular expressions that people
// write into permissions and policies. It knows no user and no queue.
package pattern

import (
	"fmt"
	"regexp"
	"time"

	"github.com/dlclark/regexp2"
)

// matchTimeout bounds one match of a backtracking expression.
const matchTimeout = 100 * time.Millisecond

// Pattern is a compiled expression. It matches anywhere in a name, as in
// RabbitMQ, unless the expression itself is anchored.
type Pattern struct {
	linear       *regexp.Regexp
	backtracking *regexp2.Regexp // instead of linear
}

// Compile prefers Go's expressions, which run in linear time, and falls back
// to a backtracking engine for what they lack of RabbitMQ's PCRE (lookaround,
// backreferences).
func Compile(expression string) (*Pattern, error) {
	if re, err := regexp.Compile(expression); err == nil {
		return &Pattern{linear: re}, nil
	}
	re, err := regexp2.Compile(expression, regexp2.RE2)
	if err != nil {
		return nil, fmt.Errorf("invalid pattern '%s': %w", expression, err)
	}
	re.MatchTimeout = matchTimeout
	return &Pattern{backtracking: re}, nil
}

// Match reports whether name matches. What takes a backtracking expression too
// long does not.
func (p *Pattern) Match(name string) bool {
	if p.linear != nil {
		return p.linear.MatchString(name)
	}
	ok, err := p.backtracking.MatchString(name)
	return ok && err == nil
}
