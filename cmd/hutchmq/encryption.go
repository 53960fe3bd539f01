package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/keyring"
)

type encryptionCommand struct {
	NewKey newKeyCommand `cmd:"" help:"Make a file with a new key."`
	Status keyStatus     `cmd:"" help:"Tell whether a data directory is encrypted, and with which key."`
	On     encryptOn     `cmd:"" help:"Encrypt the data directory of a broker that is stopped."`
	Off    encryptOff    `cmd:"" help:"Decrypt it."`
	Rotate rotateCommand `cmd:"" help:"Have another key open a data directory, also while the broker runs."`
	Renew  renewCommand  `cmd:"" help:"Encrypt the data directory of a broker that is stopped anew, with other data keys."`
}

// keyGiven is the key of a data directory.
type keyGiven struct {
	KeyFile string `placeholder:"FILE" help:"The key that it opens with. By default what the settings say (encryption.key_file)."`
}

// key is nil when there is none.
func (g *keyGiven) key() (*store.Key, error) {
	if g.KeyFile != "" {
		return readKey(g.KeyFile)
	}
	s := settings{Config: os.Getenv("HUTCHMQ_CONFIG")}
	cfg, err := s.load()
	if err != nil {
		return nil, err
	}
	return readKey(cfg.Encryption.KeyFile)
}

// opens is the key for the data in dir: nil when that is not encrypted.
func (g *keyGiven) opens(dir string) (*store.Key, error) {
	if f, err := store.Encryption(dir); f == nil && err == nil {
		return nil, nil
	}
	return g.key()
}

// needed is a key that must be there.
func (g *keyGiven) needed() (*store.Key, error) {
	key, err := g.key()
	if err == nil && key == nil {
		err = fmt.Errorf("%wsay --key-file, or set encryption.key_file: it takes a key", errUsage)
	}
	return key, err
}

// readKey reads the key of a data directory; no file is none.
func readKey(file string) (*store.Key, error) {
	if file == "" {
		return nil, nil
	}
	key, err := keyring.ReadMaster(file)
	if err != nil {
		return nil, fmt.Errorf("encryption.key_file: %w", err)
	}
	return key, nil
}

// keyAdvice says what to do about a key that does not fit.
func keyAdvice(err error) error {
	_, wrong := errors.AsType[*keyring.WrongKeyError](err)
	switch {
	case errors.Is(err, store.ErrNoKey):
		return fmt.Errorf("%w: set encryption.key_file, or say --key-file", err)
	case errors.Is(err, store.ErrNotEncrypted):
		return fmt.Errorf("%w: encrypt it with 'hutchmq encryption on', or take the key out of the settings", err)
	case wrong:
		return fmt.Errorf("%w; nothing was changed", err)
	}
	return err
}

// directoryGiven is an encrypted data directory, or one to be.
type directoryGiven struct {
	keyGiven
	DataDir string `placeholder:"DIR" help:"The data directory. By default what the settings say."`
}

// dir is the data directory that is meant.
func (g *directoryGiven) dir() (string, error) {
	dir := machine(os.Getenv("HUTCHMQ_CONFIG"), g.DataDir).DataDir
	if _, err := os.Stat(filepath.Join(dir, "journal")); err != nil {
		return "", fmt.Errorf("%w%s is no data directory", errUsage, dir)
	}
	return dir, nil
}

// both are the data directory that is meant, and the key that has to be given.
func (g *directoryGiven) both() (dir string, key *store.Key, err error) {
	if dir, err = g.dir(); err == nil {
		key, err = g.needed()
	}
	return dir, key, err
}

// rewrite writes the directory anew.
func (g *directoryGiven) rewrite(dir string, from, to *store.Key) error {
	began := time.Now()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	err := store.Rewrite(dir, from, to, store.Options{Log: log})
	if errors.Is(err, store.ErrLocked) {
		return fmt.Errorf("%s: %w: stop the broker", dir, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", dir, keyAdvice(err))
	}
	fmt.Fprintf(os.Stderr, "%s is rewritten, in %v\n", dir, time.Since(began).Round(time.Millisecond))
	return nil
}

type newKeyCommand struct {
	File string `arg:"" help:"The file to make, which only its owner may read."`
}

// Run makes a key.
func (c *newKeyCommand) Run() error {
	key, text := keyring.NewMaster()
	f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w%s is there already: a key that is overwritten is lost", errUsage, c.File)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	fmt.Printf("%s holds the key %s. Keep a copy of it: without it nothing can be read.\n", c.File, key.Fingerprint())
	return nil
}

type keyStatus struct{ directoryGiven }

// Run tells what can be told without a key, and whether the one given fits.
func (c *keyStatus) Run() error {
	dir, err := c.dir()
	if err != nil {
		return err
	}
	f, err := store.Encryption(dir)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	if f == nil {
		fmt.Printf("%s is not encrypted.\n", dir)
		return nil
	}
	fmt.Printf("%s is encrypted since %s, and opens with the key %s since %s.\n",
		dir, f.Made.Format(time.RFC3339), f.Master, f.Rotated.Format(time.RFC3339))
	key, err := c.key()
	if err != nil || key == nil {
		return err
	}
	if _, err := f.Open(key); err != nil {
		return err
	}
	fmt.Println("The key given opens it.")
	return nil
}

type encryptOn struct{ directoryGiven }

// Run encrypts what is plain.
func (c *encryptOn) Run() error {
	dir, key, err := c.both()
	if err != nil {
		return err
	}
	f, err := store.Encryption(dir)
	if f != nil {
		err = fmt.Errorf("%w%s is encrypted already: see rotate and renew", errUsage, dir)
	}
	if err == nil {
		err = c.rewrite(dir, nil, key)
	}
	if err != nil {
		return err
	}
	fmt.Printf("It opens with the key %s. Set encryption.key_file before the next start.\n", key.Fingerprint())
	return nil
}

type encryptOff struct{ directoryGiven }

// Run decrypts.
func (c *encryptOff) Run() error {
	dir, key, err := c.both()
	if err != nil {
		return err
	}
	if err := c.rewrite(dir, key, nil); err != nil {
		return err
	}
	fmt.Println("It is not encrypted any more. Take encryption.key_file out of the settings before the next start.")
	return nil
}

type renewCommand struct{ directoryGiven }

// Run encrypts with other data keys and the same master key.
func (c *renewCommand) Run() error {
	dir, key, err := c.both()
	if err != nil {
		return err
	}
	return c.rewrite(dir, key, key)
}

type rotateCommand struct {
	directoryGiven
	NewKeyFile string `required:"" placeholder:"FILE" help:"The key that is to open it from now on; see new-key."`
}

// Run changes the lock, not what is behind it.
func (c *rotateCommand) Run() error {
	dir, err := c.dir()
	if err != nil {
		return err
	}
	from, err := c.needed()
	if err != nil {
		return err
	}
	to, err := keyring.ReadMaster(c.NewKeyFile)
	if err != nil {
		return fmt.Errorf("--new-key-file: %w", err)
	}
	if err := store.Rotate(dir, from, to); err != nil {
		return fmt.Errorf("%s: %w", dir, keyAdvice(err))
	}
	fmt.Printf("%s opens with the key %s from now on. Set encryption.key_file to %s before the next start.\n", dir, to.Fingerprint(), c.NewKeyFile)
	return nil
}
