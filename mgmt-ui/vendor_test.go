package mgmtui

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// module is an entry of vendor.json: a library that is shipped with the UI.
type module struct {
	Name, Version, Licence string
	Files                  map[string]string // sha256 in hex, by name below static/vendor
}

// TestVendor: what is shipped of others is what vendor.json says, file by
// file, with its licence text.
func TestVendor(t *testing.T) {
	text, err := os.ReadFile("vendor.json")
	if err != nil {
		t.Fatal(err)
	}
	var modules []module
	if err := json.Unmarshal(text, &modules); err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, m := range modules {
		licensed := false
		for name, want := range m.Files {
			sum := sha256.Sum256(read("vendor/" + name))
			if got := hex.EncodeToString(sum[:]); got != want {
				t.Errorf("%s of %s %s: sha256 %s, want %s", name, m.Name, m.Version, got, want)
			}
			licensed = licensed || strings.HasSuffix(name, "/LICENSE")
			listed = append(listed, "vendor/"+name)
		}
		if !licensed || m.Licence == "" || m.Version == "" {
			t.Errorf("%s: no licence or version", m.Name)
		}
	}
	names, _ := list()
	for _, name := range names {
		if strings.HasPrefix(name, "vendor/") && !slices.Contains(listed, name) {
			t.Errorf("%s is not in vendor.json", name)
		}
	}
}

// TestVendorMatchesPackage: types are checked against the versions shipped.
func TestVendorMatchesPackage(t *testing.T) {
	text, err := os.ReadFile("package.json")
	if err != nil {
		t.Fatal(err)
	}
	var p struct{ DevDependencies map[string]string }
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	text, err = os.ReadFile("vendor.json")
	if err != nil {
		t.Fatal(err)
	}
	var modules []module
	if err := json.Unmarshal(text, &modules); err != nil {
		t.Fatal(err)
	}
	for _, m := range modules {
		if got := p.DevDependencies[m.Name]; got != m.Version {
			t.Errorf("%s: %s is shipped, types are of %q", m.Name, m.Version, got)
		}
	}
}
