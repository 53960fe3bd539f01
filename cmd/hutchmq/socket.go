package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// socketName is the management API for whoever may open the data directory.
const socketName = "hutchmq.sock"

// maxSocketBytes bounds the path of a socket everywhere: sun_path has 104 bytes
// on some systems and 108 on others, one of them for the end.
const maxSocketBytes = 103

// openSocket listens at the socket in dir, in place of one that a broker left
// which did not stop in order: the caller holds the lock of dir. Close removes
// it.
func openSocket(dir string) (net.Listener, error) {
	path := filepath.Join(dir, socketName)
	if len(path) > maxSocketBytes {
		return nil, fmt.Errorf("no socket for hutchmq ctl: its path has %d bytes, of at most %d; choose a shorter data_dir, or use --uri: %s",
			len(path), maxSocketBytes, path)
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		os.Remove(path)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("no socket for hutchmq ctl: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("no socket for hutchmq ctl: %w", err)
	}
	return l, nil
}
