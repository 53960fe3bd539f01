package amqp

import (
	"encoding/binary"
	"fmt"
)

//go:generate go run ./spec

// MethodID names a method: class id in the high half, method id in the low.
type MethodID uint32

// Class is the class id.
func (id MethodID) Class() uint16 { return uint16(id >> 16) }

// Method is the method id within the class.
func (id MethodID) Method() uint16 { return uint16(id) }

// String is the method's name in the specification, "basic.publish".
func (id MethodID) String() string {
	if name, ok := methodNames[id]; ok {
		return name
	}
	return fmt.Sprintf("method %d.%d", id.Class(), id.Method())
}

// Method is a method with its arguments. Each has a struct of its own, generated
// from the specification. Reserved arguments have no field: they are written as
// zero, and skipped when read.
type Method interface {
	ID() MethodID

	// Parse reads payload, the payload of a method frame, ids included. Strings
	// are copied out of it, but for BasicPublish. What follows the last
	// argument is ignored. An error is an *Error; the fields are then undefined.
	Parse(payload []byte) error

	// Append appends the ids and the arguments to dst.
	Append(dst []byte) []byte
}

// MethodIDOf reads the ids in front of a method frame's payload, which need not
// be those of a known method.
func MethodIDOf(payload []byte) (MethodID, error) {
	if len(payload) < 4 {
		return 0, Malformed.New("method frame")
	}
	return MethodID(binary.BigEndian.Uint32(payload)), nil
}

// ParseMethod reads the payload of a method frame into a new Method.
func ParseMethod(payload []byte) (Method, error) {
	id, err := MethodIDOf(payload)
	if err != nil {
		return nil, err
	}
	m := newMethod(id)
	if m == nil {
		e := UnknownMethod.New()
		e.Method = id
		return nil, e
	}
	if err := m.Parse(payload); err != nil {
		return nil, err
	}
	return m, nil
}
