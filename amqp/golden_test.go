package amqp

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// example is one paragraph of testdata/wire: bytes, and what they mean.
type example struct {
	name  string
	wire  []byte
	value string // as show prints it
	again []byte // what the value is written as; wire when absent
	err   string // the reply text instead of a value
}

// TestGolden reads every example, compares the value or the failure, and
// writes the value again.
func TestGolden(t *testing.T) {
	decoders := map[string]func(wire []byte) (value any, again []byte, err error){
		"frames":  goldenFrame,
		"methods": goldenMethod,
		"headers": goldenHeader,
		"tables":  goldenTable,
	}
	for file, decode := range decoders {
		for _, ex := range readExamples(t, "testdata/wire/"+file+".txt") {
			t.Run(file+"/"+ex.name, func(t *testing.T) {
				value, again, err := decode(ex.wire)
				if err != nil || ex.err != "" {
					if fmt.Sprint(err) != ex.err {
						t.Fatalf("error %v, want %s", err, ex.err)
					}
					return
				}
				if got := show(value); got != ex.value {
					t.Errorf("value\n%s, want\n%s", got, ex.value)
				}
				if !bytes.Equal(again, ex.again) {
					t.Errorf("written as\n%x, want\n%x", again, ex.again)
				}
			})
		}
	}
}

func goldenFrame(wire []byte) (any, []byte, error) {
	f, err := NewReader(bytes.NewReader(wire)).Next()
	return f, appendFrame(nil, f.Type, f.Channel, f.Payload), err
}

func goldenMethod(wire []byte) (any, []byte, error) {
	m, err := ParseMethod(wire)
	if err != nil {
		return nil, nil, err
	}
	return m, m.Append(nil), nil
}

func goldenHeader(wire []byte) (any, []byte, error) {
	p, err := ParseProperties(wire)
	var h ContentHeader
	if quick := ParseContentHeader(wire, &h); fmt.Sprint(quick) != fmt.Sprint(err) {
		return nil, nil, fmt.Errorf("ParseContentHeader says %v, ParseProperties %v", quick, err)
	}
	return p, AppendContentHeader(nil, h.Class, h.BodySize, &p), err
}

func goldenTable(wire []byte) (any, []byte, error) {
	table, err := ParseTable(wire)
	if quick := CheckTable(wire); fmt.Sprint(quick) != fmt.Sprint(err) {
		return nil, nil, fmt.Errorf("CheckTable says %v, ParseTable %v", quick, err)
	}
	return table, AppendTable(nil, table)[4:], err
}

// show prints a table as a term, and a struct by its fields that are not zero.
func show(v any) string {
	if table, ok := v.(Table); ok {
		return term(table)
	}
	s := reflect.Indirect(reflect.ValueOf(v))
	fields := []string{s.Type().Name()}
	for i := range s.NumField() {
		if f := s.Field(i); f.IsZero() || f.Kind() == reflect.Slice && f.Len() == 0 {
			continue
		}
		value := fmt.Sprint(s.Field(i))
		switch x := s.Field(i).Interface().(type) {
		case string, []byte:
			value = fmt.Sprintf("%q", x)
		case Table:
			value = term(x)
		case PropertyFlags:
			value = fmt.Sprintf("%016b", x)
		}
		fields = append(fields, s.Type().Field(i).Name+"="+value)
	}
	return strings.Join(fields, " ")
}

// readExamples reads a file of paragraphs "key: value", # being a comment.
func readExamples(t testing.TB, path string) []example {
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []example
	for paragraph := range strings.SplitSeq(string(file), "\n\n") {
		var ex example
		for line := range strings.Lines(paragraph) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			value = strings.TrimSpace(value)
			switch key {
			case "name":
				ex.name = value
			case "wire":
				ex.wire = readWire(t, value)
				ex.again = ex.wire
			case "value":
				ex.value = value
			case "again":
				ex.again = readWire(t, value)
			case "error":
				ex.err = value
			default:
				if key != "" && !strings.HasPrefix(key, "#") {
					t.Fatalf("%s: unknown line %q", path, line)
				}
			}
		}
		if ex.name != "" {
			all = append(all, ex)
		}
	}
	if len(all) == 0 {
		t.Fatalf("%s: no examples", path)
	}
	return all
}

// readWire reads bytes written as hex and quoted strings: 02 "ex" 0001; an item
// behind a count and a star stands that often: 3*00.
func readWire(t testing.TB, s string) []byte {
	var wire []byte
	for item := range strings.FieldsSeq(s) {
		times := 1
		if count, of, ok := strings.Cut(item, "*"); ok {
			times, _ = strconv.Atoi(count)
			item = of
		}
		b, err := hex.DecodeString(item)
		if text, quoted := strings.CutPrefix(item, `"`); quoted {
			b, err = []byte(strings.TrimSuffix(text, `"`)), nil
		}
		if err != nil {
			t.Fatalf("%q: %v", item, err)
		}
		wire = append(wire, bytes.Repeat(b, times)...)
	}
	return wire
}
