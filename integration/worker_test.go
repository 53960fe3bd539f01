package integration

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// worker is a process that takes tasks, with others under it that run them.
type worker struct {
	t       *testing.T
	log     string // path
	process *exec.Cmd
	exited  chan struct{} // closed when the process has ended
}

// worker starts one, and waits until it is ready. Its log is printed when the
// test fails.
func (c *celery) worker(processes int) *worker {
	c.t.Helper()
	w := &worker{t: c.t, log: filepath.Join(c.t.TempDir(), "worker.log"), exited: make(chan struct{})}
	log, err := os.Create(w.log)
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close()
	w.process = exec.Command(c.python, "-m", "celery", "-A", "app", "worker", "--loglevel=INFO", fmt.Sprint("--concurrency=", processes))
	w.process.Dir, w.process.Env = "celery", c.env
	w.process.Stdout, w.process.Stderr = log, log
	w.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := w.process.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() {
		w.process.Wait()
		close(w.exited)
	}()
	c.t.Cleanup(func() {
		w.kill()
		if c.t.Failed() {
			c.t.Logf("the worker said:\n%s", w.said())
		}
	})
	await(c.t, "worker", func() bool { return strings.Contains(w.said(), " ready.") || w.ended() })
	if w.ended() {
		c.t.Fatalf("the worker ended: %v", w.process.ProcessState)
	}
	return w
}

// said is what the worker wrote so far.
func (w *worker) said() string {
	text, _ := os.ReadFile(w.log)
	return string(text)
}

func (w *worker) ended() bool {
	select {
	case <-w.exited:
		return true
	default:
		return false
	}
}

// kill ends the worker and the processes under it, in the middle of whatever
// they do.
func (w *worker) kill() {
	syscall.Kill(-w.process.Process.Pid, syscall.SIGKILL)
	<-w.exited
}

// stop ends the worker in order, once it has run what it began.
func (w *worker) stop() {
	w.t.Helper()
	w.process.Process.Signal(syscall.SIGTERM)
	await(w.t, "end of the worker", w.ended)
	if code := w.process.ProcessState.ExitCode(); code != 0 {
		w.t.Errorf("the worker ended with exit code %d", code)
	}
}
