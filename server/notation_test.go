package server

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/hutchmq/hutchmq/amqp"
)

// The notation of methods, properties and tables in scripts:
//
//	queue.declare queue=q durable arguments={x-max-length:i32 5, x-overflow:"drop-head"}
//	basic.publish routing_key=q | delivery_mode=2 "the body"
//	channel.close 404 "NOT_FOUND - no queue 'q' in vhost '/'" queue.declare
//
// A field that is false or empty is left out, and so is the count of a long
// body of one letter: 5000*"x".

// snake is the name of a Go field in the notation.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) && unicode.IsLower(rune(name[i-1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

var bareWord = regexp.MustCompile(`^[A-Za-z0-9_.#*/$+-]+$`)

func word(s string) string {
	if bareWord.MatchString(s) {
		return s
	}
	return strconv.Quote(s)
}

// showFields notes the fields of a struct; numbers even when they are 0, if
// zeros is set.
func showFields(v reflect.Value, zeros bool) (fields []string) {
	for i := range v.NumField() {
		name, f := snake(v.Type().Field(i).Name), v.Field(i)
		switch x := f.Interface().(type) {
		case amqp.PropertyFlags:
		case bool:
			if x {
				fields = append(fields, name)
			}
		case amqp.Table:
			if len(x) > 0 {
				fields = append(fields, name+"="+showValue(x))
			}
		case string:
			if x != "" {
				fields = append(fields, name+"="+word(x))
			}
		case []byte:
			if len(x) > 0 {
				fields = append(fields, name+"="+word(string(x)))
			}
		default:
			if zeros || !f.IsZero() {
				fields = append(fields, fmt.Sprintf("%s=%d", name, x))
			}
		}
	}
	return fields
}

// showMethod notes a method. Closes and returns begin with code and text.
func showMethod(m amqp.Method) string {
	switch m := m.(type) {
	case *amqp.ConnectionClose:
		return showClose(m, m.ReplyCode, m.ReplyText, m.ClassID, m.MethodID)
	case *amqp.ChannelClose:
		return showClose(m, m.ReplyCode, m.ReplyText, m.ClassID, m.MethodID)
	}
	return strings.Join(append([]string{m.ID().String()}, showFields(reflect.ValueOf(m).Elem(), true)...), " ")
}

func showClose(m amqp.Method, code amqp.ReplyCode, text string, class, method uint16) string {
	s := fmt.Sprintf("%s %d %q", m.ID(), uint16(code), text)
	if id := amqp.MethodID(class)<<16 | amqp.MethodID(method); id != 0 {
		s += " " + id.String()
	}
	return s
}

// showEvent notes what the server did.
func showEvent(e event) string {
	if e.word != "" {
		return e.word
	}
	s := showMethod(e.method)
	if e.header == nil {
		return s
	}
	p, err := amqp.ParseProperties(e.header)
	if err != nil {
		return s + " | " + err.Error()
	}
	parts := append([]string{s, "|"}, showFields(reflect.ValueOf(p), false)...)
	return strings.Join(append(parts, showBody(e.body)), " ")
}

func showBody(b []byte) string {
	if len(b) > 60 && strings.Count(string(b), string(b[:1])) == len(b) {
		return fmt.Sprintf("%d*%q", len(b), b[:1])
	}
	return strconv.Quote(string(b))
}

// valueTypes are the numbers of a table by the words in front of them.
var valueTypes = map[string]reflect.Type{
	"i8": reflect.TypeFor[int8](), "u8": reflect.TypeFor[uint8](), "i16": reflect.TypeFor[int16](),
	"u16": reflect.TypeFor[uint16](), "i32": reflect.TypeFor[int32](), "u32": reflect.TypeFor[uint32](),
	"i64": reflect.TypeFor[int64](), "f32": reflect.TypeFor[float32](), "f64": reflect.TypeFor[float64](),
}

// showValue notes a value of a table.
func showValue(v any) string {
	switch v := v.(type) {
	case nil:
		return "void"
	case string:
		return strconv.Quote(v)
	case []byte:
		return "binary " + strconv.Quote(string(v))
	case time.Time:
		return fmt.Sprintf("time %d", v.Unix())
	case amqp.Table:
		var fields []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			fields = append(fields, word(k)+":"+showValue(v[k]))
		}
		return "{" + strings.Join(fields, ", ") + "}"
	case []any:
		var items []string
		for _, x := range v {
			items = append(items, showValue(x))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	for name, t := range valueTypes {
		if t == reflect.TypeOf(v) {
			return fmt.Sprintf("%s %v", name, v)
		}
	}
	return fmt.Sprint(v)
}
