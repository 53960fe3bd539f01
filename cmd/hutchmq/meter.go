package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/dustin/go-humanize"
	"golang.org/x/term"
)

// meter shows how far something long has come, if anybody looks.
type meter struct {
	out   io.Writer // nil: nobody does
	what  string
	began time.Time
	shown time.Time
	bytes int64
}

const meterEvery = 200 * time.Millisecond

func newMeter(what string) *meter {
	m := &meter{what: what, began: time.Now()}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		m.out = os.Stderr
	}
	return m
}

// Write implements io.Writer: it counts.
func (m *meter) Write(b []byte) (int, error) {
	m.at(m.bytes + int64(len(b)))
	return len(b), nil
}

// at shows that so many bytes are done.
func (m *meter) at(bytes int64) {
	m.bytes = bytes
	if now := time.Now(); m.out != nil && now.Sub(m.shown) >= meterEvery {
		m.shown = now
		rate := float64(bytes) / max(now.Sub(m.began).Seconds(), 0.001)
		fmt.Fprintf(m.out, "\r%s: %s, %s/s\x1b[K", m.what, size(bytes), size(int64(rate)))
	}
}

// end clears the line.
func (m *meter) end() {
	if m.out != nil {
		fmt.Fprint(m.out, "\r\x1b[K")
	}
}

// size prints bytes.
func size(n int64) string { return humanize.IBytes(uint64(max(n, 0))) }
