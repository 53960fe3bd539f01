package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/drain"
)

// drainLine tells on stderr how far a drain has come: in one line that changes
// if that is a terminal, and else in one every ten seconds.
type drainLine struct {
	mu       sync.Mutex
	terminal bool
	shown    time.Time
	before   uint64 // moved when a line was shown
}

const drainLineEvery = 10 * time.Second

func newDrainLine() *drainLine {
	now := time.Now()
	return &drainLine{terminal: isTerminal(os.Stderr), shown: now}
}

func (l *drainLine) tell(p drain.Progress) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if !l.terminal && (now.Sub(l.shown) < drainLineEvery || p.Moved == l.before && !p.Blocked) {
		return
	}
	text := fmt.Sprintf("drain: %d of %d, %.0f/s", p.Moved, p.Found, float64(p.Moved-l.before)/max(now.Sub(l.shown).Seconds(), 0.001))
	if p.Blocked {
		text += ", the target is blocked by an alarm"
	}
	l.shown, l.before = now, p.Moved
	if l.terminal {
		fmt.Fprintf(os.Stderr, "\r%s\x1b[K", text)
		return
	}
	fmt.Fprintln(os.Stderr, text)
}

// say prints a line of its own.
func (l *drainLine) say(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	fmt.Fprintln(os.Stderr, line)
}

func (l *drainLine) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
}

func (l *drainLine) clear() {
	if l.terminal {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
}
