package integration

import (
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"gopkg.in/yaml.v3"
)

// object is one of the objects in a manifest, with the fields that some have.
type object struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Data       map[string]string
	Spec       struct {
		ServiceName          string `yaml:"serviceName"`
		Replicas             int
		ClusterIP            string `yaml:"clusterIP"`
		Selector             map[string]any
		Ports                []servicePort
		Template             podTemplate
		VolumeClaimTemplates []struct{ Metadata struct{ Name string } } `yaml:"volumeClaimTemplates"`
	}
}

type servicePort struct {
	Name       string
	Port       int
	TargetPort string `yaml:"targetPort"`
}

type podTemplate struct {
	Metadata struct{ Labels map[string]any }
	Spec     struct {
		Containers []podContainer
		Volumes    []struct {
			Name      string
			ConfigMap struct{ Name string } `yaml:"configMap"`
		}
	}
}

type podContainer struct {
	Args           []string
	Ports          []containerPort
	StartupProbe   probe `yaml:"startupProbe"`
	ReadinessProbe probe `yaml:"readinessProbe"`
	LivenessProbe  probe `yaml:"livenessProbe"`
	VolumeMounts   []struct {
		Name string
		Path string `yaml:"mountPath"`
	} `yaml:"volumeMounts"`
}

type containerPort struct {
	Name string
	Port int `yaml:"containerPort"`
}

type probe struct {
	HTTP struct{ Path, Port string } `yaml:"httpGet"`
}

func readManifest(t *testing.T) map[string]object {
	t.Helper()
	f, err := os.Open("../packaging/kubernetes/hutchmq.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	objects := map[string]object{}
	for d := yaml.NewDecoder(f); ; {
		var o object
		if err := d.Decode(&o); errors.Is(err, io.EOF) {
			return objects
		} else if err != nil {
			t.Fatal(err)
		}
		objects[o.Kind+"/"+o.Metadata.Name] = o
	}
}

// TestKubernetes: the objects name each other rightly, and the broker starts
// with the arguments and the settings that they give it, on their ports, and
// answers their probes.
func TestKubernetes(t *testing.T) {
	t.Parallel()
	objects, i := readManifest(t), readDockerfile(t)
	set := objects["StatefulSet/hutchmq"].Spec
	if set.Replicas != 1 || objects["Service/"+set.ServiceName].Spec.ClusterIP != "None" {
		t.Fatalf("%d replicas behind %q", set.Replicas, set.ServiceName)
	}
	pod := set.Template.Spec
	c := pod.Containers[0]
	ports := map[string]int{}
	for _, p := range c.Ports {
		ports[p.Name] = p.Port
		if !slices.Contains(i.ports, strconv.Itoa(p.Port)) {
			t.Errorf("port %d is not one of the image: %v", p.Port, i.ports)
		}
	}
	for name, o := range objects {
		if o.Kind != "Service" {
			continue
		}
		if !maps.Equal(o.Spec.Selector, set.Template.Metadata.Labels) {
			t.Errorf("%s selects %v", name, o.Spec.Selector)
		}
		for _, p := range o.Spec.Ports {
			if ports[p.TargetPort] != p.Port {
				t.Errorf("%s: port %d leads to %s, %v", name, p.Port, p.TargetPort, ports)
			}
		}
	}
	mounts := map[string]string{}
	for _, m := range c.VolumeMounts {
		mounts[m.Name] = m.Path
	}
	if mounts[set.VolumeClaimTemplates[0].Metadata.Name] != i.volume {
		t.Errorf("the claim is not mounted at %s: %v", i.volume, mounts)
	}
	config := pod.Volumes[0]
	settings := objects["ConfigMap/"+config.ConfigMap.Name].Data
	box := newContainer(t, i)
	for name, text := range settings {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		box.write(filepath.Join(mounts[config.Name], name), file)
	}
	box.image.command = append(i.command[:1:1], c.Args...)
	management := freeAddr(t)
	startContainer(t, box, "HUTCHMQ_MANAGEMENT="+management, "HUTCHMQ_METRICS=none",
		"HUTCHMQ_DEFAULTS_USER=admin", "HUTCHMQ_DEFAULTS_PASS=secret")
	for _, p := range []probe{c.StartupProbe, c.ReadinessProbe, c.LivenessProbe} {
		if status, body := get(t, "http://"+management+p.HTTP.Path); status != 200 || ports[p.HTTP.Port] != 15672 {
			t.Errorf("probe of %s at %s: %d %s", p.HTTP.Path, p.HTTP.Port, status, body)
		}
	}
}
