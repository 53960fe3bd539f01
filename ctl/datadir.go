package ctl

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// dataDir examines the data directory.
func (m *Machine) dataDir(running bool) []finding {
	info, err := os.Stat(m.DataDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []finding{{"data directory", well, m.DataDir + " is not there yet, and will be made", ""}, m.space(filepath.Dir(m.DataDir))}
	case err != nil:
		return []finding{{"data directory", trouble, err.Error(), "let this user read it"}}
	case !info.IsDir():
		return []finding{{"data directory", trouble, m.DataDir + " is not a directory", "choose another data_dir"}}
	}
	holder := holderOf(filepath.Join(m.DataDir, "lock"))
	list := []finding{m.owner(info), m.lock(holder, running)}
	if holder == 0 && !running {
		list = append(list, m.format())
	}
	return append(list, m.space(m.DataDir))
}

func (m *Machine) owner(info fs.FileInfo) finding {
	const what = "data directory"
	uid, known := ownerOf(info)
	me := os.Geteuid()
	switch {
	case known && uid != me && me != 0:
		return finding{what, trouble, fmt.Sprintf("%s belongs to the user with the id %d, and this is %d", m.DataDir, uid, me), "run the broker as its owner, or give it to this user with chown"}
	case info.Mode().Perm()&0o077 != 0:
		return finding{what, doubt, fmt.Sprintf("%s is open to others (%s)", m.DataDir, info.Mode().Perm()), "chmod 700 " + m.DataDir}
	}
	return finding{what, well, m.DataDir, ""}
}

// lock tells who holds the directory.
func (m *Machine) lock(holder int, running bool) finding {
	switch {
	case holder != 0 && running:
		return finding{"lock", well, fmt.Sprintf("held by the broker (process %d)", holder), ""}
	case holder != 0:
		return finding{"lock", doubt, fmt.Sprintf("held by process %d, which does not answer here", holder), "another broker cannot use this directory until that has ended"}
	}
	return finding{"lock", well, "free", ""}
}

// holderOf is the process that has locked a file, 0 if none is known to. It
// looks at the system's list, and takes no lock itself.
func holderOf(path string) (pid int) {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	inode, known := inodeOf(info)
	text, err := os.ReadFile("/proc/locks")
	if err != nil || !known {
		return 0
	}
	for line := range bytes.Lines(text) {
		// 1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF
		var number, kind, mode, access, place string
		var holder int
		fmt.Sscan(string(line), &number, &kind, &mode, &access, &holder, &place)
		if kind == "FLOCK" && bytes.HasSuffix([]byte(place), fmt.Appendf(nil, ":%d", inode)) {
			return holder
		}
	}
	return 0
}

// The beginning of a segment of the journal, and the versions of its format
// that this program reads.
const (
	segmentMagic     = "HMQJ"
	segmentVersion   = 2
	encryptedVersion = 3 // the same, encrypted
)

// format reads the version of what is stored.
func (m *Machine) format() finding {
	entries, err := os.ReadDir(filepath.Join(m.DataDir, "journal"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return finding{"format", trouble, err.Error(), "let this user read it"}
	}
	says := fmt.Sprintf("version %d", segmentVersion)
	for _, e := range entries {
		version, ok := formatOf(filepath.Join(m.DataDir, "journal", e.Name()))
		if ok && version != segmentVersion && version != encryptedVersion {
			return finding{"format", trouble, fmt.Sprintf("%s has version %d, and this program reads %d and %d", e.Name(), version, segmentVersion, encryptedVersion), "use the program that has written it"}
		}
		if version == encryptedVersion {
			says = fmt.Sprintf("version %d, encrypted", encryptedVersion)
		}
	}
	return finding{"format", well, says, ""}
}

// formatOf is the version of a segment, if it is one.
func formatOf(path string) (version uint32, ok bool) {
	f, err := os.Open(path)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	var b [8]byte
	if _, err := io.ReadFull(f, b[:]); err != nil || string(b[:4]) != segmentMagic {
		return 0, false
	}
	return binary.LittleEndian.Uint32(b[4:]), true
}

// space looks at how much of the disk is free.
func (m *Machine) space(dir string) finding {
	free, err := freeBytes(dir)
	says := bytesOf(free).String() + " free"
	switch {
	case err != nil:
		return finding{"disk", doubt, err.Error(), ""}
	case free < m.DiskFreeLimit:
		return finding{"disk", trouble, says + ", less than alarms.disk_free_limit (" + bytesOf(m.DiskFreeLimit).String() + "): publishers are stopped", "free some, or choose another data_dir"}
	case free < 4*m.DiskFreeLimit:
		return finding{"disk", doubt, says, "free some soon: at " + bytesOf(m.DiskFreeLimit).String() + " publishers are stopped"}
	}
	return finding{"disk", well, says, ""}
}
