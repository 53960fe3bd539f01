package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Template is the file with every key at its default, each line a comment, for
// an operator to begin with.
func Template() string {
	var p printer
	p.b.WriteString("# Every key is optional. What is commented out is the default.\n")
	for i := range Keys {
		k := &Keys[i]
		p.b.WriteString("\n")
		p.says(k)
		p.value(k.Path, k.Default, "# ")
	}
	return p.b.String()
}

// Convert is the YAML file that says what a rabbitmq.conf says, as far as there
// is a key for it; the rest stands in comments, and in the notes. The error
// holds all that is wrong, a line each.
func Convert(name string, text []byte, lookup func(string) (string, bool)) (yaml string, notes []Note, err error) {
	doc, err := parseRabbit(name, text, lookup)
	problems := []error{err}
	p := printer{}
	fmt.Fprintf(&p.b, "# Converted from %s\n", name)
	for i := range Keys {
		k := &Keys[i]
		e, given := doc.entries[k.Path]
		if !given {
			continue
		}
		if err := k.set(new(Config), e.text); err != nil {
			problems = append(problems, fmt.Errorf("%s:%d:%d: %s: %w", name, e.line, e.column, e.key, err))
		}
		p.value(k.Path, e.text, "")
	}
	if len(doc.notes) > 0 {
		p.b.WriteString("\n# What was not taken over:\n")
	}
	slices.SortStableFunc(doc.notes, func(a, b Note) int { return a.Line - b.Line })
	for _, n := range doc.notes {
		fmt.Fprintf(&p.b, "# %s\n", oneLine(n.String()))
	}
	return p.b.String(), doc.notes, errors.Join(problems...)
}

// printer writes keys as nested YAML.
type printer struct {
	b    strings.Builder
	open []string // the sections that the line before is in
}

// says writes what k is, as a comment where its value will stand.
func (p *printer) says(k *Key) {
	sections := levels(k.Path)
	p.enter(sections[:len(sections)-1])
	indent := strings.Repeat("  ", len(sections)-1)
	for _, line := range wrap(fmt.Sprintf("%s (%s)", k.Says, k.Type()), 100-len(indent)) {
		fmt.Fprintf(&p.b, "%s# %s\n", indent, line)
	}
}

// value writes a key behind a mark.
func (p *printer) value(path, text, mark string) {
	sections := levels(path)
	last := len(sections) - 1
	p.enter(sections[:last])
	fmt.Fprintf(&p.b, "%s%s%s: %s\n", strings.Repeat("  ", last), mark, sections[last], scalarText(text))
}

// levels are the sections that a key stands in, and its name there. Below a key
// that has a value there are no sections: its dots are written.
func levels(path string) []string {
	if section, _, _ := strings.Cut(path, "."); section != path && isKey(section) {
		return []string{path}
	}
	return strings.Split(path, ".")
}

// enter begins the sections that are not open yet.
func (p *printer) enter(sections []string) {
	same := 0
	for same < len(sections) && same < len(p.open) && p.open[same] == sections[same] {
		same++
	}
	for i := same; i < len(sections); i++ {
		fmt.Fprintf(&p.b, "%s%s:\n", strings.Repeat("  ", i), sections[i])
	}
	p.open = sections
}

var plain = regexp.MustCompile(`^[A-Za-z0-9./][A-Za-z0-9_./@%+-]*$`)

// scalarText writes a text so that YAML reads just that.
func scalarText(text string) string {
	if plain.MatchString(text) && !strings.EqualFold(text, "null") {
		return text
	}
	return strconv.Quote(text)
}

// oneLine quotes a text that would not stay in its line.
func oneLine(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

// wrap breaks a text into lines at spaces.
func wrap(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
