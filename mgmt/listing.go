package mgmt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hutchmq/hutchmq/pattern"
)

// The bounds of a page, and of what may be asked of a list.
const (
	defaultPageSize = 100
	maxPageSize     = 500
	maxFilterBytes  = 1024
	maxColumns      = 200
	maxColumnDepth  = 8
)

// listing is what a request asks of a list.
type listing struct {
	page, size int // 0 is no page: everything
	matches    func(name string) bool
	sort       string // a dotted key; "" is the list's own order
	reverse    bool
	unsorted   bool
	columns    [][]string // dotted keys, cut at the dots; none are all
}

var errOutOfRange = errors.New("page_out_of_range")

func outOfRange(page, size, rows int) error {
	return fmt.Errorf("%w: Page out of range, page: %d page size: %d, len: %d", errOutOfRange, page, size, rows)
}

// listProblem answers for a list that cannot be sent as asked.
func listProblem(w http.ResponseWriter, err error) {
	if errors.Is(err, errOutOfRange) {
		fail(w, http.StatusBadRequest, "page_out_of_range", strings.TrimPrefix(err.Error(), "page_out_of_range: "))
		return
	}
	fail(w, http.StatusBadRequest, "invalid_pagination_parameters", err.Error())
}

func parseListing(q url.Values) (o listing, err error) {
	if o.page, o.size, err = parsePage(q); err != nil {
		return o, err
	}
	if o.matches, err = parseFilter(q.Get("name"), q.Get("use_regex") == "true"); err != nil {
		return o, err
	}
	o.sort, o.reverse = q.Get("sort"), q.Get("sort_reverse") == "true"
	o.unsorted = o.sort == "" && q.Has("sort")
	o.columns = parseColumns(q)
	return o, nil
}

// parseColumns reads the dotted keys that are asked for, as many as may be.
func parseColumns(q url.Values) (columns [][]string) {
	for column := range strings.SplitSeq(q.Get("columns"), ",") {
		if column = strings.TrimSpace(column); column != "" && len(columns) < maxColumns {
			columns = append(columns, strings.SplitN(column, ".", maxColumnDepth))
		}
	}
	return columns
}

func parsePage(q url.Values) (page, size int, err error) {
	if !q.Has("page") {
		return 0, 0, nil
	}
	if page, err = strconv.Atoi(q.Get("page")); err != nil || page < 1 {
		return 0, 0, fmt.Errorf("page should be a positive number, page is %q", q.Get("page"))
	}
	if !q.Has("page_size") {
		return page, defaultPageSize, nil
	}
	size, err = strconv.Atoi(q.Get("page_size"))
	if err != nil || size < 1 || size > maxPageSize {
		return 0, 0, fmt.Errorf("page_size should be between 1 and %d, page_size is %q", maxPageSize, q.Get("page_size"))
	}
	return page, size, nil
}

// parseFilter makes the test of names: by a part of them or by an expression,
// neither of which minds upper case. A broken expression matches nothing, as in
// RabbitMQ.
func parseFilter(text string, expression bool) (func(name string) bool, error) {
	switch {
	case text == "":
		return func(string) bool { return true }, nil
	case len(text) > maxFilterBytes:
		return nil, fmt.Errorf("the filter is longer than %d bytes", maxFilterBytes)
	case expression:
		return parseExpression(text), nil
	}
	text = strings.ToLower(text)
	return func(name string) bool { return strings.Contains(strings.ToLower(name), text) }, nil
}

// maxFilterTime bounds how long all names together are matched: one that
// backtracks is bounded by itself, but there may be many names.
const maxFilterTime = time.Second

func parseExpression(text string) func(name string) bool {
	p, err := pattern.Compile("(?i)" + text)
	if err != nil {
		return func(string) bool { return false }
	}
	end := time.Now().Add(maxFilterTime)
	return func(name string) bool { return time.Now().Before(end) && p.Match(name) }
}

// project is row with nothing but the columns that are asked for. Those it
// does not have are left out.
func (o *listing) project(row any) any {
	if len(o.columns) == 0 {
		return row
	}
	into := map[string]any{}
	var object map[string]json.RawMessage
	var text bytes.Buffer
	if encoder(&text).Encode(row) != nil || json.Unmarshal(text.Bytes(), &object) != nil {
		return into
	}
	for _, path := range o.columns {
		value, ok := object[path[0]]
		if !ok {
			continue
		}
		if value, ok = dig(value, path[1:]); ok {
			place(into, path, value)
		}
	}
	return into
}

// place puts value at path, unless all of what is above it is there already.
func place(into map[string]any, path []string, value json.RawMessage) {
	for _, key := range path[:len(path)-1] {
		if into[key] == nil {
			into[key] = map[string]any{}
		}
		part, ok := into[key].(map[string]any)
		if !ok {
			return
		}
		into = part
	}
	into[path[len(path)-1]] = value
}

// dig finds the value at path.
func dig(value json.RawMessage, path []string) (json.RawMessage, bool) {
	for _, key := range path {
		var object map[string]json.RawMessage
		if json.Unmarshal(value, &object) != nil {
			return nil, false
		}
		var ok bool
		if value, ok = object[key]; !ok {
			return nil, false
		}
	}
	return value, true
}
