package main

import (
	"errors"
	"os"

	"golang.org/x/term"

	"github.com/hutchmq/hutchmq/ctl"
)

// tty is the terminal of a process, wherever its input comes from.
const tty = "/dev/tty"

// openScreen is the terminal, nil if there is none. It is not touched before
// it is taken over.
func openScreen() *ctl.Screen {
	keys, err := os.OpenFile(tty, os.O_RDONLY, 0)
	if err != nil {
		return nil
	}
	return &ctl.Screen{
		Keys: keys,
		Size: func() (columns, lines int) {
			columns, lines, err := term.GetSize(int(os.Stdout.Fd()))
			if err != nil || columns < 1 || lines < 1 {
				return 80, 24
			}
			return columns, lines
		},
		Raw: func() (back func(), err error) { return makeRaw(keys) },
	}
}

// makeRaw has keys come at once. It leaves f to Go's poller, so that closing
// it ends a read: Fd would not.
func makeRaw(f *os.File) (back func(), err error) {
	c, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	var before *term.State
	if e := c.Control(func(fd uintptr) { before, err = term.MakeRaw(int(fd)) }); e != nil || err != nil {
		return nil, errors.Join(e, err)
	}
	return func() {
		c.Control(func(fd uintptr) { term.Restore(int(fd), before) })
	}, nil
}
