package broker

import (
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"
)

func TestAlarmString(t *testing.T) {
	for alarm, want := range map[Alarm]string{
		0: "", LowMemory: "low on memory", LowDisk: "low on disk", LowMemory | LowDisk: "low on memory & low on disk",
	} {
		if got := alarm.String(); got != want {
			t.Errorf("%d is %q, want %q", alarm, got, want)
		}
	}
}

// gauge is a machine whose process holds so many pages of its memory.
func gauge(pages string) memory {
	return memory{fstest.MapFS{
		"proc/self/statm": {Data: []byte("99999 " + pages + " 10 5 0 5 0\n")},
		"proc/meminfo":    {Data: []byte("MemTotal:    1000 kB\nMemFree:  10 kB\n")},
	}}
}

// TestAlarms: alarms follow what is measured every second, and what is changed
// at once; who wants to know is told of every change, and the log too.
func TestAlarms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		a := newAlarms(AlarmOptions{Memory: Watermark{Share: 0.5}, Dir: "."}, slog.New(slog.NewTextHandler(&log, nil)))
		defer a.close()
		changes := 0
		a.watchers = append(a.watchers, func() { changes++ })
		expect := func(when string, alarm Alarm, told int) {
			t.Helper()
			synctest.Wait()
			if u := a.last.Load(); u.Alarm != alarm || changes != told {
				t.Errorf("%s: %v after %d changes, want %v after %d", when, u.Alarm, changes, alarm, told)
			}
		}
		a.memory = gauge("20") // 10 pages of its own
		a.start()
		expect("at the start", 0, 0)
		a.mu.Lock()
		a.memory = gauge("1000")
		a.mu.Unlock()
		time.Sleep(sampleEvery + time.Millisecond)
		expect("with much memory", LowMemory, 1)
		if u := a.last.Load(); u.MemoryLimit != 500<<10 || u.DiskFree <= 0 {
			t.Errorf("%+v", u)
		}
		a.change(func(o *AlarmOptions) { o.Total.Bytes = 600 << 10 })
		if u := a.last.Load(); u.MemoryLimit != 300<<10 {
			t.Errorf("half of 600 KiB is %d", u.MemoryLimit)
		}
		a.change(func(o *AlarmOptions) { o.Total = Watermark{Share: 0.5} })
		if u := a.last.Load(); u.MemoryLimit != 250<<10 {
			t.Errorf("half of half of 1000 KiB is %d", u.MemoryLimit)
		}
		a.change(func(o *AlarmOptions) { o.DiskFreeLimit = math.MaxInt64 })
		expect("with no disk", LowMemory|LowDisk, 2)
		a.change(func(o *AlarmOptions) { o.Memory = Watermark{Bytes: 1 << 40} })
		expect("with a high watermark", LowDisk, 3)
		a.change(func(o *AlarmOptions) { o.DiskFreeLimit, o.Memory = 0, Watermark{} })
		expect("without limits", 0, 4)
		if sets := strings.Count(log.String(), "alarm set"); sets != 2 || strings.Count(log.String(), "alarm cleared") != 2 {
			t.Error(log.String())
		}
	})
}

// TestAlarmsUnknownDisk: a directory that is not there is no alarm, and one
// line in the log.
func TestAlarmsUnknownDisk(t *testing.T) {
	var log strings.Builder
	a := newAlarms(AlarmOptions{DiskFreeLimit: 1, Dir: "testdata/nowhere"}, slog.New(slog.NewTextHandler(&log, nil)))
	a.sample()
	a.sample()
	if u := a.last.Load(); u.Alarm != 0 || strings.Count(log.String(), "\n") != 1 {
		t.Errorf("%+v, %s", u, log.String())
	}
}

// TestAlarmNext: who is short of something looks sooner.
func TestAlarmNext(t *testing.T) {
	for _, tt := range []struct {
		usage Usage
		want  time.Duration
	}{
		{Usage{}, sampleEvery},
		{Usage{MemoryUsed: 1 << 50, DiskFree: 1}, sampleEvery}, // no limits
		{Usage{MemoryUsed: 1 << 30, MemoryLimit: 14 << 30}, sampleEvery},
		{Usage{MemoryUsed: 100 << 20, MemoryLimit: 356 << 20}, sampleEvery / 4},
		{Usage{MemoryUsed: 150 << 20, MemoryLimit: 151 << 20}, sampleSoon},
		{Usage{MemoryUsed: 2 << 40, MemoryLimit: 1}, sampleSoon},
		{Usage{DiskFree: 600 << 20, DiskFreeLimit: 88 << 20}, sampleEvery / 2},
		{Usage{DiskFree: 600 << 20, DiskFreeLimit: 88 << 20, MemoryLimit: 256 << 20}, sampleEvery / 4},
	} {
		if got := tt.usage.next(); got != tt.want {
			t.Errorf("%+v: after %v, want %v", tt.usage, got, tt.want)
		}
	}
}

func TestMemoryTotal(t *testing.T) {
	meminfo := "MemTotal:       2048 kB\n"
	for name, tt := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"no group":         {map[string]string{}, 2 << 20},
		"no limit":         {map[string]string{"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max\n"}, 2 << 20},
		"a limit":          {map[string]string{"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "1000000\n"}, 1_000_000},
		"of the container": {map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1000000\n"}, 1_000_000},
		"further up": {map[string]string{
			"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/memory.max": "500000\n", "sys/fs/cgroup/a/b/memory.max": "1000000\n",
		}, 500_000},
		"more than there is": {map[string]string{"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "99000000\n"}, 2 << 20},
		"version 1": {map[string]string{
			"proc/self/cgroup": "12:cpu:/x\n4:hugetlb,memory:/docker/x\n0::/x\n",
			"sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes": "700000\n", "sys/fs/cgroup/x/memory.max": "max\n",
		}, 700_000},
		"version 1, no limit": {map[string]string{
			"proc/self/cgroup": "4:memory:/x\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 2 << 20},
		"elsewhere": {map[string]string{"proc/self/cgroup": "0::/../x\nnonsense\n", "sys/fs/cgroup/x/memory.max": "1\n"}, 1},
	} {
		root := fstest.MapFS{"proc/meminfo": {Data: []byte(meminfo)}}
		for file, text := range tt.files {
			root[file] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := (memory{root}).total(); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	if got := (memory{fstest.MapFS{}}).total(); got != 0 {
		t.Errorf("nothing known: %d", got)
	}
}

// TestMemoryUsed: what the system says, and what Go says, are about the same.
func TestMemoryUsed(t *testing.T) {
	held := make([]byte, 64<<20)
	for i := range held {
		held[i] = 1
	}
	for name, got := range map[string]int64{"here": thisMachine.used(), "elsewhere": (memory{fstest.MapFS{}}).used()} {
		if got < int64(len(held)) || got > 4<<30 {
			t.Errorf("%s: %d bytes while holding %d", name, got, len(held))
		}
	}
	held[0] = 2
}
