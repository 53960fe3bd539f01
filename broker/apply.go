package broker

import (
	"errors"
	"fmt"

	"github.com/hutchmq/hutchmq/definitions"
)

// ApplyOptions says how far Apply may go.
type ApplyOptions struct {
	Prune   bool // delete what the owner of the definitions made and does not describe any more
	Replace bool // change or make anew what is there otherwise, or is another owner's
	Discard bool // with the messages that are in it
	// Progress is told how many of all are done, if it is not nil.
	Progress func(done, of int)
}

// Apply makes the broker what the definitions say, all of it or nothing: first
// everything is checked, and what conflicts comes back as a *ConflictError;
// then what is done is undone when something fails after all. The messages of a
// queue that was deleted do not come back. What is not described stays, unless
// it is pruned.
func (b Acting) Apply(docs []*definitions.Definitions, o ApplyOptions) ([]Intent, error) {
	b.applying.Lock()
	defer b.applying.Unlock()
	list := b.plan(docs, o)
	if found := conflicts(list); len(found) > 0 {
		return list, &ConflictError{found}
	}
	w := work{b: b}
	if err := w.do(list, o.Progress); err != nil {
		return list, errors.Join(err, w.undo())
	}
	return list, nil
}

// Import applies d, and neither replaces nor deletes anything.
func (b Acting) Import(d *definitions.Definitions) error {
	_, err := b.Apply([]*definitions.Definitions{d}, ApplyOptions{})
	return err
}

// work is a plan that is being carried out.
type work struct {
	b    Acting
	back []func() error // undo what was done, the last first
}

func (w *work) do(list []Intent, progress func(done, of int)) error {
	if err := w.own(list, Create); err != nil {
		return err
	}
	for i := range list {
		if err := w.one(&list[i]); err != nil {
			return list[i].failed(err)
		}
		if progress != nil {
			progress(i+1, len(list))
		}
	}
	return errors.Join(w.own(list, Recreate), w.own(list, Change))
}

// own notes in whose name records are made: before they are, so that none is
// there without. What was only changed is taken from another owner, but not
// from nobody.
func (w *work) own(list []Intent, deed Deed) error {
	of := map[string][]definitions.Record{}
	for _, i := range list {
		if i.Deed == deed && i.owner != "" && (deed != Change || w.b.Owner(i.is) != "") {
			of[i.owner] = append(of[i.owner], i.is)
		}
	}
	for owner, records := range of {
		if err := w.b.own(owner, records...); err != nil {
			return err
		}
	}
	return nil
}

// one carries out an intent, and notes how to undo it.
func (w *work) one(i *Intent) error {
	b := w.b
	switch {
	case i.Deed == Create:
		w.undoing(func() error { return b.remove(i.is) })
		return b.importRecord(i.is)
	case i.amend != nil:
		return w.amend(i)
	case i.Deed == Change:
		w.undoing(func() error { return b.restore(i.was) })
		return b.importRecord(i.is)
	case i.Deed == Recreate:
		return w.recreate(i)
	case i.Deed == Remove:
		owner := b.Owner(i.was)
		w.undoing(func() error { return errors.Join(b.restore(i.was), b.own(owner, i.was)) })
		return b.remove(i.was)
	}
	return nil
}

func (w *work) undoing(back func() error) { w.back = append(w.back, back) }

// undo takes everything back, and tells what could not be.
func (w *work) undo() error {
	var errs []error
	for i := len(w.back) - 1; i >= 0; i-- {
		if err := w.back[i](); err != nil {
			errs = append(errs, fmt.Errorf("could not be undone: %w", err))
		}
	}
	return errors.Join(errs...)
}
