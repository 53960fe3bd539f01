package definitions

import (
	"fmt"
	"strings"
)

// expand puts what lookup knows in the place of variables in a scalar:
//
//	${V}      the value; a variable that is not set is an error
//	${V:-d}   d where V is not set, or empty
//	${V:?m}   m is the error where V is not set, or empty
//	$$        a dollar
//
// Any other dollar stands for itself, as at the end of a pattern. What is put in
// is not looked at again. varied reports whether there was a variable.
func expand(text string, lookup func(string) (string, bool)) (expanded string, varied bool, err error) {
	if !strings.Contains(text, "$") {
		return text, false, nil
	}
	var out strings.Builder
	for rest := text; ; {
		before, after, found := strings.Cut(rest, "$")
		out.WriteString(before)
		switch {
		case !found:
			return out.String(), varied, nil
		case strings.HasPrefix(after, "$"):
			out.WriteByte('$')
			rest = after[1:]
		case strings.HasPrefix(after, "{"):
			inside, behind, closed := strings.Cut(after[1:], "}")
			if !closed {
				return "", true, fmt.Errorf("a ${ without its }; a dollar before a brace is written $$")
			}
			value, err := variable(inside, lookup)
			if err != nil {
				return "", true, err
			}
			out.WriteString(value)
			rest, varied = behind, true
		default:
			out.WriteByte('$')
			rest = after
		}
	}
}

// variable is the value of what stands within ${ and }.
func variable(inside string, lookup func(string) (string, bool)) (string, error) {
	name, rest, qualified := strings.Cut(inside, ":")
	if !isVariable(name) {
		return "", fmt.Errorf("'%s' is no name of a variable; a dollar before a brace is written $$", name)
	}
	if qualified && !strings.HasPrefix(rest, "-") && !strings.HasPrefix(rest, "?") {
		return "", fmt.Errorf("after ${%s: comes - and a default, or ? and a message", name)
	}
	value, set := "", false
	if lookup != nil {
		value, set = lookup(name)
	}
	switch {
	case qualified && value == "" && rest[0] == '-':
		return rest[1:], nil
	case qualified && value == "":
		return "", fmt.Errorf("variable %s: %s", name, orWords(rest[1:], "it is not set"))
	case !set && lookup == nil:
		return "", fmt.Errorf("variable %s: there are no variables here; expand them before", name)
	case !set:
		return "", fmt.Errorf("variable %s is not set; ${%s:-…} gives it a default", name, name)
	}
	return value, nil
}

func orWords(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func isVariable(name string) bool {
	for i, r := range name {
		letter := r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// unexpanded is text as expand gives it back.
func unexpanded(text string) string {
	return strings.NewReplacer("$$", "$$$$", "${", "$${").Replace(text)
}
