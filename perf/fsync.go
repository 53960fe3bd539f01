package perf

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// What is synced: blocks of a file that was written before, so that there is
// nothing to allocate, as a journal does it.
const (
	syncBlock = 4 << 10
	syncFile  = 16 << 20
)

// fsync prints how long syncs take, until time is up, which is 5 s unless the
// user says otherwise.
func (c *Command) fsync(ctx context.Context, l *Load) error {
	if l.Duration == 0 {
		l.Duration = 5 * time.Second
	}
	report, err := runFsync(ctx, l)
	if err != nil {
		return err
	}
	return report.print(c.Out, l.JSON)
}

// runFsync writes and syncs one block after the other in l.Dir, and tells how
// long each took.
func runFsync(ctx context.Context, l *Load) (*Report, error) {
	name := filepath.Join(l.Dir, l.ID+".fsync")
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	defer os.Remove(name)
	defer file.Close()
	if _, err := file.Write(make([]byte, syncFile)); err != nil {
		return nil, err
	}
	if err := file.Sync(); err != nil {
		return nil, err
	}
	took, block, began := new(histogram), make([]byte, syncBlock), time.Now()
	syncing, stop := within(ctx, l.Duration)
	defer stop()
	n := uint64(0)
	for ; syncing.Err() == nil; n++ {
		at := now()
		if _, err := file.WriteAt(block, int64(n*syncBlock%syncFile)); err != nil {
			return nil, err
		}
		if err := syncData(file); err != nil {
			return nil, fmt.Errorf("fdatasync: %w", err)
		}
		took.record(now()-at, 1)
	}
	seconds, all := time.Since(began).Seconds(), new(distribution)
	all.add(took)
	return &Report{
		ID: l.ID, Scenario: "fsync", Broker: filepath.Clean(l.Dir), Seconds: seconds,
		Things: "synced", Count: n, PerSecond: float64(n) / seconds, CycleLatency: all.quantiles(),
	}, nil
}
