package mgmt

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/listener"
)

func (a *API) certificateRoutes(r chi.Router) {
	r.Get("/api/x/certificates", a.as("monitoring", a.listCertificates))
	r.Post("/api/x/certificates/reload", a.as("administrator", a.reloadCertificates))
}

// WithCertificates shows the certificates of listeners, and has them reloaded
// when an administrator asks.
func WithCertificates(c *listener.Certificates) Option { return func(a *API) { a.certificates = c } }

// certificate is one that a listener uses.
type certificate struct {
	Listener    string   `json:"listener"` // by its protocol
	File        string   `json:"file"`
	Use         string   `json:"use"` // "server", "chain", or "authority" of clients
	Subject     string   `json:"subject"`
	Names       []string `json:"subject_alternative_names"`
	Issuer      string   `json:"issuer"`
	Serial      string   `json:"serial_number"`
	Fingerprint string   `json:"fingerprint_sha256"`
	NotBefore   string   `json:"not_before"`
	NotAfter    string   `json:"not_after"`
	DaysLeft    int      `json:"days_left"` // whole ones; below 0 when it has expired
}

func showCertificate(c *listener.Certificate, now time.Time) certificate {
	return certificate{
		Listener: c.Listener, File: c.File, Use: string(c.Use), Subject: c.Subject, Names: c.Names, Issuer: c.Issuer,
		Serial: c.Serial, Fingerprint: c.Fingerprint,
		NotBefore: c.NotBefore.UTC().Format(time.RFC3339), NotAfter: c.NotAfter.UTC().Format(time.RFC3339),
		DaysLeft: int(math.Floor(c.NotAfter.Sub(now).Hours() / 24)),
	}
}

func (a *API) listCertificates(w http.ResponseWriter, _ *http.Request) {
	list, now := []certificate{}, time.Now()
	for _, c := range a.certificates.List() {
		list = append(list, showCertificate(&c, now))
	}
	answer(w, list)
}

// reloadCertificates has all files read again: all are in effect afterwards, or
// those from before.
func (a *API) reloadCertificates(w http.ResponseWriter, r *http.Request) {
	err := a.certificates.Reload()
	result := "ok"
	if err != nil {
		result = err.Error()
	}
	a.acting(r).Note("certificates.reloaded", amqp.Table{"result": result})
	if err != nil {
		bad(w, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// timeUnits are those in which certificates expire.
var timeUnits = map[string]time.Duration{
	"days": 24 * time.Hour, "weeks": 7 * 24 * time.Hour, "months": 365 * 24 * time.Hour / 12, "years": 365 * 24 * time.Hour,
}

// expiring is a listener with certificates that do not last, as RabbitMQ shows
// it.
type expiring struct {
	Node               string   `json:"node"`
	Protocol           string   `json:"protocol"`
	Interface          string   `json:"interface"`
	Port               int      `json:"port"`
	CertFile           string   `json:"certfile"`
	CertFileExpiresOn  []string `json:"certfile_expires_on"`
	CAFile             string   `json:"cacertfile"`
	CAFileCertsExpires []string `json:"cacertfile_expires_on"`
}

// note adds c to what is said of its listener. Of several files the one is
// named that does not last.
func (e *expiring) note(c *listener.Certificate, until time.Time) {
	lasts := !c.NotAfter.Before(until)
	file, on := &e.CertFile, &e.CertFileExpiresOn
	if c.Use == listener.UseAuthority {
		file, on = &e.CAFile, &e.CAFileCertsExpires
	}
	if *file == "" || !lasts {
		*file = c.File
	}
	if !lasts {
		*on = append(*on, c.NotAfter.UTC().Format(time.DateTime))
	}
}

func (e *expiring) expires() bool { return len(e.CertFileExpiresOn)+len(e.CAFileCertsExpires) > 0 }

// expiring are the listeners one of whose certificates does not last until
// then.
func (a *API) expiring(until time.Time) []expiring {
	list, certificates := []expiring{}, a.certificates.List()
	for _, l := range a.facts.Listeners {
		e := expiring{
			Node: a.node, Protocol: l.Protocol, Interface: l.IP, Port: l.Port,
			CertFileExpiresOn: []string{}, CAFileCertsExpires: []string{},
		}
		for i := range certificates {
			if c := &certificates[i]; c.Listener == l.Protocol {
				e.note(c, until)
			}
		}
		if e.expires() {
			list = append(list, e)
		}
	}
	return list
}

// maxExpiryYears bounds what can be asked for; further off, dates overflow.
const maxExpiryYears = 200

// checkCertificates answers whether all certificates last so long.
func (a *API) checkCertificates(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	unit, ok := timeUnits[strings.ToLower(parameter(r, "unit"))]
	n, err := strconv.Atoi(parameter(r, "n"))
	switch {
	case err != nil || n < 0 || ok && n > int(maxExpiryYears*timeUnits["years"]/unit):
		bad(w, "Invalid expiration value")
		return
	case !ok:
		bad(w, "Time unit not recognised. Use days, weeks, months, years.")
		return
	}
	if list := a.expiring(time.Now().Add(time.Duration(n) * unit)); len(list) > 0 {
		unwell(w, "Certificates expiring", object{"expired": list})
		return
	}
	well(w, nil)
}
