package mgmt

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/broker"
)

func (a *API) backupRoutes(r chi.Router) {
	r.Get(backupPath, a.as("administrator", a.backup))
}

const (
	backupPath = "/api/x/backup"
	// backupBytes tells about how much the broker has to read for a backup.
	backupBytes = "X-Backup-Bytes"
	// slowBackup is how long a client may take nothing of its backup.
	slowBackup = time.Minute
)

// backup sends all that the broker keeps, as it is now. The end of a whole
// backup is marked in itself: one that was cut off is refused by restore.
func (a *API) backup(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		return // it is not worth one
	}
	if r.Context().Value(fromStream{}) != nil {
		bad(w, "a backup is no topic of a stream")
		return
	}
	b, err := a.acting(r).Backup()
	switch {
	case errors.Is(err, broker.ErrBackingUp):
		w.Header().Set("Retry-After", "10")
		fail(w, http.StatusTooManyRequests, "too_many_requests", err.Error())
		return
	case err != nil:
		fail(w, http.StatusServiceUnavailable, "unavailable", err.Error())
		return
	}
	defer b.Close()
	name, kind := "hutchmq-"+time.Now().UTC().Format("20060102-150405"), "application/zstd"
	if b.Encrypted() {
		name, kind = name+".sealed", "application/octet-stream"
	} else {
		name += ".tar.zst"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.Header().Set(backupBytes, strconv.FormatInt(b.Bytes(), 10))
	if err := b.Write(patient{w, http.NewResponseController(w)}); err != nil {
		slog.Warn("a backup was not sent to its end", "peer", r.RemoteAddr, "error", err)
		cutOff(w)
	}
}

// cutOff lets the answer end in the midst, so that the client sees that it is
// not whole: there is no time left to send its end.
func cutOff(w http.ResponseWriter) { http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0)) }

// patient lets a client be as slow as it likes, as long as it reads.
type patient struct {
	http.ResponseWriter
	c *http.ResponseController
}

func (p patient) Write(b []byte) (int, error) {
	p.c.SetWriteDeadline(time.Now().Add(slowBackup)) // not every writer has one
	return p.ResponseWriter.Write(b)
}
