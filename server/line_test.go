package server

import (
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// line is what a client sends, being read: words, strings in quotes, and
// signs.
type line struct {
	tokens []string
}

var tokenPattern = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[={}\[\],:|]|[^\s"={}\[\],:|]+`)

func newLine(text string) *line { return &line{tokenPattern.FindAllString(text, -1)} }

func (l *line) peek() string {
	if len(l.tokens) == 0 {
		return ""
	}
	return l.tokens[0]
}

func (l *line) next() string {
	t := l.peek()
	l.tokens = l.tokens[min(1, len(l.tokens)):]
	return t
}

// accept takes the next token if it is sign.
func (l *line) accept(sign string) bool {
	ok := l.peek() == sign
	if ok {
		l.next()
	}
	return ok
}

func quoted(token string) bool { return strings.HasPrefix(token, `"`) }

// text is the next token without its quotes.
func (l *line) text() string {
	t := l.next()
	if s, err := strconv.Unquote(t); err == nil && quoted(t) {
		return s
	}
	return t
}

// encodeBurst is what a client sends on a channel at once, in bytes.
func encodeBurst(channel uint16, text string) (wire []byte, err error) {
	for part := range strings.SplitSeq(text, " ; ") {
		b, err := encodeLine(channel, part)
		if err != nil {
			return nil, err
		}
		wire = append(wire, b...)
	}
	return wire, nil
}

// encodeLine is one method or frame.
func encodeLine(channel uint16, text string) (wire []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %v", text, r)
		}
	}()
	l := newLine(text)
	switch name := l.next(); name {
	case "raw":
		return l.raw()
	case "heartbeat":
		return amqp.AppendHeartbeat(nil), nil
	case "header":
		size, p := l.header()
		return appendFrame(nil, amqp.FrameHeader, channel, amqp.AppendContentHeader(nil, amqp.BasicClass, size, p)), nil
	case "body":
		return appendFrame(nil, amqp.FrameBody, channel, l.body()), nil
	default:
		return l.method(channel, name)
	}
}

func appendFrame(dst []byte, kind uint8, channel uint16, payload []byte) []byte {
	dst = amqp.AppendFrameHeader(dst, kind, channel, uint32(len(payload)))
	return append(append(dst, payload...), amqp.FrameEnd)
}

// raw is hexadecimal digits, and text in quotes.
func (l *line) raw() (wire []byte, err error) {
	for l.peek() != "" && err == nil {
		var b []byte
		if quoted(l.peek()) {
			b = []byte(l.text())
		} else {
			b, err = hex.DecodeString(l.next())
		}
		wire = append(wire, b...)
	}
	return wire, err
}

// header is "size=5 delivery_mode=2", for content that is sent frame by frame.
func (l *line) header() (size uint64, p *amqp.Properties) {
	p = &amqp.Properties{}
	if l.accept("size") {
		l.accept("=")
		size, _ = strconv.ParseUint(l.next(), 10, 64)
	}
	l.fields(reflect.ValueOf(p).Elem())
	return size, p
}

// body is text in quotes; with a count in front, repeated.
func (l *line) body() []byte {
	times := 1
	if !quoted(l.peek()) {
		times, _ = strconv.Atoi(strings.TrimSuffix(l.next(), "*"))
	}
	return []byte(strings.Repeat(l.text(), times))
}

var methodIDs = func() map[string]amqp.MethodID {
	ids := map[string]amqp.MethodID{}
	for class := range amqp.MethodID(100) {
		for method := range amqp.MethodID(130) {
			ids[(class<<16 | method).String()] = class<<16 | method
		}
	}
	return ids
}()

// newMethod is an empty method of that name.
func newMethod(name string) amqp.Method {
	// A method frame of nothing but zeros is good for every method.
	payload := make([]byte, 64)
	id := methodIDs[name]
	copy(payload, []byte{0, byte(id.Class()), 0, byte(id.Method())})
	m, err := amqp.ParseMethod(payload)
	if err != nil {
		panic("no such method")
	}
	return m
}

