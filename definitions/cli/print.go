package cli

import (
	"fmt"
	"strings"

	"github.com/hutchmq/hutchmq/definitions"
)

// signs begin the lines of a plan.
var signs = map[string]string{"create": "+", "change": "~", "recreate": "-/+", "delete": "-", "conflict": "!"}

// verbs are what the sums of a plan call its actions.
var verbs = []struct{ action, verb string }{
	{"create", "create"}, {"change", "change"}, {"recreate", "make anew"}, {"delete", "delete"},
}

// changes is how many steps change something.
func changes(p *definitions.Plan) (n int) {
	for _, v := range verbs {
		n += p.Counts[v.action]
	}
	return n
}

// printed is a step for programs. Neither records nor their values are in it:
// what they hold may be secret.
type printed struct {
	Action  string           `json:"action"`
	Kind    definitions.Kind `json:"kind"`
	Vhost   string           `json:"vhost,omitempty"`
	Title   string           `json:"title"`
	Place   string           `json:"place,omitempty"`
	Owner   string           `json:"owner,omitempty"`
	Changes []string         `json:"changes,omitempty"`
	Reason  string           `json:"reason,omitempty"`
}

// print tells p: a line for each step, and the sums.
func (c *Command) print(s *set, p *definitions.Plan, tense string) error {
	list := []printed{}
	for _, step := range p.Steps {
		if signs[step.Action] != "" {
			list = append(list, s.printed(step))
		}
	}
	if c.JSON {
		return c.printJSON(map[string]any{"counts": p.Counts, "steps": list, "complete": p.Whole})
	}
	for _, l := range list {
		c.line(l)
	}
	if !p.Whole {
		fmt.Fprintln(c.Out, "and more")
	}
	fmt.Fprintln(c.Out, sums(p, tense))
	return nil
}

func (s *set) printed(step definitions.Step) printed {
	place := s.places[string(definitions.Key(step.Is))]
	return printed{
		Action: step.Action, Kind: step.Kind, Vhost: step.Vhost, Title: definitions.Title(step.Is), Place: place.String(),
		Owner: step.Owner, Changes: step.Changes, Reason: step.Reason,
	}
}

func (c *Command) line(l printed) {
	head := fmt.Sprintf("%-3s %s", signs[l.Action], l.Title)
	if l.Place != "" {
		head += "  (" + l.Place + ")"
	}
	fmt.Fprintln(c.Out, head)
	for _, change := range l.Changes {
		fmt.Fprintln(c.Out, "      "+change)
	}
	if l.Reason != "" {
		fmt.Fprintln(c.Out, "      "+strings.TrimSpace(strings.ReplaceAll(l.Reason, "\n", " ")))
	}
}

// sums are how many steps there are of each sort.
func sums(p *definitions.Plan, tense string) string {
	var parts []string
	for _, v := range verbs {
		if n := p.Counts[v.action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s%s: %d", tense, past(v.verb, tense), n))
		}
	}
	if n := p.Counts["conflict"]; n > 0 {
		parts = append(parts, fmt.Sprintf("in the way: %d", n))
	}
	if len(parts) == 0 {
		return "no changes"
	}
	return strings.Join(parts, ", ")
}

// past is a verb of what was done, unless it is still to do.
func past(verb, tense string) string {
	if tense != "" {
		return verb
	}
	return map[string]string{"create": "created", "change": "changed", "make anew": "made anew", "delete": "deleted"}[verb]
}
