package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "sock") // not t.TempDir, which may be too long
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, socketName)
	stale, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	stale.(*net.UnixListener).SetUnlinkOnClose(false) // as if it was killed
	stale.Close()
	l, err := openSocket(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	l.Close()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the socket is left: %v", err)
	}
}

func TestSocketKeepsFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, socketName), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := openSocket(dir); err == nil {
		l.Close()
		t.Error("a file was replaced")
	}
}

func TestSocketPathTooLong(t *testing.T) {
	_, err := openSocket("/" + strings.Repeat("x", maxSocketBytes))
	if err == nil || !strings.Contains(err.Error(), "117 bytes, of at most 103") {
		t.Errorf("%v", err)
	}
}
