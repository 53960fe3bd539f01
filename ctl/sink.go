package ctl

import (
	"bufio"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// sink prints rows, one after the other.
type sink interface {
	row(values []any) error
	end() error
}

// sink prints in the format that is wanted.
func (o *operator) sink(columns []column) sink {
	w := o.command.Out
	switch format := o.format(); format {
	case "json":
		return &jsonSink{w: bufio.NewWriter(w), columns: columns}
	case "csv":
		return newCSVSink(w, columns, o.NoHeaders)
	case "pretty_table":
		return newPrettySink(w, columns, o.NoHeaders)
	}
	return newTabSink(w, columns, o.NoHeaders)
}

// format is how lists are printed.
func (o *operator) format() string {
	switch {
	case o.Formatter != "":
		return o.Formatter
	case o.command.Terminal && !o.Quiet:
		return "pretty_table"
	}
	return "table"
}

// tabSink prints as rabbitmqctl does: a header, and values between tabs.
type tabSink struct {
	w       *bufio.Writer
	columns []column
}

func newTabSink(w io.Writer, columns []column, noHeader bool) *tabSink {
	s := &tabSink{bufio.NewWriter(w), columns}
	if !noHeader {
		for i, c := range columns {
			s.cell(i, c.name)
		}
	}
	return s
}

func (s *tabSink) cell(i int, text string) {
	s.w.WriteString(text)
	if i < len(s.columns)-1 {
		s.w.WriteByte('\t')
		return
	}
	s.w.WriteByte('\n')
}

func (s *tabSink) row(values []any) error {
	for i, v := range values {
		s.cell(i, s.columns[i].print(v))
	}
	return nil
}

func (s *tabSink) end() error { return s.w.Flush() }

// jsonSink prints a list of objects, a row a line.
type jsonSink struct {
	w       *bufio.Writer
	columns []column
	begun   bool
}

func (s *jsonSink) row(values []any) error {
	before := ",\n"
	if !s.begun {
		before, s.begun = "[\n", true
	}
	s.w.WriteString(before)
	for i, v := range values {
		if i == 0 {
			s.w.WriteByte('{')
		} else {
			s.w.WriteByte(',')
		}
		s.w.WriteString(asJSON(s.columns[i].name) + ":" + asJSON(v))
	}
	return s.w.WriteByte('}')
}

func (s *jsonSink) end() error {
	if !s.begun {
		s.w.WriteString("[")
	}
	s.w.WriteString("\n]\n")
	return s.w.Flush()
}

// csvSink prints comma-separated values.
type csvSink struct {
	w       *csv.Writer
	columns []column
}

func newCSVSink(w io.Writer, columns []column, noHeader bool) *csvSink {
	s := &csvSink{csv.NewWriter(w), columns}
	if !noHeader {
		header := make([]string, len(columns))
		for i := range columns {
			header[i] = columns[i].name
		}
		s.w.Write(header)
	}
	return s
}

func (s *csvSink) row(values []any) error {
	cells := make([]string, len(values))
	for i, v := range values {
		cells[i] = s.columns[i].print(v)
	}
	return s.w.Write(cells)
}

func (s *csvSink) end() error {
	s.w.Flush()
	return s.w.Error()
}

// prettySink prints a table for people, once it has all rows.
type prettySink struct {
	w       io.Writer
	columns []column
	t       table.Writer
}

func newPrettySink(w io.Writer, columns []column, noHeader bool) *prettySink {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	header := make(table.Row, len(columns))
	for i := range columns {
		header[i] = columns[i].name
	}
	if !noHeader {
		t.AppendHeader(header)
	}
	return &prettySink{w, columns, t}
}

func (s *prettySink) row(values []any) error {
	cells := make(table.Row, len(values))
	for i, v := range values {
		cells[i] = s.columns[i].print(v)
	}
	s.t.AppendRow(cells)
	return nil
}

func (s *prettySink) end() error {
	_, err := io.WriteString(s.w, s.t.Render()+"\n")
	return err
}

// oneLine is text that neither ends the line nor moves what follows: names may
// hold what they like, and a terminal would do it.
func oneLine(s string) string {
	if strings.IndexFunc(s, unprintable) < 0 {
		return s
	}
	quoted := strconv.Quote(s)
	return quoted[1 : len(quoted)-1]
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }
