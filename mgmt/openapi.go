package mgmt

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
)

func (a *API) openAPIRoutes(r chi.Router) {
	r.Get("/api/x/openapi.json", a.asManager(a.openAPI))
}

// document is JSON that is built piece by piece.
type document map[string]any

func (a *API) openAPI(w http.ResponseWriter, _ *http.Request, _ *auth.User) { answer(w, describeAPI()) }

// describeAPI is the description of all operations, in OpenAPI 3.1.
func describeAPI() document {
	paths := document{}
	for i := range operations {
		o := &operations[i]
		at, there := paths[o.path].(document)
		if !there {
			at = document{}
			paths[o.path] = at
		}
		at[strings.ToLower(o.method)] = o.describe()
	}
	return document{
		"openapi": "3.1.0",
		"info": document{
			"title": productName + " management", "version": compatible,
			"description": "RabbitMQ's HTTP API, and under /api/x/ what goes beyond. Names in paths are percent-encoded: the vhost / is %2F.",
		},
		"servers":  []document{{"url": "/"}},
		"security": []document{{"basic": []string{}}, {"cookie": []string{}}},
		"paths":    paths,
		"components": document{
			"securitySchemes": document{
				"basic":  document{"type": "http", "scheme": "basic"},
				"cookie": document{"type": "apiKey", "in": "cookie", "name": cookieName},
			},
			"schemas":   document{"Problem": problemSchema(), "Page": pageSchema()},
			"responses": document{"Problem": problemResponse()},
		},
	}
}

func problemSchema() document {
	return document{
		"type": "object", "required": []string{"error", "reason"},
		"properties": document{"error": document{"type": "string"}, "reason": document{"type": "string"}},
	}
}

func problemResponse() document {
	return document{
		"description": "What is wrong: error names it, reason is a sentence.",
		"content":     document{"application/json": document{"schema": document{"$ref": "#/components/schemas/Problem"}}},
	}
}

// pageSchema is that of a list when a page of it is asked for.
func pageSchema() document {
	properties, needed := document{"items": rows()}, []string{"items"}
	for _, key := range []string{"filtered_count", "item_count", "page", "page_count", "page_size", "total_count"} {
		properties[key] = document{"type": "integer"}
		needed = append(needed, key)
	}
	return document{"type": "object", "required": needed, "properties": properties}
}

func rows() document { return document{"type": "array", "items": document{"type": "object"}} }

// describe is the operation as a path has it.
func (o *operation) describe() document {
	segments := strings.Split(strings.TrimPrefix(strings.TrimPrefix(o.path, "/api"), "/x"), "/")
	d := document{
		"summary": o.says, "operationId": o.id(), "tags": []string{segments[1]}, "responses": o.responses(),
	}
	if ps := o.parameters(); len(ps) > 0 {
		d["parameters"] = ps
	}
	if o.body != "" {
		d["requestBody"] = document{"content": document{"application/json": document{"schema": bodySchema(o.body)}}}
	}
	if o.who == "" {
		d["security"] = []document{}
	} else {
		d["x-requires"] = o.who
	}
	return d
}

// id names the operation: "get-queues-vhost-name".
func (o *operation) id() string {
	return strings.ToLower(o.method) + strings.NewReplacer("/api/", "-", "/", "-", "{", "", "}", "").Replace(o.path)
}

func (o *operation) parameters() (list []document) {
	for _, segment := range strings.Split(o.path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			list = append(list, document{
				"name": strings.TrimSuffix(name, "}"), "in": "path", "required": true, "schema": document{"type": "string"},
			})
		}
	}
	for _, text := range strings.Fields(o.query) {
		f := parseNotation(text)
		p := document{"name": f.name, "in": "query", "schema": f.schema()}
		if f.needed {
			p["required"] = true
		}
		list = append(list, p)
	}
	return list
}

// responses are what is answered when it went well, and else.
func (o *operation) responses() document {
	rs := document{"default": document{"$ref": "#/components/responses/Problem"}}
	answered := func(status, kind string, schema document) {
		rs[status] = document{"description": "Done.", "content": document{kind: document{"schema": schema}}}
	}
	status := "200"
	if strings.Contains(o.path, "/messages/") || strings.HasSuffix(o.path, "/redrive") {
		status = "202"
	}
	switch o.answers {
	case "list":
		answered(status, "application/json", document{"type": "array"})
	case "paged":
		answered(status, "application/json", document{"oneOf": []document{rows(), {"$ref": "#/components/schemas/Page"}}})
	case "object":
		answered(status, "application/json", document{"type": "object"})
	case "text":
		answered(status, "application/json", document{"type": "string"})
	case "yaml":
		answered(status, "application/yaml", document{"type": "string"})
	case "file":
		answered(status, "application/zstd", document{"type": "string", "format": "binary"})
	case "events":
		answered(status, "text/event-stream", document{"type": "string"})
	default:
		rs["204"] = document{"description": "Done."}
		if o.method == http.MethodPut || o.method == http.MethodPost {
			rs["201"] = document{"description": "Done: it is new."}
		}
	}
	return rs
}

// notation is one field of a query or a body: see operation.
type notation struct {
	name, kind string
	needed     bool
}

func parseNotation(text string) notation {
	name, kind, typed := strings.Cut(text, ":")
	if !typed {
		kind = "string"
	}
	bare, needed := strings.CutSuffix(name, "!")
	return notation{bare, kind, needed}
}

func (n notation) schema() document {
	if n.kind == "any" {
		return document{}
	}
	return document{"type": n.kind}
}

// bodySchema is an object with the fields of text; "{}" is one with any.
func bodySchema(text string) document {
	if text == "{}" {
		return document{"type": "object"}
	}
	properties, needed := document{}, []string{}
	for _, part := range strings.Fields(text) {
		f := parseNotation(part)
		properties[f.name] = f.schema()
		if f.needed {
			needed = append(needed, f.name)
		}
	}
	return document{"type": "object", "properties": properties, "required": needed}
}
