// Package policy says what the policies of a vhost give to each queue and
// exchange: which of them match, and how they merge. It is a pure function of
// policies, names and kinds; it knows no vhost, no store, no clock and no lock.
package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/pattern"
)

// Author is whose a policy is. Each has policies and names of their own.
type Author uint8

// The authors of policies. What an operator says goes before what a user says,
// but only of some keys.
const (
	User Author = iota
	Operator
)

// String is what RabbitMQ calls the policies of an author.
func (a Author) String() string {
	if a == Operator {
		return "operator_policy"
	}
	return "policy"
}

// Policy gives settings to queues and exchanges by their names.
type Policy struct {
	By    Author
	Vhost string
	Name  string
	// Pattern is matched by Go's regular expressions, and what they lack of
	// RabbitMQ's PCRE (lookaround, backreferences) by a backtracking engine
	// with a time limit. It is unanchored.
	Pattern    string
	ApplyTo    string     // one of the words in targets
	Priority   int        // the highest first
	Definition amqp.Table // by key; not to be changed
}

// Invalid says what is wrong with a policy, in RabbitMQ's words.
type Invalid struct{ Reasons []string }

// Error implements error.
func (e *Invalid) Error() string {
	return "Validation failed\n\n" + strings.Join(e.Reasons, "\n") + "\n"
}

// What bounds the policies of a vhost. Names and texts end up in AMQP's short
// strings.
const (
	maxPolicies     = 10_000 // of one author
	maxPatternBytes = 4096
	maxTextBytes    = 255
)

// Check tells, by an *Invalid, what is wrong with p.
func (p *Policy) Check() error {
	_, err := compile(p, true)
	return err
}

// checkDefinition looks at values first and at unknown keys then, as RabbitMQ
// does, and tells one reason.
func (p *Policy) checkDefinition() string {
	if len(p.Definition) == 0 {
		return "no policy provided"
	}
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(p.Definition)) {
		v := p.Definition[name]
		k := keys[name]
		switch s, _ := v.(string); {
		case k == nil || p.By == Operator && !k.operator:
			unknown = append(unknown, fmt.Sprintf("{%s,%s}", amqp.FormatTerm(name), amqp.FormatTerm(v)))
		case len(s) > maxTextBytes:
			return fmt.Sprintf("%s is longer than %d bytes", name, maxTextBytes)
		case !k.accepts(v):
			return amqp.FormatTerm(v) + " is not a valid " + k.noun()
		}
	}
	if len(unknown) > 0 {
		return "[" + strings.Join(unknown, ",") + "] are not recognised policy settings"
	}
	return ""
}

// compilePattern gives the pattern of p, or the reason why there is none.
func (p *Policy) compilePattern() (*pattern.Pattern, string) {
	if len(p.Pattern) > maxPatternBytes {
		return nil, fmt.Sprintf("pattern is longer than %d bytes", maxPatternBytes)
	}
	compiled, err := pattern.Compile(p.Pattern)
	if err != nil {
		return nil, "pattern should be regular expression but is invalid: " + err.Error()
	}
	return compiled, ""
}
