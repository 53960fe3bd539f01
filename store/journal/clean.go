package journal

const cleanName = "clean"

// unmarkClean removes the mark of a clean end, durably, before anything else
// is written.
func (j *Journal) unmarkClean() error {
	if err := j.fs.Remove(cleanName); err != nil {
		return err
	}
	return j.fs.SyncDir()
}

// markClean tells the next Open that nothing is missing.
func (j *Journal) markClean() error { return MarkClean(j.fs) }

// MarkClean does so for a journal that nobody has open: one that was put
// together of the pieces of one that was clean.
func MarkClean(fs FS) error {
	f, err := fs.Create(cleanName)
	if err != nil {
		return err
	}
	if err = f.Sync(); err == nil {
		err = fs.SyncDir()
	}
	f.Close()
	return err
}
