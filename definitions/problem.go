package definitions

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Place is where something stands in a file; a line or column of 0 is not
// known.
type Place struct {
	File         string
	Line, Column int
}

// String is the place as editors and compilers write it: file:line:column.
func (p Place) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Problem is something wrong in a definitions file, or only doubtful.
type Problem struct {
	Place
	Text    string
	Doubt   bool      // it can be applied as it is
	Outside bool      // what it names is in no file; a broker may have it
	Needs   *Exchange // that, if it is an exchange; only its vhost and name
}

// Error implements error.
func (p Problem) Error() string {
	if p.Doubt {
		return p.Place.String() + ": warning: " + p.Text
	}
	return p.Place.String() + ": " + p.Text
}

// Problems is all that is wrong with a file or several, as one error.
type Problems []Problem

// maxProblems bounds how many problems of a file are told.
const maxProblems = 200

// Error implements error, with a line for each.
func (ps Problems) Error() string {
	lines := make([]string, 0, len(ps))
	for _, p := range ps[:min(len(ps), maxProblems)] {
		lines = append(lines, p.Error())
	}
	if more := len(ps) - maxProblems; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// orNil is ps as an error, or nil when there are none.
func (ps Problems) orNil() error {
	if len(ps) == 0 {
		return nil
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return ps
}
