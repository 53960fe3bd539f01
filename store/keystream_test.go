package store_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/internal/testkit/faultfs"
	"github.com/hutchmq/hutchmq/store/journal"
	"github.com/hutchmq/hutchmq/store/storetest"
)

// TestKeyStreamIsUsedOnce loses power again and again: no byte of a segment is
// ever written twice with the same key, whatever the crash left of the first
// time.
func TestKeyStreamIsUsedOnce(t *testing.T) {
	for i := range 6 {
		seed := uint64(i)
		if i >= 3 {
			seed = rand.Uint64()
		}
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 4))
			disk, w, dir := faultfs.New(seed), &watch{uses: map[string]*use{}, ids: map[string]bool{}}, t.TempDir()
			o := small(masterKey(t, 1))
			last := uint64(0)
			for range 12 {
				o.FS = watched{disk.Mount(), w}
				d := open(t, dir, o)
				l, owner := openLog(t, d, 1)
				for range 5 + r.IntN(60) {
					es := storetest.Entries(1, last+1, last+1+uint64(r.IntN(12)), r.IntN(900))
					last = es[len(es)-1].Seq
					l.Put(es)
					if r.IntN(3) == 0 {
						must(t, owner.Wait(last))
						l.SettleRange(0, 0, last-uint64(r.IntN(5)))
					}
				}
				if r.IntN(4) == 0 {
					time.Sleep(time.Millisecond)
				}
				if r.IntN(5) > 0 {
					disk.Crash(r.IntN(2) == 0)
				}
				d.Close()
			}
			if w.twice != "" {
				t.Error(w.twice)
			}
			if w.bytes < 50_000 || w.ends == 0 {
				t.Errorf("%d bytes and %d ends were written: that shows nothing", w.bytes, w.ends)
			}
		})
	}
}

// watch is what was ever written to segments, through crashes.
type watch struct {
	mu    sync.Mutex
	uses  map[string]*use // by the name of the file: the last one
	ids   map[string]bool
	twice string
	bytes int
	ends  int // written by a start, in the clear
}

// use is one of a file: which bytes were written.
type use struct{ written []bool }

const segmentHeader = 36

func (w *watch) fault(format string, a ...any) {
	if w.twice == "" {
		w.twice = fmt.Sprintf(format, a...)
	}
}

// write takes what is written to a segment.
func (w *watch) write(name string, p []byte, off int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if off == 0 {
		id := name + string(p[16:24])
		if w.ids[id] {
			w.fault("%s has a key that it had before", name)
		}
		w.ids[id] = true
		w.uses[name] = &use{make([]bool, binary.LittleEndian.Uint64(p[24:]))}
		off, p = segmentHeader, p[segmentHeader:]
	}
	if len(p) == 11 && bytes.Equal(p[:4], []byte{3, 0, 0, 0}) && bytes.Equal(p[8:], []byte{byte(journal.KindEnd), 0, 0}) {
		w.ends++
		return
	}
	p = bytes.TrimRight(p, "\x00") // what is written ahead is in the clear
	w.bytes += len(p)
	for i := range p {
		at := &w.uses[name].written[off+int64(i)]
		if *at {
			w.fault("%s: the byte at %d is encrypted twice", name, off+int64(i))
			return
		}
		*at = true
	}
}

// watched is a file system that tells a watch.
type watched struct {
	journal.FS
	w *watch
}

func (f watched) Open(name string) (journal.File, error)   { return f.file(name)(f.FS.Open(name)) }
func (f watched) Create(name string) (journal.File, error) { return f.file(name)(f.FS.Create(name)) }

func (f watched) file(name string) func(journal.File, error) (journal.File, error) {
	return func(file journal.File, err error) (journal.File, error) {
		if err != nil || !strings.HasSuffix(name, ".seg") {
			return file, err
		}
		return watchedFile{file, name, f.w}, nil
	}
}

type watchedFile struct {
	journal.File
	name string
	w    *watch
}

func (f watchedFile) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.File.WriteAt(p, off)
	if err == nil {
		f.w.write(f.name, p, off)
	}
	return n, err
}
