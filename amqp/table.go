package amqp

import "time"

// Table is a field table (spec 4.2.5.5), in RabbitMQ's dialect of types:
//
//	t bool      b int8    B uint8    s int16   u uint16   I int32   i uint32
//	l, L int64  f float32 d float64  D Decimal S string   x []byte  T time.Time
//	F Table     A []any   V nil
type Table map[string]any

// Decimal is the field type D: Value scaled down by 10^Scale.
type Decimal struct {
	Scale uint8
	Value uint32
}

var _ = time.Time{}
