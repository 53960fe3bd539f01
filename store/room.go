package store

// WaitRoom implements Store.
func (d *Disk) WaitRoom() {
	if !d.crowded() {
		return
	}
	d.room.Lock()
	defer d.room.Unlock()
	for d.crowded() {
		d.roomy.Wait()
	}
}

func (d *Disk) crowded() bool {
	return d.staged.Load() > d.o.StagedBytes && !d.closed.Load() && d.Failed() == nil
}

// stage counts n more bytes that wait for the writer, or fewer.
func (d *Disk) stage(n int64) {
	after := d.staged.Add(n)
	if n < 0 && after <= d.o.StagedBytes && after-n > d.o.StagedBytes {
		d.wakeRoom()
	}
}

func (d *Disk) wakeRoom() {
	d.room.Lock()
	d.roomy.Broadcast()
	d.room.Unlock()
}
