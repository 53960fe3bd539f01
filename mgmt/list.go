package mgmt

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// list says how a kind of resource is listed. Filtering and sorting look at
// what stands for a row, of any type T, and cost little: only the rows that
// are sent are rendered. To sort by a key without an accessor, all that pass
// the filter are rendered.
type list[T any] struct {
	name  func(row T) string            // what the filter looks at
	order []string                      // the keys that sort what sort leaves equal; each has an accessor
	keys  map[string]func(row T) sorter // accessors
	show  func(row T) any               // renders
}

// sorter is a value to sort by. Numbers come before truth values, and those
// before texts, as RabbitMQ has it; what is not there is 0.
type sorter struct {
	rank uint8
	num  float64
	text string
}

const (
	rankNumber uint8 = iota
	rankBool
	rankText
)

func byNumber[N int | int64 | uint64 | float64](n N) sorter { return sorter{num: float64(n)} }

func byText(s string) sorter { return sorter{rank: rankText, text: s} }

func byBool(b bool) sorter {
	s := sorter{rank: rankBool}
	if b {
		s.num = 1
	}
	return s
}

func (s sorter) compare(t sorter) int {
	return cmp.Or(cmp.Compare(s.rank, t.rank), cmp.Compare(s.num, t.num), cmp.Compare(s.text, t.text))
}

// sorterOf is the value to sort by at a dotted key of a rendered row.
func sorterOf(row json.RawMessage, key string) sorter {
	var v any
	if raw, ok := dig(row, strings.SplitN(key, ".", maxColumnDepth)); !ok || json.Unmarshal(raw, &v) != nil {
		return sorter{}
	}
	switch v := v.(type) {
	case float64:
		return byNumber(v)
	case bool:
		return byBool(v)
	case string:
		return byText(v)
	}
	return sorter{}
}

// page is the part of a list that is sent when a page is asked for.
type page struct {
	FilteredCount int   `json:"filtered_count"`
	ItemCount     int   `json:"item_count"`
	Items         []any `json:"items"`
	Page          int   `json:"page"`
	PageCount     int   `json:"page_count"`
	PageSize      int   `json:"page_size"`
	TotalCount    int   `json:"total_count"`
}

// answer sends rows, as r asks for them. The slice is the list's.
func (l list[T]) answer(w http.ResponseWriter, r *http.Request, rows []T) {
	o, err := parseListing(r.URL.Query())
	if err != nil {
		listProblem(w, err)
		return
	}
	p := page{TotalCount: len(rows)}
	rows = slices.DeleteFunc(rows, func(row T) bool { return !o.matches(l.name(row)) })
	if o.page == 0 {
		l.stream(w, l.sort(rows, o, len(rows)), o)
		return
	}
	p.FilteredCount, p.Page, p.PageSize = len(rows), o.page, o.size
	p.PageCount = max(1, (len(rows)+o.size-1)/o.size)
	if o.page > p.PageCount {
		listProblem(w, outOfRange(o.page, o.size, len(rows)))
		return
	}
	rows = l.sort(rows, o, min(o.page*o.size, len(rows)))
	p.Items = l.render(rows[(o.page-1)*o.size:], o)
	p.ItemCount = len(p.Items)
	answer(w, p)
}

// stream sends all rows, each as soon as it is rendered: there may be many.
func (l list[T]) stream(w http.ResponseWriter, rows []T, o listing) {
	w.Header().Set("Content-Type", "application/json")
	b := bufio.NewWriter(w)
	defer b.Flush()
	var text bytes.Buffer
	e, before := encoder(&text), byte('[')
	for _, row := range rows {
		text.Reset()
		if e.Encode(o.project(l.show(row))) != nil {
			continue
		}
		b.WriteByte(before)
		if _, err := b.Write(bytes.TrimSuffix(text.Bytes(), []byte("\n"))); err != nil {
			return // nobody listens any more
		}
		before = ','
	}
	if before == '[' {
		b.WriteByte('[')
	}
	b.WriteString("]\n")
}

func (l list[T]) render(rows []T, o listing) []any {
	items := make([]any, 0, len(rows))
	for _, row := range rows {
		items = append(items, o.project(l.show(row)))
	}
	return items
}

// sortable is a row and the value to sort it by.
type sortable[T any] struct {
	row T
	by  sorter
}

// sort is the first n of rows in the order that is asked for, those that are
// equal in the order of the list.
func (l list[T]) sort(rows []T, o listing, n int) []T {
	if o.unsorted {
		return rows[:n]
	}
	order := l.order
	if o.sort != "" {
		order = append([]string{o.sort}, l.order...)
	}
	keys := make([]func(T) sorter, len(order))
	for i, key := range order {
		keys[i] = l.accessor(key)
	}
	list := make([]sortable[T], len(rows))
	for i, row := range rows {
		list[i] = sortable[T]{row, keys[0](row)}
	}
	sign := 1
	if o.reverse {
		sign = -1
	}
	list = first(list, n, func(a, b sortable[T]) int {
		c := a.by.compare(b.by)
		for i := 1; c == 0 && i < len(keys); i++ {
			c = keys[i](a.row).compare(keys[i](b.row))
		}
		return sign * c
	})
	for i := range list {
		rows[i] = list[i].row
	}
	return rows[:n]
}

// first is the first n of list in order. It looks at all, and sorts no more
// than it has to.
func first[T any](list []T, n int, compare func(a, b T) int) []T {
	if n == 0 || 4*n >= len(list) {
		slices.SortStableFunc(list, compare)
		return list[:n]
	}
	best, sorted := make([]T, 0, 2*n), 0
	for _, x := range list {
		if sorted == n && compare(best[n-1], x) <= 0 {
			continue
		}
		if best = append(best, x); len(best) == 2*n {
			slices.SortStableFunc(best, compare)
			best, sorted = best[:n], n
		}
	}
	slices.SortStableFunc(best, compare)
	return best[:n]
}

// accessor finds the value of key, if need be by rendering.
func (l list[T]) accessor(key string) func(row T) sorter {
	if of, ok := l.keys[key]; ok {
		return of
	}
	return func(row T) sorter {
		text, err := json.Marshal(l.show(row))
		if err != nil {
			return sorter{}
		}
		return sorterOf(text, key)
	}
}

// answerOne sends a single resource, with the columns that r asks for.
func answerOne(w http.ResponseWriter, r *http.Request, v any) {
	o := listing{columns: parseColumns(r.URL.Query())}
	answer(w, o.project(v))
}
