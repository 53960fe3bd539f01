package perf

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

// golden compares with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: go test ./perf -rewrite, and look at the difference. Got:\n%s", file, got)
	}
}

// TestHelp: what users read is in one place to be read.
func TestHelp(t *testing.T) {
	for _, name := range []string{"--help", "--scenarios"} {
		var out bytes.Buffer
		if err := (&Command{Out: &out, Live: &out}).Run(t.Context(), []string{name}); err != nil {
			t.Fatal(err)
		}
		golden(t, strings.TrimLeft(name, "-")+".txt", out.String())
	}
}

// TestFlags: what a command line asks for, as the fields that differ from
// those of no flags at all.
func TestFlags(t *testing.T) {
	var out strings.Builder
	for _, line := range []string{
		"",
		"-x 2 -y 3 -X 4 -Y 5 -s 1000 -c 100 -q 200 -A 50 -a",
		"-x2 -y0 -s16",
		"--producers 2 --consumers=3 --size 12",
		"-r 10.5 -R 1e3 -z 30 -i 500ms",
		"-vr 100:60 -vr 0:5 --variable-size 1000:1 -vs 20:30",
		"-z 1m30s",
		"-f persistent -f mandatory",
		"-f persistent,mandatory",
		"-t topic -e e -u q -k k -K",
		"-qp q-%03d -qpf 2 -qpt 4",
		"-qa x-max-length=10,x-queue-type=quorum,x-single-active-consumer=true -ad false -p",
		"-C 10 -D 20 --fill --id me",
		"-h amqp://u:p@h/v --uri B=amqps://h2,amqp://[::1]:1/%2f",
		"--json --quiet",
		"--pid 12 --pid B=13",
		"persistent -z 1 -c 5",
		"latency round-trip -z 1",
		"--scenario latency",
		// mistakes
		"-x", "-x -1", "-x many", "-s 536870913", "-c 0x", "-f heavy", "-z -1", "-r -1", "-r NaN", "-i 0",
		"--uri http://h", "--uri amqp://", "--pid none", "-qa x", "-ad perhaps", "--churn sockets", "--bogus", "nix",
		"--scenario nix", "-x0 -y0", "-x0", "-u a -qp b-%d -qpt 3", "-qp b -qpt 3", "-qp %s-%d -qpt 3", "-qp b-%d -qpf 3",
		"-qp b-%d -qpt 1000000", "-q 5 -A 6", "--fill", "--fill -C 5 -x 0", "--bindings 5", "--bindings 5 -u q -t fanout",
		"-vr 5", "-vr 5:0", "-vr -1:5", "-vr 0:5", "-vs 536870913:1", "-vs x:1",
		"-x 300 -X 300", "--churn queues --idle queues",
		"-e " + strings.Repeat("x", 256),
	} {
		loads, err := parse(strings.Fields(line))
		fmt.Fprintf(&out, "%.100s\n", "$ "+line)
		if err != nil {
			fmt.Fprintf(&out, "  %v\n", err)
			continue
		}
		for _, l := range loads {
			fmt.Fprintf(&out, "  %s\n", strings.Join(differences(l), " "))
		}
	}
	golden(t, "flags.txt", out.String())
}

// differences are the fields of a load that are not as by default.
func differences(l *Load) (fields []string) {
	is, base := reflect.ValueOf(l).Elem(), reflect.ValueOf(newLoad()).Elem()
	for i := range is.NumField() {
		name := is.Type().Field(i).Name
		if !reflect.DeepEqual(is.Field(i).Interface(), base.Field(i).Interface()) && (name != "ID" || l.ID == "me") {
			fields = append(fields, fmt.Sprintf("%s=%v", name, is.Field(i).Interface()))
		}
	}
	return fields
}

// TestScenarios: each is a load that can be run, and ends.
func TestScenarios(t *testing.T) {
	for _, s := range scenarios {
		loads, err := parse([]string{s.name})
		if err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		if l := loads[0]; l.Duration == 0 && l.PublishCount == 0 && l.ConsumeCount == 0 {
			t.Errorf("%s never ends", s.name)
		}
	}
}

// TestLoadsAreSeparate: flags of one scenario do not leak into the next.
func TestLoadsAreSeparate(t *testing.T) {
	loads, err := parse([]string{"persistent", "transient-16"})
	if err != nil {
		t.Fatal(err)
	}
	if l := loads[1]; l.Persistent || l.Window != 0 || l.Scenario != "transient-16" {
		t.Errorf("the second load is %+v", l)
	}
}
