// Package filter holds expressions about a message: headers.tenant == "a" &&
// priority > 3. It knows no queue, and nobody who asks.
package filter

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

const (
	// MaxBytes is how long the text of a filter may be.
	MaxBytes = 4096
	// maxNodes is how many operators, names and values it may have.
	maxNodes = 200
	// maxHeader is how large the properties of a message may be that are looked
	// at, in bytes.
	maxHeader = 16 << 10
)

// functions are those that an expression may call.
var functions = []string{"len", "lower", "upper", "trim", "int", "float", "string"}

// Filter is an expression that is true of some messages. One goroutine may use
// it at a time.
type Filter struct {
	text    string
	program *vm.Program
	vm      vm.VM
	env     environment
	needs   needs
}

// environment is what an expression can speak of.
type environment struct {
	Headers         map[string]any `expr:"headers"`
	Exchange        string         `expr:"exchange"`
	RoutingKey      string         `expr:"routing_key"`
	Priority        int            `expr:"priority"`
	Size            int            `expr:"size"` // of the body, in bytes
	Persistent      bool           `expr:"persistent"`
	Redelivered     bool           `expr:"redelivered"`
	ContentType     string         `expr:"content_type"`
	ContentEncoding string         `expr:"content_encoding"`
	CorrelationID   string         `expr:"correlation_id"`
	ReplyTo         string         `expr:"reply_to"`
	MessageID       string         `expr:"message_id"`
	Timestamp       int            `expr:"timestamp"` // Unix seconds
	Type            string         `expr:"type"`
	UserID          string         `expr:"user_id"`
	AppID           string         `expr:"app_id"`
}

// needs is what has to be known of a message for an expression to be asked.
type needs struct {
	properties  bool // those that have to be decoded
	redelivered bool
}

// New reads an expression. The error says what is wrong with it.
func New(text string) (*Filter, error) {
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("a filter has %d bytes at most", MaxBytes)
	}
	v := &visitor{}
	options := []expr.Option{expr.Env(environment{}), expr.AsBool(), expr.MaxNodes(maxNodes), expr.DisableAllBuiltins(), expr.Patch(v)}
	for _, name := range functions {
		options = append(options, expr.EnableBuiltin(name))
	}
	program, err := expr.Compile(text, options...)
	if v.err != nil {
		return nil, v.err
	}
	if err != nil {
		line, _, _ := strings.Cut(err.Error(), "\n")
		return nil, errors.New(line)
	}
	return &Filter{text: text, program: program, needs: v.needs}, nil
}

// Text is the expression.
func (f *Filter) Text() string { return f.text }

// Fickle reports whether what holds of a message may change when it has been
// delivered in vain.
func (f *Filter) Fickle() bool { return f.needs.redelivered }

// Matches reports whether the expression is true of m. It is not when it means
// nothing for m, as when it compares a header that is not there with a number,
// nor of a message with more than 16 KiB of properties.
func (f *Filter) Matches(m *message.Message, redelivered bool) bool {
	e := &f.env
	*e = environment{
		Exchange: m.Exchange, RoutingKey: m.RoutingKey, Priority: int(m.Priority), Size: len(m.Body),
		Persistent: m.Persistent, Redelivered: redelivered,
	}
	if f.needs.properties && !e.read(m.Header) {
		return false
	}
	said, err := f.vm.Run(f.program, e)
	yes, ok := said.(bool)
	return err == nil && ok && yes
}

// read takes up the properties; false if there are too many.
func (e *environment) read(header []byte) bool {
	if len(header) > maxHeader {
		return false
	}
	p, err := amqp.ParseProperties(header)
	if err != nil {
		return false
	}
	for key, v := range p.Headers {
		if t, ok := v.(time.Time); ok {
			p.Headers[key] = t.Unix()
		}
	}
	e.Headers = p.Headers
	e.ContentType, e.ContentEncoding, e.CorrelationID, e.ReplyTo = p.ContentType, p.ContentEncoding, p.CorrelationID, p.ReplyTo
	e.MessageID, e.Timestamp, e.Type, e.UserID, e.AppID = p.MessageID, int(p.Timestamp), p.Type, p.UserID, p.AppID
	return true
}

// visitor finds out what an expression needs, and refuses what could take long
// or make much of little: whoever asks does so with other things waiting.
type visitor struct {
	needs needs
	err   error
}

// Visit implements ast.Visitor.
func (v *visitor) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		v.note(n.Value)
	case *ast.BinaryNode:
		if _, constant := n.Right.(*ast.StringNode); n.Operator == "matches" && !constant {
			v.refuse("the pattern of matches has to be a text")
		}
		if n.Operator == ".." {
			v.refuse("a range is too much")
		}
	case *ast.CallNode:
		v.refuse("there is no such function")
	case *ast.PredicateNode, *ast.VariableDeclaratorNode, *ast.SequenceNode, *ast.MapNode:
		v.refuse("only a single expression is possible, without loops and variables")
	}
}

func (v *visitor) refuse(why string) {
	if v.err == nil {
		v.err = errors.New(why)
	}
}

func (v *visitor) note(name string) {
	switch name {
	case "exchange", "routing_key", "priority", "size", "persistent":
	case "redelivered":
		v.needs.redelivered = true
	default:
		v.needs.properties = true
	}
}
