package integration

import (
	"archive/tar"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	amqp "github.com/rabbitmq/amqp091-go"
)

// keepAs names a data directory that TestEarlierVersions furnishes and keeps:
//
//	go test ./integration -run TestEarlierVersions -keep-as 0.1-killed
var keepAs = flag.String("keep-as", "", "furnish a data directory, kill its broker, and keep it by this name")

const earlier = "testdata/earlier"

// TestEarlierVersions opens data directories that earlier versions have left,
// each after a SIGKILL: everything is there.
func TestEarlierVersions(t *testing.T) {
	if *keepAs != "" {
		o := openOffice(t)
		furnish(o)
		o.Kill()
		pack(t, o.Dir, filepath.Join(earlier, *keepAs+".tar.zst"))
	}
	names, err := filepath.Glob(filepath.Join(earlier, "*.tar.zst"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no data directory of an earlier version: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".tar.zst"), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data")
			unpack(t, name, dir)
			o := openOffice(t, "--data-dir="+dir)
			inspect(o)
			o.Stop()
			command(t, "verify", dir)
		})
	}
}

// furnish declares some of everything that is durable.
func furnish(o *office) {
	o.does("PUT", "vhosts/shop", `{"description":"of fruit","tags":["test"]}`, 201)
	o.does("PUT", "users/mill", `{"password":"flour","tags":"policymaker"}`, 201)
	o.does("PUT", "permissions/shop/mill", `{"configure":"^own\\.","write":".*","read":".*"}`, 201)
	o.does("PUT", "topic-permissions/shop/mill", `{"exchange":"news","write":"^a","read":"^b"}`, 201)
	o.does("PUT", "policies/shop/cap", `{"pattern":"^own","definition":{"max-length":1000},"priority":3,"apply-to":"queues"}`, 201)
	o.does("PUT", "vhost-limits/shop/max-queues", `{"value":50}`, 204)
	ch := o.mustEnter("shop")
	must := func(err error) {
		o.t.Helper()
		if err != nil {
			o.t.Fatal(err)
		}
	}
	must(ch.ExchangeDeclare("news", "topic", true, false, false, false, amqp.Table{"alternate-exchange": "amq.fanout"}))
	must(ch.ExchangeBind("news", "x.#", "amq.topic", false, nil))
	for name, args := range fittings {
		_, err := ch.QueueDeclare(name, true, false, false, false, args)
		must(err)
		must(ch.QueueBind(name, name+".#", "news", false, amqp.Table{"of": name}))
	}
	must(ch.Confirm(false))
	for i := range 100 {
		for name := range fittings {
			c, err := ch.PublishWithDeferredConfirm("news", name+".1", true, false, amqp.Publishing{
				DeliveryMode: amqp.Persistent, Priority: uint8(i % 3), Headers: amqp.Table{"n": int32(i)}, Body: fruit(name, i),
			})
			must(err)
			c.Wait()
		}
	}
	d, _, err := ch.Get("dies", false)
	must(err)
	must(d.Reject(false))
	d, _, err = ch.Get("counts", false)
	must(err)
	must(d.Reject(true))
	for range 10 {
		d, _, err = ch.Get("plain", false)
		must(err)
		must(d.Ack(false))
	}
	must(ch.Qos(1, 0, false)) // its answer comes when all before it is done
	c, err := ch.PublishWithDeferredConfirm("", "plain", true, false, amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte("the last")})
	must(err)
	c.Wait() // and what was settled before it is on disk
}

// fittings are the queues.
var fittings = map[string]amqp.Table{
	"plain":     nil,
	"ranks":     {"x-max-priority": int32(3)},
	"counts":    {"x-queue-type": "quorum", "x-delivery-limit": int32(5)},
	"dies":      {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "buried"},
	"buried":    {"x-max-length": int32(1000)},
	"own.large": {"x-overflow": "reject-publish"},
}

func fruit(queue string, i int) []byte {
	size := 100
	if queue == "own.large" {
		size = 20_000
	}
	return []byte(strings.Repeat(fmt.Sprintf("%s %d|", queue, i), size/10))
}

// inspect wants all that furnish left.
func inspect(o *office) {
	ch := o.mustEnter("shop")
	for name, args := range fittings {
		if _, err := ch.QueueDeclare(name, true, false, false, false, args); err != nil {
			o.t.Fatal(err)
		}
	}
	seen := map[string]map[int]bool{}
	died, counted, last := 0, 0, false
	for name := range fittings {
		seen[name] = map[int]bool{}
	}
	for name := range fittings {
		for {
			d, ok, err := ch.Get(name, true)
			if err != nil {
				o.t.Fatal(err)
			}
			if !ok {
				break
			}
			if string(d.Body) == "the last" {
				last = true
				continue
			}
			n := int(d.Headers["n"].(int32))
			seen[name][n] = true
			if string(d.Body) != string(fruit(name, n)) && d.Headers["x-death"] == nil {
				o.t.Errorf("%s %d: another body", name, n)
			}
			if d.Headers["x-death"] != nil {
				died++
				seen["dies"][n] = true
			}
			if d.Headers["x-delivery-count"] != nil {
				counted++
			}
		}
	}
	for name, numbers := range seen {
		want := 100
		if name == "plain" {
			want = 90
		}
		if len(numbers) != want {
			o.t.Errorf("%s has %d letters, want %d", name, len(numbers), want)
		}
	}
	if died != 1 || counted != 1 || !last {
		o.t.Errorf("%d died, %d were delivered in vain, the last is there: %v", died, counted, last)
	}
	mill, err := reach("amqp://mill:flour@" + o.Addr + "/shop")
	if err != nil {
		o.t.Fatal(err)
	}
	defer mill.conn.Close()
	if _, err := mill.QueueDeclare("others", true, false, false, false, nil); code(err) != amqp.AccessRefused {
		o.t.Errorf("declaring without the right to: %v", err)
	}
	var q struct{ Policy string }
	o.reads("queues/shop/own.large", &q)
	var x struct {
		Arguments map[string]string
	}
	o.reads("exchanges/shop/news", &x)
	if q.Policy != "cap" || x.Arguments["alternate-exchange"] != "amq.fanout" {
		o.t.Errorf("policy %q, arguments %v", q.Policy, x.Arguments)
	}
}

// pack keeps the files of dir.
func pack(t *testing.T, dir, name string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(name), 0o755)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, "hutchmq.sock"))
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		t.Fatal(err)
	}
	a := tar.NewWriter(z)
	if err := errors.Join(a.AddFS(os.DirFS(dir)), a.Close(), z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// unpack makes dir of what pack kept.
func unpack(t *testing.T, name, dir string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	a := tar.NewReader(z)
	for {
		h, err := a.Next()
		if err == io.EOF {
			return
		}
		path := filepath.Join(dir, filepath.FromSlash(cmp.Or(h, &tar.Header{}).Name))
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o700)
		}
		if err == nil && h.Typeflag == tar.TypeReg {
			err = write(path, a)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func write(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}
