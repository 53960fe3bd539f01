package definitions

import "context"

// Change sets or deletes one record. For a deletion only what identifies the
// record matters.
type Change struct {
	Record Record
	Delete bool
}

// Log puts changes in order, and keeps them. A node on its own writes them to
// its store; in a cluster the members agree. Callers cannot tell which.
type Log interface {
	// Propose returns when c is stored and every follower of this node has
	// applied it.
	Propose(ctx context.Context, c Change) error
	// Follow calls apply for every change from now on, in order, one at a time.
	Follow(apply func(index uint64, c Change)) error
}
