package server

import (
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"testing"
	"testing/synctest"
)

// FuzzConnection sends anything after a handshake, as it is or cut into proper
// frames. Nothing panics, nothing hangs, and once the client has hung up
// nothing is left.
func FuzzConnection(f *testing.F) {
	for _, wire := range spokenInScripts(f) {
		f.Add(wire, true)
		f.Add(wire, false)
	}
	f.Fuzz(func(t *testing.T, wire []byte, framed bool) {
		if framed {
			wire = frames(wire)
		}
		synctest.Test(t, func(t *testing.T) {
			n := newNode(t, testOptions())
			nc, _ := n.login(t)
			n.send(t, nc, wire)
		})
	})
}

// FuzzHandshake sends anything from the first byte on.
func FuzzHandshake(f *testing.F) {
	greeting := string(protocolHeader[:])
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add([]byte(greeting + string(encode(f, 0, `connection.start-ok mechanism=PLAIN response="\x00guest\x00guest" locale=en_US`)) +
		string(encode(f, 0, `connection.tune-ok ; connection.open virtual_host=/`))))
	f.Add([]byte(greeting + string(encode(f, 0, `connection.start-ok mechanism=AMQPLAIN response="\x05LOGINS\x00\x00\x00\x05guest"`))))
	f.Add([]byte(greeting + string(encode(f, 0, `connection.close 200 "bye"`))))
	f.Fuzz(func(t *testing.T, wire []byte) {
		synctest.Test(t, func(t *testing.T) {
			n := newNode(t, testOptions())
			n.send(t, n.dial(), wire)
		})
	})
}

// frames makes proper frames of anything, on few channels.
func frames(wire []byte) (proper []byte) {
	const head = 7
	for len(wire) > head {
		kind, channel := wire[0], uint16(wire[2])%4
		size := min(int(binary.BigEndian.Uint32(wire[3:])%4096), len(wire)-head)
		proper = appendFrame(proper, kind, channel, wire[head:head+size])
		wire = wire[min(head+size+1, len(wire)):]
	}
	return proper
}

// send writes wire, reads what comes, and hangs up. That the bubble around it
// ends proves that no goroutine is left.
func (n *node) send(t *testing.T, nc net.Conn, wire []byte) {
	go io.Copy(io.Discard, nc)
	nc.Write(wire)
	synctest.Wait()
	nc.Close()
	synctest.Wait()
	n.idle(t)
}

// spokenInScripts is what each section of the scripts says on the connection
// without a name.
func spokenInScripts(t testing.TB) (list [][]byte) {
	files, err := filepath.Glob("testdata/script/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		_, sections := readScript(t, file)
		for _, s := range sections {
			var wire []byte
			for _, step := range s.steps {
				if m := spoken.FindStringSubmatch(step.text); m != nil && m[1] == "" {
					channel, _ := strconv.Atoi(m[2])
					wire = append(wire, encode(t, uint16(channel), m[4])...)
				}
			}
			list = append(list, wire)
		}
	}
	return list
}
