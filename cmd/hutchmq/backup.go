package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/ctl/client"
	"github.com/hutchmq/hutchmq/store"
)

type backupCommand struct {
	File  string `arg:"" help:"Where it goes; - is the standard output."`
	Force bool   `help:"Write over a file that is there."`
	keyGiven
	DataDir  string `placeholder:"DIR" help:"Back up this directory, of a broker that is stopped, and ask no broker."`
	URI      string `placeholder:"URI" env:"HUTCHMQ_URI" help:"Where the management API is. By default the socket in the data directory, else http://127.0.0.1:15672."`
	User     string `name:"username" placeholder:"NAME" env:"HUTCHMQ_USER" help:"Who asks; nobody needs to say it on the socket."`
	Password string `placeholder:"TEXT" env:"HUTCHMQ_PASSWORD" help:"The password of that user."`
}

// Run writes a backup, and is done when all of it was read back as it was
// written.
func (c *backupCommand) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if c.File == "-" {
		return c.write(ctx, os.Stdout)
	}
	if _, err := os.Lstat(c.File); err == nil && !c.Force {
		return fmt.Errorf("%w%s is there already: say --force to write over it", errUsage, c.File)
	}
	part, err := os.CreateTemp(filepath.Dir(c.File), filepath.Base(c.File)+".part-*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	if err = c.write(ctx, part); err == nil {
		err = part.Sync()
	}
	if err = errors.Join(err, part.Close()); err != nil {
		return err
	}
	if err := os.Rename(part.Name(), c.File); err != nil {
		return err
	}
	info, err := os.Stat(c.File)
	if err == nil {
		fmt.Fprintf(os.Stderr, "%s: %s, whole\n", c.File, size(info.Size()))
	}
	return err
}

func (c *backupCommand) write(ctx context.Context, to io.Writer) error {
	m := newMeter("backup")
	defer m.end()
	if c.DataDir != "" {
		return c.offline(io.MultiWriter(to, m))
	}
	from, err := client.New(client.Options{
		URI: c.URI, Socket: machine(cmp.Or(os.Getenv("HUTCHMQ_CONFIG"), os.Getenv("RABBITMQ_CONFIG_FILE")), "").Socket, User: c.User, Password: c.Password, Timeout: -1,
	})
	if err != nil {
		return err
	}
	body, err := from.Open(ctx, client.Path("x", "backup"))
	if err != nil {
		return err
	}
	defer body.Close()
	to = io.MultiWriter(to, m)
	err = store.ReadBackup(io.TeeReader(body, to), nil, unread{})
	if _, sealed := errors.AsType[*store.SealedError](err); err != nil && !sealed {
		return fmt.Errorf("%s: %w", from.Where(), err)
	}
	_, err = io.Copy(to, body)
	return err
}

func (c *backupCommand) offline(to io.Writer) error {
	if _, err := os.Stat(filepath.Join(c.DataDir, "journal")); err != nil {
		return fmt.Errorf("%w%s is no data directory", errUsage, c.DataDir)
	}
	key, err := c.opens(c.DataDir)
	if err != nil {
		return err
	}
	s, err := store.Open(c.DataDir, store.Options{Key: key})
	if err != nil {
		return keyAdvice(err)
	}
	b, err := s.Backup()
	if err == nil {
		err = b.Write(to)
		b.Close()
	}
	return errors.Join(err, s.Close())
}

// unread is a store.Receiver that only has the backup checked.
type unread struct{}

func (unread) Segment(string, io.Reader) error { return nil }
func (unread) Pair(_, _ []byte) error          { return nil }

type restoreCommand struct {
	File    string `arg:"" help:"The backup; - is the standard input."`
	DataDir string `arg:"" help:"The directory to make, which must be empty or not there; with a key it is encrypted."`
	keyGiven
}

// Run makes a data directory of a backup.
func (c *restoreCommand) Run() error {
	key, err := c.key()
	if err != nil {
		return err
	}
	in, err := openInput(c.File)
	if err != nil {
		return err
	}
	defer in.Close()
	m := newMeter("restore")
	err = store.Restore(io.TeeReader(in, m), c.DataDir, key)
	m.end()
	if _, sealed := errors.AsType[*store.SealedError](err); sealed {
		return fmt.Errorf("%w%w: say --key-file", errUsage, err)
	}
	if errors.Is(err, store.ErrNotEmpty) {
		return fmt.Errorf("%w%w: a backup is restored into a directory of its own", errUsage, err)
	}
	if err == nil {
		fmt.Fprintf(os.Stderr, "%s is restored. Start it with: hutchmq server --data-dir=%s\n", c.DataDir, c.DataDir)
	}
	return err
}

func openInput(name string) (io.ReadCloser, error) {
	if name == "-" {
		return os.Stdin, nil
	}
	return os.Open(name)
}

type verifyCommand struct {
	Path string `arg:"" help:"The data directory of a broker that is stopped, or a backup."`
	keyGiven
}

// Run reads everything and says what is wrong with it.
func (c *verifyCommand) Run() error {
	info, err := os.Stat(c.Path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return c.backup()
	}
	if _, err := os.Stat(filepath.Join(c.Path, "journal")); err != nil {
		return fmt.Errorf("%w%s is no data directory", errUsage, c.Path)
	}
	m := newMeter("verify")
	key, err := c.opens(c.Path)
	if err != nil {
		return err
	}
	v, err := broker.Verify(c.Path, key, func(_ int, bytes int64) { m.at(bytes) })
	m.end()
	if errors.Is(err, store.ErrLocked) {
		return fmt.Errorf("%w: stop the broker, or verify a backup of it", err)
	}
	if err != nil {
		return keyAdvice(err)
	}
	fmt.Printf("%d records, %d durable queues, %d messages, %s\n", v.Records, v.Queues, v.Messages, size(v.Bytes))
	if v.Orphaned > 0 {
		fmt.Printf("%d messages are of queues that are gone: the next start forgets them\n", v.Orphaned)
	}
	for _, p := range v.Problems {
		fmt.Println("damaged:", p)
	}
	if n := len(v.Problems) + v.More; n > 0 {
		return fmt.Errorf("%d problems; what is not named here is whole", n)
	}
	fmt.Println("All of it is whole.")
	return nil
}

func (c *verifyCommand) backup() error {
	key, err := c.key()
	if err != nil {
		return err
	}
	f, err := os.Open(c.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	m := newMeter("verify")
	err = store.ReadBackup(io.TeeReader(f, m), key, unread{})
	m.end()
	if sealed, ok := errors.AsType[*store.SealedError](err); ok {
		fmt.Printf("The backup is encrypted, and opens with the key %s. Its sum is right; say --key-file to have it read.\n", sealed.Key)
		return nil
	}
	if err == nil {
		fmt.Println("The backup is whole.")
	}
	return err
}
