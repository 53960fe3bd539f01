package listener

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// pollEvery is how often files are looked at. Events of the file system are of
// no use where a directory is mounted anew, as those of secrets are.
const pollEvery = 30 * time.Second

// Certificates are those of all listeners together. Its methods may be called
// concurrently, Add only before the others.
type Certificates struct {
	log  *slog.Logger
	mu   sync.Mutex // one reload at a time
	keys []*Keys
}

// NewCertificates has none yet.
func NewCertificates(log *slog.Logger) *Certificates { return &Certificates{log: log} }

// Add loads the files of a listener.
func (c *Certificates) Add(listener string, f Files) (*Keys, error) {
	k := newKeys(listener, f)
	l, err := k.load()
	if err != nil {
		return nil, err
	}
	k.now.Store(l)
	c.warn(l.list)
	c.keys = append(c.keys, k)
	return k, nil
}

// Reload reads all files again. Either all that is in them is in effect for
// the next handshake, or nothing has changed. Connections stay as they are.
func (c *Certificates) Reload() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	fresh, err := c.load()
	if err != nil {
		c.log.Error("certificates are not reloaded, those from before stay", "error", err)
		return err
	}
	for i, k := range c.keys {
		if k.now.Swap(fresh[i]).digest == fresh[i].digest {
			continue
		}
		for _, x := range fresh[i].list {
			c.log.Info("certificate reloaded", "listener", x.Listener, "file", x.File, "subject", x.Subject,
				"not_after", x.NotAfter, "fingerprint", x.Fingerprint)
		}
		c.warn(fresh[i].list)
	}
	return nil
}

// load reads what all listeners would use.
func (c *Certificates) load() ([]*loaded, error) {
	list, problems := make([]*loaded, len(c.keys)), []error(nil)
	for i, k := range c.keys {
		var err error
		if list[i], err = k.load(); err != nil {
			problems = append(problems, err)
		}
	}
	return list, errors.Join(problems...)
}

// warn tells the log of certificates that do not hold today.
func (c *Certificates) warn(list []Certificate) {
	now := time.Now()
	for _, x := range list {
		log := c.log.With("listener", x.Listener, "file", x.File, "subject", x.Subject)
		switch {
		case now.After(x.NotAfter):
			log.Warn("certificate has expired", "not_after", x.NotAfter)
		case now.Before(x.NotBefore):
			log.Warn("certificate is not valid yet", "not_before", x.NotBefore)
		}
	}
}

// List is all that is in effect, listener by listener. The slice is the
// caller's.
func (c *Certificates) List() []Certificate {
	var list []Certificate
	for _, k := range c.keys {
		list = append(list, k.now.Load().list...)
	}
	return list
}

// Watch reloads the certificates when what is in the files has changed, until
// ctx ends.
func (c *Certificates) Watch(ctx context.Context) { c.watch(ctx, pollEvery) }

func (c *Certificates) watch(ctx context.Context, every time.Duration) {
	if len(c.keys) == 0 {
		return
	}
	t := time.NewTicker(every)
	defer t.Stop()
	var tried []byte // the files when they were loaded last, well or not
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if now := c.digest(); !bytes.Equal(now, tried) {
			if tried = now; !bytes.Equal(now, c.digestInEffect()) {
				c.Reload() // which tells the log
			}
		}
	}
}

// digest stands for what is in the files, one that cannot be read included.
func (c *Certificates) digest() (all []byte) {
	for _, k := range c.keys {
		sum := k.digest()
		all = append(all, sum[:]...)
	}
	return all
}

func (c *Certificates) digestInEffect() (all []byte) {
	for _, k := range c.keys {
		sum := k.now.Load().digest
		all = append(all, sum[:]...)
	}
	return all
}
