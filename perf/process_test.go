package perf

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	const tail = " 7 8 9 0 -1 4 1 0 0 0 100 20 3 1 20 0 1 0 99 4096 25 rest"
	for line, want := range map[string]stat{
		"12 (beam.smp) S" + tail:          {12, 7, 1240 * time.Millisecond, 25 * int64(os.Getpagesize())},
		"12 (a ) name (x) with) S" + tail: {12, 7, 1240 * time.Millisecond, 25 * int64(os.Getpagesize())},
		"12 (short) S 1 2 3":              {},
		"12 no brackets":                  {},
		"x (y) S" + tail:                  {},
		"12 )( S" + tail:                  {},
	} {
		s, ok := parseStat(line)
		if ok != (want != stat{}) || ok && s != want {
			t.Errorf("%s: %+v %v, want %+v", line, s, ok, want)
		}
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add("12 (beam.smp) S 7 8 9 0 -1 4 1 0 0 0 100 20 3 1 20 0 1 0 99 4096 25 rest")
	f.Fuzz(func(t *testing.T, line string) { parseStat(line) })
}

func TestDescends(t *testing.T) {
	all := map[int]stat{1: {pid: 1}, 5: {pid: 5, parent: 1}, 6: {pid: 6, parent: 5}, 7: {pid: 7, parent: 1}, 8: {pid: 8, parent: 9}, 9: {pid: 9, parent: 8}}
	for pid, want := range map[int]bool{1: false, 5: true, 6: true, 7: false, 8: false, 9: false} {
		if descends(all, pid, 5) != want {
			t.Errorf("%d descends from 5: %v", pid, !want)
		}
	}
}

// TestUsage: a child counts for its parent.
func TestUsage(t *testing.T) {
	if runtime.GOOS != "linux" {
		if _, err := (process{pid: os.Getpid()}).usage(); err == nil {
			t.Error("usage is known, and nobody knows how")
		}
		return
	}
	alone, err := process{pid: os.Getpid()}.usage()
	if err != nil || alone.rssBytes < 1<<20 {
		t.Fatalf("this process uses %+v, %v", alone, err)
	}
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	defer child.Process.Kill()
	of, err := process{pid: child.Process.Pid}.usage()
	if err != nil || of.rssBytes == 0 {
		t.Fatalf("the child uses %+v, %v", of, err)
	}
	if _, err := (process{pid: 1 << 30}).usage(); err == nil {
		t.Error("a process that is not there is known")
	}
}
