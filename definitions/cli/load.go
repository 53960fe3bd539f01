package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hutchmq/hutchmq/definitions"
)

// Stdin is the path that stands for what is read from another program.
const Stdin = "-"

// Environment is what files may refer to on this machine.
var Environment = definitions.Source{Lookup: os.LookupEnv, ReadFile: readSecret}

// maxSecretBytes bounds a file with a password.
const maxSecretBytes = 4096

func readSecret(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSecretBytes+1))
	if err == nil && len(text) > maxSecretBytes {
		err = fmt.Errorf("%s is larger than %d bytes, and no password", path, maxSecretBytes)
	}
	return text, err
}

// Load reads the files at paths; of a directory those that end in .yaml, .yml
// or .json, by name. What is wrong with any of them comes back together.
func Load(paths []string, in io.Reader, s definitions.Source) ([]*definitions.Document, error) {
	var docs []*definitions.Document
	var wrong definitions.Problems
	for _, path := range paths {
		names, err := files(path)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			d, err := load(name, in, s)
			var ps definitions.Problems
			switch {
			case errors.As(err, &ps):
				wrong = append(wrong, ps...)
			case err != nil:
				return nil, err
			default:
				docs = append(docs, d)
			}
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return docs, nil
}

// files are the path itself, or what of a directory is definitions. Names that
// begin with a dot are those of editors, and of how volumes are mounted.
func files(path string) ([]string, error) {
	if path == Stdin {
		return []string{path}, nil
	}
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path}, err
	}
	list, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range list {
		name := e.Name()
		if strings.HasPrefix(name, ".") || !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(name)) {
			continue
		}
		names = append(names, filepath.Join(path, name))
	}
	return names, nil
}

func load(name string, in io.Reader, s definitions.Source) (*definitions.Document, error) {
	if name != Stdin {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, definitions.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	return definitions.Read(name, text, s)
}

// set is several files as one.
type set struct {
	all    *definitions.Definitions
	places map[string]definitions.Place // of records, by their key
}

// merge puts the records of all files together. They have one owner: what
// belongs to several is applied one after the other.
func merge(docs []*definitions.Document) (*set, error) {
	s := &set{all: &definitions.Definitions{}, places: map[string]definitions.Place{}}
	for i, d := range docs {
		if i > 0 && d.Owner != s.all.Owner {
			return nil, fmt.Errorf("%s belongs to %s and %s to %s: apply them one after the other",
				docs[0].Name, owner(s.all.Owner), d.Name, owner(d.Owner))
		}
		s.all.Owner = d.Owner
		for _, r := range d.Records() {
			key := string(definitions.Key(r))
			if _, there := s.places[key]; there { // in the same words
				continue
			}
			s.places[key] = d.Place(r)
			s.all.Add(r)
		}
	}
	return s, nil
}

func owner(name string) string { return cmp.Or(name, "nobody") }

// mayPrune refuses to prune for nobody.
func (s *set) mayPrune(o Options) error {
	if o.Prune && s.all.Owner == "" {
		return errors.New("--prune deletes what the owner of the files made before: say who that is, with a line such as 'owner: my-team'")
	}
	return nil
}
