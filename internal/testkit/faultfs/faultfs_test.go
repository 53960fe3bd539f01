package faultfs

import (
	"bytes"
	"errors"
	"slices"
	"syscall"
	"testing"
)

func TestCrashLosesWhatWasNotSynced(t *testing.T) {
	for _, torn := range []bool{false, true} {
		d := New(7)
		fs := d.Mount()
		f, err := fs.Create("a")
		if err != nil {
			t.Fatal(err)
		}
		old, young := bytes.Repeat([]byte{1}, 100*blockBytes), bytes.Repeat([]byte{2}, 100*blockBytes)
		_, err = f.WriteAt(old, 0)
		if err := errors.Join(err, f.Sync(), fs.SyncDir()); err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt(young, 0); err != nil {
			t.Fatal(err)
		}
		d.Crash(torn)
		if _, err := f.WriteAt(young, 0); !errors.Is(err, ErrGone) {
			t.Fatalf("wrote without power: %v", err)
		}
		if f, err = d.Mount().Open("a"); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(old))
		if _, err := f.ReadAt(got, 0); err != nil {
			t.Fatal(err)
		}
		kept := 0
		for b := range slices.Chunk(got, blockBytes) {
			if bytes.Equal(b, young[:blockBytes]) {
				kept++
			} else if !bytes.Equal(b, old[:blockBytes]) {
				t.Fatal("a block is neither old nor young")
			}
		}
		if torn != (kept > 20 && kept < 80) || !torn && kept > 0 {
			t.Errorf("torn %v: %d unsynced blocks of 100 are there", torn, kept)
		}
	}
}

func TestFaults(t *testing.T) {
	d := New(1)
	fs := d.Mount()
	f, err := fs.Create("a")
	if err != nil {
		t.Fatal(err)
	}
	d.FailWrite(2)
	d.FailSync(1)
	var errs []error
	for range 3 {
		_, err := f.WriteAt([]byte("x"), 0)
		errs = append(errs, err)
	}
	if errs[0] != nil || !errors.Is(errs[1], ErrFault) || errs[2] != nil {
		t.Errorf("three writes, the second to fail: %v", errs)
	}
	if err := f.Sync(); !errors.Is(err, ErrFault) {
		t.Errorf("sync: %v", err)
	}
	d.SetCapacity(100)
	if err := f.Allocate(101); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("allocated more than there is: %v", err)
	}
}
