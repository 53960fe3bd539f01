package amqp

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// TypeName is RabbitMQ's name of a value's type, as printed in error texts. A
// value no Table may hold is a "void", as it is when written.
func TypeName(v any) string {
	switch v.(type) {
	case bool:
		return "bool"
	case int8:
		return "byte"
	case uint8:
		return "unsignedbyte"
	case int16:
		return "short"
	case uint16:
		return "unsignedshort"
	case int32:
		return "signedint"
	case uint32:
		return "unsignedint"
	case int64, int:
		return "long"
	case float32:
		return "float"
	case float64:
		return "double"
	case Decimal:
		return "decimal"
	case string:
		return "longstr"
	case []byte:
		return "binary"
	case time.Time:
		return "timestamp"
	case Table:
		return "table"
	case []any:
		return "array"
	}
	return "void"
}

// FormatValue prints a value the way RabbitMQ does between the quotes of an
// error text: a string as it is, anything else as an Erlang term.
func FormatValue(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return term(v)
}

// FormatTerm prints any value as an Erlang term, as RabbitMQ does outside of
// quotes: a string is <<"text">>.
func FormatTerm(v any) string { return term(v) }

// term is v as an Erlang term.
func term(v any) string {
	if i, ok := Int(v); ok {
		return strconv.FormatInt(i, 10)
	}
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case float32:
		return floatTerm(float64(v), 32)
	case float64:
		return floatTerm(v, 64)
	case Decimal:
		return fmt.Sprintf("{%d,%d}", v.Scale, v.Value)
	case time.Time:
		return strconv.FormatInt(v.Unix(), 10)
	case string:
		return binaryTerm(v)
	case []byte:
		return binaryTerm(string(v))
	case Table:
		return tableTerm(v)
	case []any:
		return arrayTerm(v)
	}
	return "undefined"
}

// floatTerm always has a point, which is what tells a float in Erlang.
func floatTerm(f float64, bits int) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'g', -1, bits), "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	if n, err := strconv.Atoi(exponent); err == nil {
		return mantissa + "e" + strconv.Itoa(n)
	}
	return mantissa
}

func tableTerm(t Table) string {
	var fields []string
	for _, key := range slices.Sorted(maps.Keys(t)) {
		fields = append(fields, fmt.Sprintf("{%s,%s,%s}", binaryTerm(key), TypeName(t[key]), term(t[key])))
	}
	return "[" + strings.Join(fields, ",") + "]"
}

func arrayTerm(array []any) string {
	var items []string
	for _, v := range array {
		items = append(items, fmt.Sprintf("{%s,%s}", TypeName(v), term(v)))
	}
	return "[" + strings.Join(items, ",") + "]"
}

// binaryTerm is <<"text">>, or <<1,2,3>> when s is not printable text.
func binaryTerm(s string) string {
	ascii, printable := true, s != "" && utf8.ValidString(s)
	for _, r := range s {
		ascii = ascii && r < utf8.RuneSelf
		printable = printable && (unicode.IsPrint(r) || strings.ContainsRune("\n\r\t", r))
	}
	switch {
	case printable && ascii:
		return "<<" + quoteTerm(s) + ">>"
	case printable:
		return "<<" + quoteTerm(s) + "/utf8>>"
	}
	octets := make([]string, len(s))
	for i := range octets {
		octets[i] = strconv.Itoa(int(s[i]))
	}
	return "<<" + strings.Join(octets, ",") + ">>"
}

var termEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func quoteTerm(s string) string { return `"` + termEscapes.Replace(s) + `"` }
