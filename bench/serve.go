package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"cggm/backend/memory"
)

// stepper is something that can be measured.
type stepper interface {
	// step does the work once, to its end.
	step() error
	// parameters counts the trained numbers of the model and of what is
	// trained beside it.
	parameters() (model, classifiers int)
}

// subjects builds what can be measured, by name.
var subjects = map[string]func(setting) (stepper, error){
	"msa": newMSA, "matmul": newMatmul, "resnet": newResNet,
}

// greeting is the first line that a contestant prints, after its first step.
type greeting struct {
	Version     string `json:"version"`
	Parameters  int    `json:"parameters"`
	Classifiers int    `json:"classifiers"`
	// First is the time in seconds from the start of building to the end of
	// the first step.
	First float64 `json:"first"`
}

// serveCommand is cggm as a contestant: "serve SUBJECT [flags]".
func serveCommand(args []string) (err error) {
	if len(args) == 0 {
		return fmt.Errorf("serve: name what to serve: msa, matmul or resnet")
	}
	memory.Save()
	s := setting{subject: args[0]}
	build, ok := subjects[s.subject]
	if !ok {
		return fmt.Errorf("serve: no subject %q: choose msa, matmul or resnet", s.subject)
	}
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	dropout := 1
	s.flags(f, &dropout)
	profile := f.String("cpuprofile", "", "write a CPU profile of the steps after the first")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	s.dropout = dropout != 0
	runtime.GOMAXPROCS(s.threads)

	start := time.Now()
	subject, err := build(s)
	if err != nil {
		return err
	}
	if err := subject.step(); err != nil {
		return err
	}
	hello := greeting{Version: "cggm, " + runtime.Version(), First: time.Since(start).Seconds()}
	hello.Parameters, hello.Classifiers = subject.parameters()
	if *profile != "" {
		file, err := os.Create(*profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer func() {
			pprof.StopCPUProfile()
			if closing := file.Close(); err == nil {
				err = closing
			}
		}()
	}
	return serve(subject.step, hello, os.Stdin, os.Stdout)
}

// serve greets, then answers every line "run N" with the seconds that each of
// N steps took, until the input ends.
func serve(step func() error, hello greeting, in io.Reader, out io.Writer) error {
	line, err := json.Marshal(hello)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%s\n", line); err != nil {
		return err
	}
	requests := bufio.NewScanner(in)
	for requests.Scan() {
		count, ok := strings.CutPrefix(requests.Text(), "run ")
		n, err := strconv.Atoi(count)
		if !ok || err != nil || n < 1 {
			return fmt.Errorf("serve: request %q: want \"run N\" with N of 1 or more", requests.Text())
		}
		seconds := make([]string, n)
		for i := range seconds {
			start := time.Now()
			if err := step(); err != nil {
				return err
			}
			seconds[i] = strconv.FormatFloat(time.Since(start).Seconds(), 'g', -1, 64)
		}
		if _, err := fmt.Fprintln(out, strings.Join(seconds, " ")); err != nil {
			return err
		}
	}
	return requests.Err()
}
