// Package systemd tells systemd how its service fares: that it is ready, what
// it does, that it is well. It knows nothing of brokers, and does nothing in a
// process that systemd did not start.
package systemd

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// writeTimeout bounds how long a word may wait in the socket of a systemd that
// does not listen.
const writeTimeout = time.Second

// Service is this process as systemd sees it. A nil Service is one that nobody
// asked to be told about, and its methods do nothing. Anybody may call them.
type Service struct {
	conn     *net.UnixConn
	watchdog time.Duration // 0: nobody waits for pings
	watching sync.WaitGroup
	done     chan struct{} // closed by Close
}

// Dial finds the systemd that started this process, by the variables that it
// sets. Without them the Service is nil, and there is no error.
func Dial(lookup func(name string) (string, bool)) (*Service, error) {
	address, _ := lookup("NOTIFY_SOCKET")
	if address == "" {
		return nil, nil
	}
	// An address that begins with @ is abstract, for package net as for systemd.
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		return nil, fmt.Errorf("cannot tell systemd: %w", err)
	}
	return &Service{conn: conn, watchdog: watchdog(lookup), done: make(chan struct{})}, nil
}

// watchdog is how often systemd wants to hear from this process, 0 if it does
// not care, or cares for another process.
func watchdog(lookup func(string) (string, bool)) time.Duration {
	if pid, set := lookup("WATCHDOG_PID"); set && pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	text, _ := lookup("WATCHDOG_USEC")
	us, err := strconv.ParseInt(text, 10, 64)
	if err != nil || us <= 0 || us > int64(24*time.Hour/time.Microsecond) {
		return 0
	}
	return time.Duration(us) * time.Microsecond
}

// Status says in a line what the process does.
func (s *Service) Status(line string) { s.say("", line) }

// Ready says that clients are served. After Reloading it says that this is
// done.
func (s *Service) Ready(line string) { s.say("READY=1\n", line) }

// Reloading says that the configuration is being read again, until Ready.
func (s *Service) Reloading() { s.say("RELOADING=1\n", "reloading the configuration") }

// Stopping says that the process will end.
func (s *Service) Stopping() { s.say("STOPPING=1\n", "stopping") }

// Watch pings the watchdog, if there is one, for as long as failed returns nil
// and until Close. Without pings systemd ends the process, and starts it again
// if the unit says so. It is called once.
func (s *Service) Watch(failed func() error) {
	if s == nil || s.watchdog == 0 {
		return
	}
	s.watching.Go(func() {
		t := time.NewTicker(s.watchdog / 3) // two may be late
		defer t.Stop()
		for said := ""; ; {
			if err := failed(); err == nil {
				s.write("WATCHDOG=1")
			} else if text := err.Error(); text != said {
				said = text
				s.Status("failed: " + text)
			}
			select {
			case <-s.done:
				return
			case <-t.C:
			}
		}
	})
}

// Close ends Watch. It is called once, when the process is about to end.
func (s *Service) Close() {
	if s == nil {
		return
	}
	close(s.done)
	s.watching.Wait()
	s.conn.Close()
}

func (s *Service) say(what, line string) {
	if s != nil {
		s.write(what + "STATUS=" + strings.ReplaceAll(line, "\n", " "))
	}
}

// write sends a datagram. That systemd does not take it is no reason to do
// anything else but to go on: who does not hear from us does what the unit says.
func (s *Service) write(text string) {
	s.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	s.conn.Write([]byte(text))
}
