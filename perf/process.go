package perf

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// process is a process of this machine that a broker runs in, with all that
// descends from it.
type process struct {
	name string // of the broker; may be empty
	pid  int
}

// usage is what processes have used, and hold.
type usage struct {
	cpu      time.Duration
	rssBytes int64
}

// userHz is the unit of times in /proc/PID/stat, the same on every Linux that
// programs see.
const userHz = 100

// usage reads what the process and its descendants use. Linux alone tells.
func (p process) usage() (u usage, err error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		return u, fmt.Errorf("CPU and memory of a process are read from /proc, which is not here")
	}
	all := map[int]stat{}
	for _, file := range stats {
		if text, err := os.ReadFile(file); err == nil { // else it has just ended
			s, ok := parseStat(string(text))
			if ok {
				all[s.pid] = s
			}
		}
	}
	if _, ok := all[p.pid]; !ok {
		return u, fmt.Errorf("no process %d", p.pid)
	}
	for _, s := range all {
		if descends(all, s.pid, p.pid) {
			u.cpu += s.cpu
			u.rssBytes += s.rssBytes
		}
	}
	return u, nil
}

// descends reports whether a process is another, or was started by it, or by
// one that was.
func descends(all map[int]stat, pid, from int) bool {
	for range len(all) { // a table read while it changes might have a circle
		if pid == from {
			return true
		}
		s, ok := all[pid]
		if !ok {
			return false
		}
		pid = s.parent
	}
	return false
}

// stat is one line of /proc/PID/stat.
type stat struct {
	pid, parent int
	cpu         time.Duration // with that of children that have ended
	rssBytes    int64
}

// parseStat reads a line: "12 (a name) S 1 …".
func parseStat(line string) (s stat, ok bool) {
	open, end := strings.IndexByte(line, '('), strings.LastIndexByte(line, ')')
	if open < 0 || end < open {
		return s, false
	}
	fields := strings.Fields(line[end+1:])
	if len(fields) < 22 {
		return s, false
	}
	number := func(field string) int64 {
		n, err := strconv.ParseInt(strings.TrimSpace(field), 10, 64)
		ok = ok && err == nil
		return n
	}
	ok = true
	s.pid, s.parent = int(number(line[:open])), int(number(fields[1]))
	var ticks int64
	for _, f := range fields[11:15] {
		ticks += number(f)
	}
	s.cpu = time.Duration(ticks) * time.Second / userHz
	s.rssBytes = number(fields[21]) * int64(os.Getpagesize())
	return s, ok
}

// processes is a flag that names processes.
type processes struct{ to *[]process }

// Set implements flag.Value.
func (v processes) Set(s string) error {
	for one := range strings.SplitSeq(s, ",") {
		name, number, named := strings.Cut(one, "=")
		if !named {
			name, number = "", one
		}
		pid, err := strconv.Atoi(number)
		if err != nil || pid < 1 {
			return fmt.Errorf("want the number of a process, or NAME=PID")
		}
		*v.to = append(*v.to, process{name, pid})
	}
	return nil
}

// String implements flag.Value.
func (processes) String() string { return "" }
