package ctl

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ports finds out whether a broker could listen where it is to.
func (m *Machine) ports() []finding {
	var list []finding
	for _, e := range m.Listeners {
		list = append(list, e.examine())
	}
	return list
}

func (e Endpoint) examine() finding {
	l, err := net.Listen("tcp", e.Addr)
	if err == nil {
		l.Close()
		return finding{"port", well, e.Name + ": " + e.Addr + " is free", ""}
	}
	says := e.Name + ": " + err.Error()
	if who := holderOfPort(e.Addr); who != "" {
		says = e.Name + ": " + e.Addr + " is used by " + who
	}
	return finding{"port", trouble, says, "stop what is there, or choose another address"}
}

// holderOfPort names the process that listens at the port of addr, as far as
// that is known: "nginx (process 12)".
func holderOfPort(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return ""
	}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		if inode := listenerInode(text, n); inode != "" {
			return processWith("socket:[" + inode + "]")
		}
	}
	return ""
}

// stateListen is LISTEN in the table of sockets.
const stateListen = "0A"

// listenerInode finds who listens at a port in the system's table:
//
//	sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
//	 0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 31337 …
func listenerInode(table []byte, port uint64) string {
	suffix := fmt.Sprintf(":%04X", port)
	for line := range bytes.Lines(table) {
		f := strings.Fields(string(line))
		if len(f) > 9 && f[3] == stateListen && strings.HasSuffix(f[1], suffix) {
			return f[9]
		}
	}
	return ""
}

// processWith names the process that has something open.
func processWith(what string) string {
	open, _ := filepath.Glob("/proc/[0-9]*/fd/[0-9]*")
	for _, path := range open {
		if at, err := os.Readlink(path); err != nil || at != what {
			continue
		}
		pid := strings.Split(path, "/")[2]
		name, _ := os.ReadFile("/proc/" + pid + "/comm")
		return oneLine(strings.TrimSpace(string(name))) + " (process " + pid + ")"
	}
	return ""
}
