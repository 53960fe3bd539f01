package main

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

// document is what the generator reads of a specification file.
type document struct {
	Domains []struct {
		Name string `xml:"name,attr"`
		Type string `xml:"type,attr"`
	} `xml:"domain"`
	Classes []struct {
		Name    string   `xml:"name,attr"`
		Index   uint16   `xml:"index,attr"`
		Methods []method `xml:"method"`
	} `xml:"class"`
}

// method is one method of a class.
type method struct {
	class         string
	classID       uint16
	Name          string    `xml:"name,attr"`
	ID            uint16    `xml:"index,attr"`
	Fields        []field   `xml:"field"`
	ImplementedBy []chassis `xml:"chassis"`
}

// chassis says which side has to understand a method.
type chassis struct {
	Side string `xml:"name,attr"`
}

// field is one argument. Its wire type stands in the attribute type, or behind
// the name of a domain.
type field struct {
	Name     string `xml:"name,attr"`
	Domain   string `xml:"domain,attr"`
	Type     string `xml:"type,attr"`
	Reserved bool   `xml:"reserved,attr"`
}

// readMethods gives the methods of all files, ordered by id, with the types of
// their fields resolved.
func readMethods(files ...[]byte) ([]method, error) {
	domains := map[string]string{}
	var methods []method
	for _, file := range files {
		var d document
		if err := xml.Unmarshal(file, &d); err != nil {
			return nil, err
		}
		for _, domain := range d.Domains {
			domains[domain.Name] = domain.Type
		}
		for _, c := range d.Classes {
			for _, m := range c.Methods {
				m.class, m.classID = c.Name, c.Index
				methods = append(methods, m)
			}
		}
	}
	for _, m := range methods {
		if err := m.resolve(domains); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(methods, func(a, b method) int {
		return cmp.Or(cmp.Compare(a.classID, b.classID), cmp.Compare(a.ID, b.ID))
	})
	return methods, nil
}

// resolve puts into each field's Type the key of its wireTypes entry: the type
// behind its domain, except where Go holds the field in its own way.
func (m method) resolve(domains map[string]string) error {
	for i := range m.Fields {
		f := &m.Fields[i]
		if f.Type == "" {
			f.Type = domains[f.Domain]
		}
		switch {
		case f.Domain == "reply-code":
			f.Type = f.Domain
		case f.Type == "shortstr" && m.aliases():
			f.Type = aliased
		}
		if _, ok := wireTypes[f.Type]; !ok {
			return fmt.Errorf("%s.%s: field %s has no known type", m.class, m.Name, f.Name)
		}
	}
	return nil
}

// goName is the method's name in Go: BasicGetOk.
func (m method) goName() string { return camel(m.class) + camel(m.Name) }

// sender says who sends the method, for its comment.
func (m method) sender() string {
	sides := map[string]bool{}
	for _, c := range m.ImplementedBy {
		sides[c.Side] = true
	}
	switch {
	case sides["server"] && sides["client"]:
		return "either side"
	case sides["server"]:
		return "the client"
	}
	return "the server"
}

// aliases reports whether the method's strings are to alias the payload:
// basic.publish is read once a message.
func (m method) aliases() bool { return m.class == "basic" && m.Name == "publish" }

// goName is the field's name in Go: ClassID.
func (f field) goName() string {
	if f.Name == "nowait" {
		return "NoWait" // as every other method spells it
	}
	return camel(f.Name)
}

// camel turns virtual-host into VirtualHost.
func camel(name string) string {
	var s strings.Builder
	for part := range strings.SplitSeq(name, "-") {
		if part == "id" {
			part = "ID"
		}
		s.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return s.String()
}
