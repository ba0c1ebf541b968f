package cli

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// interrupted runs a command, signals it once its first epoch is done, for
// each signal after the reply to the one before, and returns the exit code.
func interrupted(t *testing.T, task string, signals ...os.Signal) (code int, stdout, stderr string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no signals to send")
	}
	cmd := exec.Command("fake", "train", task)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	diagnostics, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer limit.Stop()
	var seen, said bytes.Buffer
	lines := bufio.NewReader(io.TeeReader(out, &seen))
	await(t, lines, "epoch 2/2")
	replies := bufio.NewReader(io.TeeReader(diagnostics, &said))
	for i, s := range signals {
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			await(t, replies, "interrupted")
		}
	}
	for _, r := range []io.Reader{lines, replies} {
		if _, err := io.Copy(io.Discard, r); err != nil {
			t.Fatal(err)
		}
	}
	_ = cmd.Wait() // the exit code tells
	return cmd.ProcessState.ExitCode(), seen.String(), said.String()
}

func await(t *testing.T, r *bufio.Reader, text string) {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		if strings.Contains(line, text) {
			return
		}
		if err != nil {
			t.Fatalf("no %q before %v", text, err)
		}
	}
}

func TestInterruptSaves(t *testing.T) {
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		code, stdout, stderr := interrupted(t, "slow", s)
		if code != exitInterrupted {
			t.Errorf("%v: exit code %d, want %d", s, code, exitInterrupted)
		}
		if !strings.Contains(stderr, "cggm train --resume runs/cggm-1") {
			t.Errorf("%v: stderr does not say how to go on: %s", s, stderr)
		}
		if strings.Contains(stdout, "fused") {
			t.Errorf("%v: a result of an interrupted run: %s", s, stdout)
		}
	}
}

// The task stuck does not look at its context: only the second signal ends it.
func TestInterruptTwiceAborts(t *testing.T) {
	code, _, _ := interrupted(t, "stuck", os.Interrupt, os.Interrupt)
	if code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
}
