package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// worker is a running contestant.
type worker struct {
	side     side
	greeting greeting
	// started is the time from the start of the process to the end of its
	// first step.
	started time.Duration

	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	errors  *bytes.Buffer
}

// start runs the contestant's process and waits for its first step.
func start(s side, c *exec.Cmd) (*worker, error) {
	w := &worker{side: s, process: c, errors: &bytes.Buffer{}}
	c.Stderr = w.errors
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.in, w.out = in, bufio.NewReader(out)
	begin := time.Now()
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.label, err)
	}
	line, err := w.read()
	if err != nil {
		return nil, err
	}
	w.started = time.Since(begin)
	if err := json.Unmarshal([]byte(line), &w.greeting); err != nil {
		_ = w.close()
		return nil, fmt.Errorf("%s greets with %q: %w", s.label, line, err)
	}
	return w, nil
}

// run asks for steps and returns the seconds of each.
func (w *worker) run(steps int) ([]float64, error) {
	if _, err := fmt.Fprintf(w.in, "run %d\n", steps); err != nil {
		return nil, w.failed(err)
	}
	line, err := w.read()
	if err != nil {
		return nil, err
	}
	seconds, err := parseSeconds(line)
	if err == nil && len(seconds) != steps {
		err = fmt.Errorf("%d times for %d steps", len(seconds), steps)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.side.label, err)
	}
	return seconds, nil
}

func (w *worker) read() (string, error) {
	line, err := w.out.ReadString('\n')
	if err != nil {
		return "", w.failed(err)
	}
	return strings.TrimSpace(line), nil
}

// failed ends the process and adds its last words to the error.
func (w *worker) failed(err error) error {
	_ = w.close()
	words := strings.TrimSpace(w.errors.String())
	if len(words) > 2000 {
		words = "..." + words[len(words)-2000:]
	}
	return fmt.Errorf("%s ended: %w: %s", w.side.label, err, words)
}

// peak returns the largest resident memory of the process so far, in bytes.
func (w *worker) peak() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.process.Process.Pid))
	if err != nil {
		return 0, err
	}
	return parsePeak(string(status))
}

// close ends the process by ending its input.
func (w *worker) close() error {
	_ = w.in.Close()
	return w.process.Wait()
}

// parseSeconds reads numbers between spaces.
func parseSeconds(line string) ([]float64, error) {
	var out []float64
	for _, field := range strings.Fields(line) {
		v, err := strconv.ParseFloat(field, 64)
		if err != nil || !(v > 0) {
			return nil, fmt.Errorf("answer %q: want positive seconds between spaces", line)
		}
		out = append(out, v)
	}
	return out, nil
}

// parsePeak finds VmHWM in the text of /proc/PID/status.
func parsePeak(status string) (int64, error) {
	for line := range strings.Lines(status) {
		value, ok := strings.CutPrefix(line, "VmHWM:")
		if !ok {
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("process status: %w", err)
		}
		return kib << 10, nil
	}
	return 0, fmt.Errorf("process status has no VmHWM")
}
