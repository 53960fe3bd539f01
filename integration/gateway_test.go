package integration

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// gateway is the example of that name: a broker with its topology, a model
// that is none, two workers and the gateway itself.
type gateway struct {
	t     *testing.T
	b     *Broker
	url   string
	model string
}

const (
	gatewayDir   = "../examples/llm-gateway"
	smallLimit   = 20 // requests in gatewayEvery
	gatewayEvery = 2 * time.Second
)

func openGateway(t *testing.T) *gateway {
	t.Helper()
	python := pythonWith(t, "pika")
	t.Setenv("SMALL_LIMIT", fmt.Sprintf("%d/%v", smallLimit, gatewayEvery))
	t.Setenv("LARGE_LIMIT", "3000/1s cost=x-tokens")
	t.Setenv("RETRY", "200ms")
	b := Start(t, hutchmq, "--definitions="+gatewayDir+"/topology.yaml")
	model, front := freeAddr(t), freeAddr(t)
	env := append(b.Env(), "MODEL_PORT="+port(model), "GATEWAY_PORT="+port(front), "MODEL_URL=http://"+model+"/complete")
	g := &gateway{t, b, "http://" + front, "http://" + model}
	g.run(env, python, "fake_model.py")
	g.run(env, python, "worker.py", "small", "large")
	g.run(env, python, "worker.py", "small", "large")
	g.run(env, python, "gateway.py")
	return g
}

func port(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

// run starts one of the programs, waits for its first line, and ends it with
// the test.
func (g *gateway) run(env []string, python string, args ...string) {
	g.t.Helper()
	c := exec.Command(python, args...)
	c.Dir, c.Env = gatewayDir, append(env, "PYTHONDONTWRITEBYTECODE=1")
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.StdoutPipe()
	if err != nil {
		g.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() {
		c.Process.Signal(os.Interrupt)
		c.Wait()
		if g.t.Failed() {
			g.t.Logf("%s: %s", args[0], errs.String())
		}
	})
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		g.t.Fatalf("%s did not begin: %v\n%s", args[0], err, errs.String())
	}
}

// ask sends a request, and returns where its events are.
func (g *gateway) ask(model, prompt, priority string, tokens int) string {
	g.t.Helper()
	body, _ := json.Marshal(map[string]any{"model": model, "prompt": prompt, "priority": priority, "max_tokens": tokens})
	r, err := http.Post(g.url+"/v1/requests", "application/json", bytes.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	defer r.Body.Close()
	var answer struct{ Events, Error string }
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil || r.StatusCode != http.StatusAccepted {
		g.t.Fatalf("%s: %d %+v, %v", prompt, r.StatusCode, answer, err)
	}
	return answer.Events
}

// gatewayEvent is one of a request's.
type gatewayEvent struct {
	Status, Reason string
	Attempt, Code  int
	Answer         struct{ Text string }
	At             float64
}

// follow reads all events of a request.
func (g *gateway) follow(events string) (list []gatewayEvent) {
	g.t.Helper()
	client := http.Client{Timeout: 30 * time.Second}
	r, err := client.Get(g.url + events)
	if err != nil {
		g.t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		g.t.Fatalf("%s: %v after %s", events, err, text)
	}
	for line := range strings.Lines(string(text)) {
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			var e gatewayEvent
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				g.t.Fatalf("%s: %v", data, err)
			}
			list = append(list, e)
		}
	}
	return list
}

// statuses are what the events say, with the attempt: "running 1".
func statuses(list []gatewayEvent) (texts []string) {
	for _, e := range list {
		text := e.Status
		if e.Attempt > 0 {
			text += fmt.Sprint(" ", e.Attempt)
		}
		texts = append(texts, text)
	}
	return texts
}

// call is one that the model got.
type call struct {
	Model, Prompt string
	Tokens        int
	At            float64 // Unix seconds
}

