package mgmt

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// row is something to list, which counts how often it is rendered.
type row struct {
	Vhost string `json:"vhost"`
	Name  string `json:"name"`
	N     int    `json:"n"`
	Deep  any    `json:"deep,omitempty"`
}

func rowList(rendered *int) list[*row] {
	return list[*row]{
		name: func(r *row) string { return r.Name }, order: []string{"vhost", "name"},
		keys: map[string]func(*row) sorter{
			"vhost": func(r *row) sorter { return byText(r.Vhost) },
			"name":  func(r *row) sorter { return byText(r.Name) },
			"n":     func(r *row) sorter { return byNumber(r.N) },
		},
		show: func(r *row) any {
			*rendered++
			return r
		},
	}
}

func manyRows(n int) []*row {
	rows := make([]*row, n)
	for i := range rows {
		rows[i] = &row{Vhost: fmt.Sprint("v", i%3), Name: fmt.Sprint("queue-", i*7919%n), N: i * 31 % 1000}
	}
	return rows
}

// TestListRendersOnePage: of many rows only those that are sent are rendered,
// unless they are sorted by what only rendering tells.
func TestListRendersOnePage(t *testing.T) {
	const all = 10_000
	for query, want := range map[string]int{
		"page=3&page_size=100&sort=n":                           100,
		"page=1&page_size=20&sort=name&sort_reverse=true":       20,
		"page=2&page_size=10&name=99&columns=name":              10,
		"page=1&page_size=5&sort=&name=%5Equeue&use_regex=true": 5,
		"page=1&page_size=50&sort=deep.x":                       all + 50,
		"":                                                      all,
	} {
		rendered := 0
		w := httptest.NewRecorder()
		rowList(&rendered).answer(w, httptest.NewRequest("GET", "/?"+query, nil), manyRows(all))
		if w.Code != 200 || rendered != want {
			t.Errorf("%q: %d, rendered %d, want %d", query, w.Code, rendered, want)
		}
	}
}

// TestListOrder compares with a sort of what was rendered.
func TestListOrder(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	rows := manyRows(300)
	for _, x := range rows {
		x.Deep = []any{nil, 7, -1.5, true, false, "text", map[string]any{"x": r.IntN(5)}}[r.IntN(7)]
	}
	for _, key := range []string{"", "n", "name", "deep", "deep.x", "nothing"} {
		rendered := 0
		w := httptest.NewRecorder()
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		rowList(&rendered).answer(w, httptest.NewRequest("GET", "/?x=&sort="+key, nil), slices.Clone(rows))
		var got []json.RawMessage
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got) != len(rows) {
			t.Fatalf("seed %d: %v in %s", seed, err, w.Body)
		}
		for i := 1; i < len(got) && key != ""; i++ {
			if a, b := sorterOf(got[i-1], key), sorterOf(got[i], key); a.compare(b) > 0 {
				t.Fatalf("seed %d: by %q %s comes before %s", seed, key, got[i-1], got[i])
			}
		}
	}
}

// TestFirst compares with sorting everything.
func TestFirst(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for range 300 {
		all := make([][2]int, r.IntN(200))
		for i := range all {
			all[i] = [2]int{r.IntN(20), i}
		}
		n := r.IntN(len(all) + 1)
		byFirst := func(a, b [2]int) int { return a[0] - b[0] }
		want := slices.Clone(all)
		slices.SortStableFunc(want, byFirst)
		if got := first(slices.Clone(all), n, byFirst); !slices.Equal(got, want[:n]) {
			t.Fatalf("seed %d: the first %d of %v are %v", seed, n, all, got)
		}
	}
}

// FuzzListing: no query breaks a list, and a page never holds more than asked.
func FuzzListing(f *testing.F) {
	for _, q := range []string{
		"page=1&page_size=5&sort=n&sort_reverse=true&columns=name,deep.x.y", "page=-1", "page=9223372036854775807&page_size=1",
		"name=(((&use_regex=true&page=1", "columns=,,.,a..b,name.x,deep", "sort=deep.x.y.z&page=1", "name=%5E(%3F!q)&use_regex=true",
	} {
		f.Add(q)
	}
	rows := manyRows(30)
	rows[3].Deep = map[string]any{"x": map[string]any{"y": 1}}
	f.Fuzz(func(t *testing.T, query string) {
		if _, err := url.ParseQuery(query); err != nil {
			return
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.RawQuery = query
		rendered := 0
		w := httptest.NewRecorder()
		rowList(&rendered).answer(w, r, slices.Clone(rows))
		if w.Code == 400 && strings.HasPrefix(w.Body.String(), `{"error":"`) {
			return
		}
		var p page
		if w.Code != 200 || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if json.Unmarshal(w.Body.Bytes(), &p) == nil && (len(p.Items) > p.PageSize || p.FilteredCount > p.TotalCount) {
			t.Errorf("%s", w.Body)
		}
	})
}
