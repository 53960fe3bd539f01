package mgmt

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/definitions"
)

// maxDefinitionsBytes bounds a file of definitions.
const maxDefinitionsBytes = 64 << 20

func (a *API) definitionRoutes(r chi.Router) {
	for _, path := range []string{"/api/definitions", "/api/all-configuration"} {
		r.Get(path, a.as("administrator", a.export))
		r.Post(path, a.as("administrator", a.importAll))
	}
	r.Get("/api/definitions/{vhost}", a.as("administrator", a.exportVhost))
	r.Post("/api/definitions/{vhost}", a.as("administrator", a.importVhost))
}

// export answers with all definitions.
func (a *API) export(w http.ResponseWriter, r *http.Request) {
	d, err := a.broker.Export()
	if err != nil {
		problem(w, err)
		return
	}
	d.OriginalClusterName = a.broker.ClusterName()
	d.Explanation = "Definitions of cluster '" + d.OriginalClusterName + "'"
	answerDefinitions(w, r, d)
}

// exportVhost answers with what is in one vhost, in the form that can be put
// into another.
func (a *API) exportVhost(w http.ResponseWriter, r *http.Request) {
	record, err := a.broker.VhostRecord(parameter(r, "vhost"))
	if err != nil {
		notHere(w, r)
		return
	}
	all, err := a.broker.Export()
	if err != nil {
		problem(w, err)
		return
	}
	d := all.OfVhost(record)
	d.Explanation = "Definitions of virtual host '" + record.Name + "'"
	answerDefinitions(w, r, d)
}

func answerDefinitions(w http.ResponseWriter, r *http.Request, d *definitions.Definitions) {
	d.RabbitVersion, d.RabbitMQVersion = compatible, compatible
	d.ProductName, d.ProductVersion = productName, compatible
	if r.URL.Query().Get("everything") != "true" {
		d = d.Plain()
	}
	text, err := d.JSON()
	if err != nil {
		problem(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if file := r.URL.Query().Get("download"); file != "" {
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file}))
	}
	w.Write(text)
}

func (a *API) importAll(w http.ResponseWriter, r *http.Request) {
	if d := readDefinitions(w, r); d != nil {
		a.importDefinitions(w, r, d)
	}
}

// importVhost takes what was exported of one vhost. What names a vhost itself
// stays where it says.
func (a *API) importVhost(w http.ResponseWriter, r *http.Request) {
	if !a.needVhost(w, r) {
		return
	}
	d := readDefinitions(w, r)
	if d == nil {
		return
	}
	if len(d.Users)+len(d.Vhosts)+len(d.Permissions)+len(d.GlobalParameters) > 0 {
		bad(w, "the definitions are not of a single virtual host")
		return
	}
	d.InVhost(parameter(r, "vhost"))
	a.importDefinitions(w, r, d)
}

func (a *API) importDefinitions(w http.ResponseWriter, r *http.Request, d *definitions.Definitions) {
	if err := a.broker.By(actorOf(r, "definitions")).Import(d); err != nil {
		bad(w, err.Error())
		return
	}
	done(w, nil)
}

// readDefinitions reads the body of r: JSON, or YAML if it says so, or a form
// with either in the field file. It answers 400 when it cannot. There are no
// variables and no files for it: those of the broker are not the asker's.
func readDefinitions(w http.ResponseWriter, r *http.Request) *definitions.Definitions {
	r.Body = bounded(w, r, maxDefinitionsBytes)
	name, text, err := definitionsText(r)
	if err != nil {
		bad(w, err.Error())
		return nil
	}
	if text = bytes.TrimSpace(text); len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		bad(w, doublyEncoded)
		return nil
	}
	d, err := definitions.Parse(name, text)
	if err != nil {
		bad(w, "failed_to_parse_"+strings.TrimPrefix(path.Ext(name), ".")+": "+err.Error())
		return nil
	}
	return d
}

// definitionsText is what the body of r holds, and a name that tells the format.
func definitionsText(r *http.Request) (name string, text []byte, err error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		text, err = io.ReadAll(r.Body)
		return namedBy(strings.HasSuffix(kind, "yaml")), text, err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, err
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return "", nil, errors.New("the form has no field 'file'")
		}
		if part.FormName() == "file" {
			text, err := io.ReadAll(part)
			extension := path.Ext(part.FileName())
			return namedBy(extension == ".yaml" || extension == ".yml"), text, err
		}
	}
}

func namedBy(yaml bool) string {
	if yaml {
		return "definitions.yaml"
	}
	return "definitions.json"
}
