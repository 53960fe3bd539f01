package house

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "github.com/hutchmq/hutchmq/"
	root   = "../.."
)

// source is a Go file of the house.
type source struct {
	name string // within the house
	room string
	test bool
	file *ast.File
}

// files yields every file of the house, by its name within.
func files(t *testing.T, yield func(name string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains(skipped, d.Name()) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil // .git is a file in a linked worktree
		}
		if !d.IsDir() {
			name, err := filepath.Rel(root, p)
			if err != nil {
				return err
			}
			yield(filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	files(t, func(name string) {
		if path.Ext(name) != ".go" || strings.Contains(name, "testdata/") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, source{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), f})
	})
	return all
}

func imports(f *ast.File) []string {
	var names []string
	for _, i := range f.Imports {
		name, _ := strconv.Unquote(i.Path.Value)
		names = append(names, name)
	}
	return names
}

// lookup finds what a table says of room.
func lookup(table map[string]string, room string) (list []string, listed bool) {
	text, listed := table[room]
	if !listed {
		text, listed = table[path.Dir(room)+"/*"]
	}
	return strings.Fields(text), listed
}

func outside(room string) bool {
	return slices.ContainsFunc(outsiders, func(prefix string) bool { return strings.HasPrefix(room, prefix) })
}

func TestDoors(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || outside(s.room) {
			continue
		}
		list, listed := lookup(doors, s.room)
		if !listed {
			t.Errorf("%s: a room with no entry in doors", s.room)
			continue
		}
		for _, name := range imports(s.file) {
			if to, ours := strings.CutPrefix(name, module); ours && !slices.Contains(list, to) {
				t.Errorf("%s: %s may not enter %s", s.name, s.room, to)
			}
		}
	}
}

// TestDoorsLeadDown: no room can reach itself through its doors.
func TestDoorsLeadDown(t *testing.T) {
	var visit func(room string, way []string)
	visit = func(room string, way []string) {
		if slices.Contains(way, room) {
			t.Fatalf("doors go in a circle: %v", append(way, room))
		}
		list, listed := lookup(doors, room)
		if !listed {
			t.Errorf("a door of %v leads nowhere: %s", way, room)
		}
		for _, to := range list {
			visit(to, append(slices.Clone(way), room))
		}
	}
	for room := range doors {
		visit(room, nil)
	}
}

func TestGuests(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		for _, name := range imports(s.file) {
			for guest, rooms := range guests {
				if (name == guest || strings.HasPrefix(name, guest+"/")) && !slices.Contains(strings.Fields(rooms), s.room) {
					t.Errorf("%s: %s may not ask in %s", s.name, s.room, name)
				}
			}
		}
	}
}

func TestEveryRoomSaysWhatItIs(t *testing.T) {
	comments := map[string]int{}
	for _, s := range sources(t) {
		said := 0
		if s.file.Doc != nil && !s.test {
			said = 1
		}
		comments[s.room] += said
	}
	for room, n := range comments {
		if n != 1 {
			t.Errorf("%s has %d package comments, want 1", room, n)
		}
	}
}

// TestNothingHappensOnImport: cmd wires by listing, not by side effect.
func TestNothingHappensOnImport(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: an init function", s.name)
			}
		}
		for _, i := range s.file.Imports {
			if i.Name != nil && i.Name.Name == "_" && i.Path.Value != `"embed"` {
				t.Errorf("%s: %s is imported for its side effects", s.name, i.Path.Value)
			}
		}
	}
}

func TestFilesAreNouns(t *testing.T) {
	for _, s := range sources(t) {
		base := strings.TrimSuffix(strings.TrimSuffix(path.Base(s.name), ".go"), "_test")
		for _, name := range append(strings.Split(base, "_"), path.Base(s.room)) {
			if slices.Contains(badNames, name) {
				t.Errorf("%s: named after machinery", s.name)
			}
		}
	}
}

// TestNoPathsOfOneMachine: what is written works wherever it is checked out.
func TestNoPathsOfOneMachine(t *testing.T) {
	forbidden := [][]byte{[]byte("/" + "work/"), []byte("/" + "root/"), []byte("/" + "tmp/bash")}
	files(t, func(name string) {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range forbidden {
			if at := bytes.Index(text, p); at >= 0 && starts(text, at) {
				t.Errorf("%s:%d: a path of one machine: %s", name, 1+bytes.Count(text[:at], []byte("\n")), p)
			}
		}
	})
}

// starts reports whether a path begins at text[at], rather than goes on.
func starts(text []byte, at int) bool {
	return at == 0 || !bytes.ContainsRune([]byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-*~"), rune(text[at-1]))
}