// method is a method, and its content behind a bar.
func (l *line) method(channel uint16, name string) ([]byte, error) {
	m := newMethod(name)
	l.fields(reflect.ValueOf(m).Elem())
	wire := amqp.AppendMethod(nil, channel, m)
	if l.accept("|") {
		var p amqp.Properties
		l.fields(reflect.ValueOf(&p).Elem())
		body := l.body()
		header := amqp.AppendContentHeader(nil, amqp.BasicClass, uint64(len(body)), &p)
		wire = amqp.AppendContent(wire, channel, header, body, 4096)
	}
	if len(l.tokens) > 0 {
		return nil, errors.New("not understood: " + strings.Join(l.tokens, " "))
	}
	return wire, nil
}

// fields sets the fields of a struct: name=value, a flag's name alone, and of
// a close the code and the text.
func (l *line) fields(v reflect.Value) {
	for l.peek() != "" && l.peek() != "|" {
		if f := v.FieldByName("ReplyText"); quoted(l.peek()) && f.IsValid() {
			f.SetString(l.text())
			continue
		}
		if _, err := strconv.Atoi(l.peek()); err == nil && v.FieldByName("ReplyCode").IsValid() {
			setField(v.FieldByName("ReplyCode"), l.next())
			continue
		}
		if quoted(l.peek()) || strings.HasSuffix(l.peek(), "*") {
			return // the body
		}
		name := l.next()
		f := v.FieldByNameFunc(func(field string) bool { return snake(field) == name })
		switch {
		case !f.IsValid():
			panic("no field " + name)
		case !l.accept("="):
			f.SetBool(true)
		case f.Type() == reflect.TypeFor[amqp.Table]():
			f.Set(reflect.ValueOf(l.value()))
		default:
			setField(f, l.text())
		}
	}
}

func setField(f reflect.Value, text string) {
	switch {
	case f.Kind() == reflect.String:
		f.SetString(text)
	case f.Kind() == reflect.Slice:
		f.SetBytes([]byte(text))
	case f.Kind() == reflect.Bool:
		f.SetBool(text == "true")
	case f.Type() == reflect.TypeFor[time.Duration]():
		d, err := time.ParseDuration(text)
		if err != nil {
			panic(err)
		}
		f.SetInt(int64(d))
	default:
		if _, err := fmt.Sscan(text, f.Addr().Interface()); err != nil {
			panic(err)
		}
	}
}

// value is a value of a table.
func (l *line) value() any {
	switch {
	case quoted(l.peek()):
		return l.text()
	case l.accept("{"):
		t := amqp.Table{}
		for !l.accept("}") {
			key := l.text()
			l.accept(":")
			t[key] = l.value()
			l.accept(",")
		}
		return t
	case l.accept("["):
		list := []any{}
		for !l.accept("]") {
			list = append(list, l.value())
			l.accept(",")
		}
		return list
	}
	return l.number()
}

// number is a number with its type in front, or one of the other words.
func (l *line) number() any {
	kind := l.next()
	if t := valueTypes[kind]; t != nil {
		n := reflect.New(t).Elem()
		setNumber(n, l.next())
		return n.Interface()
	}
	switch kind {
	case "void":
		return nil
	case "true", "false":
		return kind == "true"
	case "binary":
		return []byte(l.text())
	case "time":
		seconds, _ := strconv.ParseInt(l.next(), 10, 64)
		return time.Unix(seconds, 0)
	}
	panic("no value: " + kind)
}

func setNumber(n reflect.Value, text string) {
	var err error
	switch {
	case n.CanInt():
		var i int64
		i, err = strconv.ParseInt(text, 10, n.Type().Bits())
		n.SetInt(i)
	case n.CanUint():
		var u uint64
		u, err = strconv.ParseUint(text, 10, n.Type().Bits())
		n.SetUint(u)
	default:
		var f float64
		f, err = strconv.ParseFloat(text, n.Type().Bits())
		n.SetFloat(f)
	}
	if err != nil {
		panic(err)
	}
}
