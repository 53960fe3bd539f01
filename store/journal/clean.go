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
func (j *Journal) markClean() error {
	f, err := j.fs.Create(cleanName)
	if err != nil {
		return err
	}
	if err = f.Sync(); err == nil {
		err = j.fs.SyncDir()
	}
	f.Close()
	return err
}
