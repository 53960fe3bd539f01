package broker

import (
	"io/fs"
	"os"
	"path"
	"runtime/metrics"
	"strconv"
	"strings"
)

// MemoryTotal is how many bytes of memory there are for this process: the
// machine's, or what its control groups allow. 0 means that nobody knows.
func MemoryTotal() int64 { return thisMachine.total() }

// memory reads what Linux tells of it, in files below root.
type memory struct{ root fs.FS }

var thisMachine = memory{os.DirFS("/")}

// used is how many bytes of memory the process has to itself. Files that it
// has mapped do not count: the system takes those pages back when it wants
// them.
func (m memory) used() int64 {
	words := m.words("proc/self/statm")
	if len(words) < 3 {
		return goMemory()
	}
	resident, shared := number(words[1]), number(words[2])
	return (resident - shared) * int64(os.Getpagesize())
}

// goMemory is what Go has from the system: a little less than used, and known
// everywhere.
func goMemory() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64() - s[1].Value.Uint64())
}

// total is how many bytes of memory there are for the process: the machine's,
// or what its control groups allow. 0 means that nobody knows.
func (m memory) total() (total int64) {
	words := m.words("proc/meminfo")
	for i, w := range words {
		if w == "MemTotal:" && i+1 < len(words) {
			total = number(words[i+1]) << 10
		}
	}
	for _, file := range m.groupLimits() {
		words := m.words(file) // "max" is none
		if len(words) == 1 && number(words[0]) > 0 {
			total = min(total, number(words[0]))
		}
	}
	return total
}

// groupLimits are the files that may hold a limit: of the control group of the
// process, and of those it is in. A line of proc/self/cgroup is "0::/a/b" in
// version 2, "5:memory:/a/b" in version 1.
func (m memory) groupLimits() (files []string) {
	for _, line := range m.words("proc/self/cgroup") {
		_, line, _ = strings.Cut(line, ":")
		controllers, group, ok := strings.Cut(line, ":")
		at, file := "sys/fs/cgroup", "memory.max"
		switch {
		case !ok:
			continue
		case strings.Contains(","+controllers+",", ",memory,"):
			at, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		case controllers != "":
			continue
		}
		for group = path.Clean("/" + group); ; group = path.Dir(group) {
			files = append(files, path.Join(at, group, file))
			if group == "/" {
				break
			}
		}
	}
	return files
}

func (m memory) words(file string) []string {
	text, _ := fs.ReadFile(m.root, file) // what cannot be read says nothing
	return strings.Fields(string(text))
}

// number is a whole number, or 0 for anything else.
func number(word string) int64 {
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
