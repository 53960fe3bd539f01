package broker

import (
	"fmt"
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
)

// Deed is what is done with a record when definitions are applied.
type Deed string

// The deeds.
const (
	Create   Deed = "create"
	Change   Deed = "change"   // in its place
	Recreate Deed = "recreate" // it is deleted, made anew and bound again
	Remove   Deed = "delete"   // it was made under the same owner, and is described no more
	Keep     Deed = "keep"     // it is there, as it is described
	Conflict Deed = "conflict" // nothing of all can be done because of it
	Ignore   Deed = "ignore"   // nothing here acts on it
)

// Intent is what would be done with one record, and why not. Neither record
// has a password, nor a hash of one.
type Intent struct {
	Deed   Deed
	Was    definitions.Record // nil: nothing
	Is     definitions.Record // as it is described; what Was is when it is deleted
	Reason string             // of a conflict

	err     error
	owner   string             // in whose name
	was, is definitions.Record // with their passwords
	amend   amqp.Table         // arguments of a queue that change
}

// ConflictError says why definitions cannot be applied. Nothing was changed.
type ConflictError struct{ Intents []Intent }

// maxConflicts bounds how many conflicts an error tells of.
const maxConflicts = 50

// Error implements error, with a line for each conflict.
func (e *ConflictError) Error() string {
	var lines []string
	for _, i := range e.Intents[:min(len(e.Intents), maxConflicts)] {
		lines = append(lines, i.failed(i.err).Error())
	}
	if more := len(e.Intents) - maxConflicts; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the errors of the conflicts.
func (e *ConflictError) Unwrap() []error {
	errs := make([]error, len(e.Intents))
	for i := range e.Intents {
		errs[i] = e.Intents[i].err
	}
	return errs
}

// failed is err, with what it is about.
func (i *Intent) failed(err error) error { return fmt.Errorf("%s: %w", describe(i.is), err) }

// conflict makes an intent one that cannot be carried out.
func (i *Intent) conflict(err error) {
	i.Deed, i.err, i.Reason = Conflict, err, reasonOf(err)
}

// conflicts are those of list.
func conflicts(list []Intent) []Intent {
	var found []Intent
	for _, i := range list {
		if i.Deed == Conflict {
			found = append(found, i)
		}
	}
	return found
}
