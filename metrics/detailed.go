package metrics

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// maxPattern bounds what a client may ask for, in bytes.
const maxPattern = 1000

// parseDetailed reads what /metrics/detailed is asked: any number of families,
// of vhosts, and of patterns of queue names; of the last two, none means all.
func parseDetailed(q url.Values) (tables []table, f filter, err error) {
	wanted := q["family"]
	if slices.Contains(wanted, queueMetrics.family) { // which has it, too
		wanted = slices.DeleteFunc(wanted, func(name string) bool { return name == queueConsumerCount.family })
	}
	known := slices.Concat(everything, families)
	for _, name := range wanted {
		if !slices.ContainsFunc(known, func(t table) bool { return name != "" && t.inFamily() == name }) {
			return nil, f, fmt.Errorf("unknown family %q; there are %s", name, strings.Join(familyNames(), ", "))
		}
	}
	for _, t := range known {
		if name := t.inFamily(); name != "" && slices.Contains(wanted, name) {
			tables = append(tables, t)
		}
	}
	if vhosts := q["vhost"]; len(vhosts) > 0 {
		f.vhosts = map[string]bool{}
		for _, name := range vhosts {
			f.vhosts[name] = true
		}
	}
	f.queues, err = parsePatterns(q["queue"])
	return tables, f, err
}

// parsePatterns makes one of patterns; nil of none.
func parsePatterns(patterns []string) (*regexp.Regexp, error) {
	if len(patterns) == 0 {
		return nil, nil
	}
	for _, p := range patterns {
		if len(p) > maxPattern {
			return nil, fmt.Errorf("a pattern of queues is longer than %d bytes", maxPattern)
		}
		if _, err := regexp.Compile(p); err != nil {
			return nil, fmt.Errorf("bad pattern of queues: %w", err)
		}
	}
	return regexp.Compile("(?:" + strings.Join(patterns, ")|(?:") + ")")
}

// familyNames lists what /metrics/detailed knows, in order of the alphabet.
func familyNames() (names []string) {
	for _, t := range slices.Concat(everything, families) {
		if name := t.inFamily(); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
