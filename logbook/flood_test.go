package logbook

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestFlood: a warning that repeats itself is left out, and how often is said;
// other lines are not held up.
func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		b := New(slog.LevelInfo)
		log := slog.New(b.Keep(slog.NewTextHandler(&out, nil)))
		for range warnBurst + 70 {
			log.Warn("again")
		}
		log.Info("other")
		if n := strings.Count(out.String(), "msg=again"); n != warnBurst || !strings.Contains(out.String(), "msg=other") {
			t.Errorf("said %d times, want %d", n, warnBurst)
		}
		time.Sleep(2 * time.Second)
		out.Reset()
		log.Warn("again")
		if want := `text=again count=70`; !strings.Contains(out.String(), want) || strings.Count(out.String(), "\n") != 2 {
			t.Errorf("after a while: %s", out.String())
		}
		for range 2*warnRate + 5 {
			log.Warn("again")
		}
		if n := strings.Count(out.String(), "msg=again"); n != 2*warnRate {
			t.Errorf("said %d times after two seconds, want %d", n, 2*warnRate)
		}
	})
}

// TestFloodIsBounded: many texts do not fill the memory.
func TestFloodIsBounded(t *testing.T) {
	var f flood
	for i := range 3 * maxTexts {
		if ok, _ := f.take(time.Now(), slog.LevelInfo, strings.Repeat("x", i)); !ok || len(f.texts) > maxTexts {
			t.Fatalf("text %d: said %v, %d texts are remembered", i, ok, len(f.texts))
		}
	}
}

// TestCategories: a kind of lines has a level of its own, above or below.
func TestCategories(t *testing.T) {
	b := New(slog.LevelWarn)
	log := slog.New(b.Keep(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug})))
	connection, channel := log.With(Category, "connection"), log.With(Category, "channel").With("id", 1)
	say := func() (said string) {
		last := b.last
		log.Info("none")
		connection.Info("connection")
		channel.Error("channel")
		for _, l := range b.Lines(Choice{After: last, Least: slog.LevelDebug, Most: 9}) {
			said += l.Text + " "
		}
		return said
	}
	for _, tt := range []struct {
		own  map[string]slog.Level
		want string
	}{
		{nil, "channel "},
		{map[string]slog.Level{"connection": slog.LevelDebug}, "connection channel "},
		{map[string]slog.Level{"channel": None}, ""},
	} {
		b.SetCategories(tt.own)
		if got := say(); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.own, got, tt.want)
		}
	}
}

// TestFile: what is full is put aside, the oldest goes, and no line is torn.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.log")
	f, err := OpenFile(path, Rotation{Bytes: 10, Keep: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, line := range []string{"one\n", "two\n", "three\n", "a line too long\n", "four\n"} {
		if _, err := f.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	expectFiles(t, path, "four\n", "a line too long\n", "three\n")
	if err := f.Rotate(); err != nil {
		t.Fatal(err)
	}
	f.SetRotation(Rotation{Bytes: 1000, Keep: 1})
	f.Write([]byte("five\n"))
	expectFiles(t, path, "five\n", "four\n", "a line too long\n")

	// Somebody else moves it, as logrotate does.
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	if err := f.Rotate(); err != nil {
		t.Fatal(err)
	}
	f.Write([]byte("six\n"))
	expectFiles(t, path, "six\n", "four\n")
	if again, err := OpenFile(path, Rotation{}); err != nil {
		t.Error(err)
	} else {
		again.Write([]byte("seven\n"))
		again.Close()
	}
	expectFiles(t, path, "six\nseven\n", "four\n")
}

// TestFileAge: an old file is put aside; one that cannot be is written on.
func TestFileAge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.log")
	f, err := OpenFile(path, Rotation{Age: time.Hour, Keep: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.Write([]byte("old\n"))
	f.Write([]byte("older\n"))
	f.began = f.began.Add(-2 * time.Hour)
	f.Write([]byte("new\n"))
	expectFiles(t, path, "new\n", "old\nolder\n")

	if err := os.Remove(path + ".1"); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(path+".1/full", 0o700); err != nil { // rename fails
		t.Fatal(err)
	}
	f.began = f.began.Add(-2 * time.Hour)
	if _, err := f.Write([]byte("more\n")); err != nil {
		t.Error(err)
	}
	expectFiles(t, path, "new\nmore\n")
}

// expectFiles compares path, path.1 and so on.
func expectFiles(t *testing.T, path string, want ...string) {
	t.Helper()
	f := File{path: path}
	for i, text := range want {
		if got, err := os.ReadFile(f.aside(i)); err != nil || string(got) != text {
			t.Errorf("%s has %q, %v; want %q", filepath.Base(f.aside(i)), got, err, text)
		}
	}
}
