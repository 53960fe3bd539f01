package metrics

import (
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// pageBytes is how much of a page is gathered before it goes out.
const pageBytes = 64 << 10

// page writes Prometheus' text format, version 0.0.4. It is meant for pages of
// a million lines: a line costs no allocation.
type page struct {
	sums     bool   // objects are summed up
	detailed string // in front of names, after the prefix

	to      io.Writer
	buf     []byte
	name    []byte // of the metric whose samples come
	written int
	err     error // the first; nothing is written after it
}

func newPage(to io.Writer, e *endpoint) *page {
	p := &page{sums: e.sums, to: to, buf: make([]byte, 0, pageBytes+pageBytes/4)}
	if e.detailed {
		p.detailed = "detailed_"
	}
	return p
}

// begin begins a metric. Its name has all that belongs to it.
func (p *page) begin(name string, k kind, help string) {
	p.name = append(p.name[:0], name...)
	p.buf = append(append(append(append(p.buf, "# TYPE "...), name...), ' '), k...)
	p.buf = append(append(append(append(p.buf, "\n# HELP "...), name...), ' '), help...)
	p.buf = append(p.buf, '\n')
	p.roll()
}

// sample writes a value of the metric that was begun. labels are as
// appendLabel makes them.
func (p *page) sample(labels []byte, v float64) { p.sampleOf("", labels, v) }

// sampleOf is sample for one of the series of a histogram.
func (p *page) sampleOf(suffix string, labels []byte, v float64) {
	b := append(append(p.buf, p.name...), suffix...)
	if len(labels) > 0 {
		b = append(append(append(b, '{'), labels...), '}')
	}
	b = append(b, ' ')
	p.buf = append(appendValue(b, v), '\n')
	p.roll()
}

func (p *page) roll() {
	if len(p.buf) >= pageBytes {
		p.flush()
	}
}

func (p *page) flush() {
	if p.err == nil {
		_, p.err = p.to.Write(p.buf)
	}
	p.written += len(p.buf)
	p.buf = p.buf[:0]
}

// maxExact is the largest whole number up to which floats have all of them.
const maxExact = 1 << 53

func appendValue(b []byte, v float64) []byte {
	switch {
	case v == math.Trunc(v) && math.Abs(v) < maxExact:
		return strconv.AppendInt(b, int64(v), 10)
	case math.IsInf(v, 1):
		return append(b, "+Inf"...)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

// appendLabel appends name="value" to the labels of a sample. Prometheus takes
// nothing of a page that has anything but UTF-8 on it, and names are for
// clients to choose.
func appendLabel(labels []byte, name, value string) []byte {
	if !utf8.ValidString(value) {
		value = strings.ToValidUTF8(value, "\uFFFD")
	}
	if len(labels) > 0 {
		labels = append(labels, ',')
	}
	labels = append(append(labels, name...), '=', '"')
	for i := range len(value) {
		switch c := value[i]; c {
		case '\\', '"':
			labels = append(labels, '\\', c)
		case '\n':
			labels = append(labels, '\\', 'n')
		default:
			labels = append(labels, c)
		}
	}
	return append(labels, '"')
}

// label makes labels of pairs of name and value.
func label(pairs ...string) []byte {
	size := 0
	for i, s := range pairs {
		size += len(s) + i%2*len(`,=""`)
	}
	labels := make([]byte, 0, size)
	for i := 0; i+1 < len(pairs); i += 2 {
		labels = appendLabel(labels, pairs[i], pairs[i+1])
	}
	return labels
}
