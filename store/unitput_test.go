package store_test

import (
	"testing"

	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/storetest"
)

// TestPutsAfterUnits: owners hear of everything, also of what is put while the
// writer takes up a unit that has submitted the same log.
func TestPutsAfterUnits(t *testing.T) {
	d := open(t, t.TempDir(), store.Options{NoSync: true})
	defer d.Close()
	const count, rounds = 32, 20_000
	logs, owners := make([]store.Log, count), make([]*storetest.Owner, count)
	for i := range logs {
		logs[i], owners[i] = openLog(t, d, uint64(i+1))
	}
	last, owner, seq := logs[count-1], owners[count-1], uint64(0)
	for round := range uint64(rounds) {
		u := d.Begin()
		for i, l := range logs[:count-1] {
			l.PutIn(u, storetest.Entries(uint64(i+1), round+1, round+1, 10))
		}
		seq++
		last.PutIn(u, storetest.Entries(count, seq, seq, 10))
		u.Commit()
		for range 60 {
			seq++
			last.Put(storetest.Entries(count, seq, seq, 10))
		}
		must(t, owner.Wait(seq))
	}
	for i := range logs[:count-1] {
		must(t, owners[i].Wait(rounds))
	}
	if s := d.Stat(); s.StagedBytes != 0 {
		t.Errorf("%d bytes still count as staged: some owner was not told", s.StagedBytes)
	}
}
