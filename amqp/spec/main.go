// Command spec writes amqp/methods_gen.go from the protocol's XML: the public
// 0-9-1 specification with RabbitMQ's extensions, and additions.xml for what
// that file lacks. It knows the shape of a method, and not what one does.
package main

import (
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"os"
)

var (
	//go:embed amqp0-9-1.extended.xml
	extended []byte
	//go:embed additions.xml
	additions []byte
)

func main() {
	out := flag.String("o", "methods_gen.go", "the file to write")
	flag.Parse()
	src, err := generate()
	if err == nil {
		err = os.WriteFile(*out, src, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "spec:", err)
		os.Exit(1)
	}
}

// generate is the whole source of methods_gen.go, formatted.
func generate() ([]byte, error) {
	methods, err := readMethods(extended, additions)
	if err != nil {
		return nil, err
	}
	var w bytes.Buffer
	return emit(&w, methods)
}
