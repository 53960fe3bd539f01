package mgmt

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/broker"
)

func (a *API) auditRoutes(r chi.Router) {
	r.Get("/api/x/audit", a.as("administrator", a.audit))
}

// auditPage is a part of the audit log, the newest first.
type auditPage struct {
	Entries []*broker.Entry `json:"entries"`
	Next    uint64          `json:"next,omitempty"` // to go on with: the value of before
}

func (a *API) audit(w http.ResponseWriter, r *http.Request) {
	c, err := parseChoice(r.URL.Query())
	if err != nil {
		bad(w, err.Error())
		return
	}
	list, err := a.broker.Entries(c)
	if err != nil {
		problem(w, err)
		return
	}
	page := auditPage{Entries: list}
	if page.Entries == nil {
		page.Entries = []*broker.Entry{}
	}
	if len(list) == c.Most {
		page.Next = list[len(list)-1].ID
	}
	answer(w, page)
}

// parseChoice reads which entries are wanted.
func parseChoice(q url.Values) (c broker.Choice, err error) {
	c = broker.Choice{
		User: q.Get("user"), Vhost: q.Get("vhost"), Action: q.Get("action"), Name: q.Get("name"), Via: q.Get("via"),
		Refused: q.Get("refused") == "true",
	}
	for _, n := range []struct {
		key  string
		into *int64
	}{{"from", &c.FromMs}, {"till", &c.TillMs}} {
		if *n.into, err = wholeNumber(q, n.key, 0); err != nil {
			return c, err
		}
	}
	before, err := wholeNumber(q, "before", 0)
	if err != nil {
		return c, err
	}
	c.Before = uint64(before)
	c.Most, err = limit(q, defaultPageSize, maxPageSize)
	return c, err
}

// wholeNumber reads a number that is not negative.
func wholeNumber(q url.Values, key string, otherwise int64) (int64, error) {
	if !q.Has(key) {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(q.Get(key), 10, 64)
	if err != nil || n < 0 {
		return 0, broker.InvalidError(key + " should be a whole number, and not negative")
	}
	return n, nil
}

// limit reads how many are wanted at most.
func limit(q url.Values, usual, most int64) (int, error) {
	n, err := wholeNumber(q, "limit", usual)
	if err == nil && (n < 1 || n > most) {
		err = broker.InvalidError("limit should be between 1 and " + strconv.FormatInt(most, 10))
	}
	return int(n), err
}