// calls are those of a model with this in their prompts.
func (g *gateway) calls(model, prompt string) (list []call) {
	g.t.Helper()
	r, err := http.Get(g.model + "/calls")
	if err != nil {
		g.t.Fatal(err)
	}
	defer r.Body.Close()
	var all []call
	if err := json.NewDecoder(r.Body).Decode(&all); err != nil {
		g.t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(c call) bool { return c.Model != model || !strings.Contains(c.Prompt, prompt) })
}

// TestGateway runs the example of the gateway to language models.
func TestGateway(t *testing.T) {
	g := openGateway(t)
	many := []string{}
	for i := range 3 * smallLimit {
		many = append(many, g.ask("small", fmt.Sprintf("many %d", i), "batch", 10))
	}
	tokens := []string{}
	for i := range 10 {
		tokens = append(tokens, g.ask("large", fmt.Sprintf("tokens %d", i), "normal", 998))
	}
	urgent := g.ask("small", "urgent", "interactive", 10)
	busy := g.ask("small", "busy:2", "interactive", 10)
	broken := g.ask("small", "broken", "interactive", 10)
	bad := g.ask("small", "bad", "interactive", 10)

	list := g.follow(urgent)
	if list[len(list)-1].Answer.Text != "tnegru" {
		t.Errorf("urgent: %+v", list)
	}
	if n := len(g.calls("small", "many")); n > 2*smallLimit {
		t.Errorf("the urgent request was after %d others", n)
	}
	want := []string{"queued", "running 1", "waiting 1", "running 2", "waiting 2", "running 3", "done 3"}
	if list = g.follow(busy); !slices.Equal(statuses(list), want) {
		t.Errorf("busy: %q, want %q", statuses(list), want)
	}
	if tried := g.calls("small", "busy"); len(tried) != 3 || tried[1].At-tried[0].At < 0.15 || tried[2].At-tried[1].At < 0.3 {
		t.Errorf("busy was tried at %+v", tried)
	}
	list = g.follow(broken)
	if last := list[len(list)-1]; last.Status != "failed" || last.Reason != "delivery_limit" || len(g.calls("small", "broken")) != 5 {
		t.Errorf("broken: %+v after %d attempts", last, len(g.calls("small", "broken")))
	}
	list = g.follow(bad)
	if last := list[len(list)-1]; last.Status != "failed" || last.Reason != "rejected" || len(g.calls("small", "bad")) != 1 {
		t.Errorf("bad: %+v after %d attempts", last, len(g.calls("small", "bad")))
	}
	for _, events := range slices.Concat(many, tokens) {
		if list := g.follow(events); list[len(list)-1].Status != "done" {
			t.Errorf("%s: %+v", events, list)
		}
	}
	within(t, "requests", g.calls("small", ""), gatewayEvery, smallLimit+2, func(call) int { return 1 })
	within(t, "tokens", g.calls("large", ""), time.Second, 3000+1000, func(c call) int { return c.Tokens })
	if n := g.depth("llm.dead"); n != 2 {
		t.Errorf("%d dead letters, want 2", n)
	}
}

// within checks that calls cost no more than most in any window.
func within(t *testing.T, what string, calls []call, window time.Duration, most int, cost func(call) int) {
	t.Helper()
	slices.SortFunc(calls, func(a, b call) int { return int(math.Copysign(1, a.At-b.At)) })
	for i, first := range calls {
		sum := 0
		for _, c := range calls[i:] {
			if c.At-first.At < window.Seconds() {
				sum += cost(c)
			}
		}
		if sum > most {
			t.Errorf("%d %s in %v, at most %d", sum, what, window, most)
		}
	}
}

// depth is how many messages a queue has.
func (g *gateway) depth(name string) int {
	g.t.Helper()
	ch, err := reach("amqp://guest:guest@" + g.b.Addr + "/")
	if err != nil {
		g.t.Fatal(err)
	}
	defer ch.conn.Close()
	q, err := ch.QueueDeclarePassive(name, true, false, false, false, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	return q.Messages
}
