package client

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
)

// pageSize is as much of a list as is fetched at once.
const pageSize = 500

// page is a part of a list.
type page struct {
	Items     []json.RawMessage `json:"items"`
	Page      int               `json:"page"`
	PageCount int               `json:"page_count"`
}

// List yields the rows of a list, page by page, until there are no more or
// yield fails. The query is the caller's, and is changed. What is added or goes
// between two pages may be missed or come twice.
func (c *Client) List(ctx context.Context, path string, query url.Values, yield func(row json.RawMessage) error) error {
	if query == nil {
		query = url.Values{}
	}
	query.Set("page_size", strconv.Itoa(pageSize))
	for n := 1; ; n++ {
		query.Set("page", strconv.Itoa(n))
		var text json.RawMessage
		err := c.Get(ctx, path+"?"+query.Encode(), &text)
		if n > 1 && isPastTheEnd(err) {
			return nil
		}
		if err != nil {
			return err
		}
		p, err := parsePage(text)
		if err != nil {
			return err
		}
		for _, row := range p.Items {
			if err := yield(row); err != nil {
				return err
			}
		}
		if n >= p.PageCount {
			return nil
		}
	}
}

// isPastTheEnd reports whether a list has become shorter meanwhile.
func isPastTheEnd(err error) bool {
	e, ok := err.(*Error)
	return ok && e.Kind == "page_out_of_range"
}

// parsePage reads a page, or a list that comes as a whole.
func parsePage(text json.RawMessage) (p page, err error) {
	if len(text) > 0 && text[0] == '[' {
		err = json.Unmarshal(text, &p.Items)
		return p, err
	}
	err = json.Unmarshal(text, &p)
	return p, err
}
