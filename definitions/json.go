package definitions

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
)

// JSON writes d as RabbitMQ's definitions file, without what only this broker
// knows.
func (d *Definitions) JSON() ([]byte, error) {
	out := *d
	out.Queues = slices.Clone(d.Queues)
	out.Exchanges = slices.Clone(d.Exchanges)
	out.Bindings = slices.Clone(d.Bindings)
	out.strip()
	return json.MarshalIndent(&out, "", "  ")
}

// Plain is d without the schedules, which RabbitMQ refuses. What the lists point
// to is not the caller's.
func (d *Definitions) Plain() *Definitions {
	out := *d
	out.Parameters = slices.DeleteFunc(slices.Clone(d.Parameters), func(p Parameter) bool { return p.Component == ScheduleComponent })
	return &out
}

// json takes RabbitMQ's exports as they are. Keys it does not know are passed
// over: exports of other versions have them.
func (p *parser) json(text []byte) error {
	r := jsonReader{parser: p, text: text, in: json.NewDecoder(bytes.NewReader(text))}
	if err := r.token('{'); err != nil {
		return err
	}
	for r.in.More() {
		if err := r.entry(); err != nil {
			return err
		}
	}
	if err := r.token('}'); err != nil {
		return err
	}
	if _, err := r.in.Token(); err != io.EOF {
		return p.at(r.line(), "something follows the definitions")
	}
	return nil
}

type jsonReader struct {
	*parser
	text []byte
	in   *json.Decoder

	counted, lines int // how far lines were counted, and how many
}

// entry reads one key of the file and its value.
func (r *jsonReader) entry() error {
	token, err := r.in.Token()
	if err != nil {
		return r.refuse(err)
	}
	key, _ := token.(string)
	if s := sectionNamed(key); s != nil {
		return r.list(s)
	}
	var value json.RawMessage
	if err := r.in.Decode(&value); err != nil {
		return r.refuse(err)
	}
	if err := r.header(key, value); err != nil {
		return r.at(r.line(), "%s", err)
	}
	return nil
}

func (r *jsonReader) list(s *section) error {
	if err := r.token('['); err != nil {
		wrong, _ := err.(Problem)
		wrong.Text += " of " + s.name
		return wrong
	}
	s.present(r.d.Definitions)
	for i := 0; r.in.More(); i++ {
		var text json.RawMessage
		if err := r.in.Decode(&text); err != nil {
			return r.refuse(err)
		}
		r.record(s, i, r.line()-bytes.Count(text, []byte("\n")), text)
	}
	return r.token(']')
}

// token reads a brace or bracket.
func (r *jsonReader) token(want json.Delim) error {
	token, err := r.in.Token()
	if err != nil {
		return r.refuse(err)
	}
	if token != want {
		return r.at(r.line(), "want a %s", want)
	}
	return nil
}

// refuse places an error of the decoder.
func (r *jsonReader) refuse(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return r.at(1+bytes.Count(r.text, []byte("\n")), "the file ends too early")
	}
	offset := r.in.InputOffset()
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = wrong.Offset
	}
	return r.at(r.lineAt(offset), "%s", explain(err))
}

// line is where the reader is.
func (r *jsonReader) line() int { return r.lineAt(r.in.InputOffset()) }

// lineAt counts from where it was asked for last: a large file is read in order.
func (r *jsonReader) lineAt(offset int64) int {
	end := min(int(offset), len(r.text))
	if end < r.counted {
		r.counted, r.lines = 0, 0
	}
	r.lines += bytes.Count(r.text[r.counted:end], []byte("\n"))
	r.counted = end
	return 1 + r.lines
}
