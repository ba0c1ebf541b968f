package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"cggm/backend/memory"
	"cggm/balance"
	"cggm/experiment"
)

// training is what a whole training cost.
type training struct {
	Seconds float64 `json:"seconds"`
	// Peak is the largest resident memory of the process in bytes.
	Peak int64 `json:"peak"`
}

// epochsCommand trains the default task in this process and prints what it
// cost: "epochs --method NAME --epochs N".
func epochsCommand(ctx context.Context, args []string, out io.Writer) (err error) {
	f := pflag.NewFlagSet("epochs", pflag.ContinueOnError)
	method := f.String("method", "joint", "balancing method")
	epochs := f.Int("epochs", 1, "epochs")
	if err := f.Parse(args); err != nil {
		return err
	}
	memory.Save()
	set := []string{"method=" + *method, fmt.Sprintf("train.epochs=%d", *epochs)}
	if *method != "joint" {
		waits, err := waiting(*method)
		if err != nil {
			return err
		}
		for _, name := range waits {
			set = append(set, fmt.Sprintf("options.%s.%s=0", *method, name))
		}
	}
	config, err := experiment.Load("emoji", "", set)
	if err != nil {
		return err
	}
	root, err := os.MkdirTemp("", "cggm-bench")
	if err != nil {
		return err
	}
	defer func() {
		if removing := os.RemoveAll(root); err == nil {
			err = removing
		}
	}()
	result, err := experiment.Run(ctx, experiment.Request{Config: config, Root: root})
	if err != nil {
		return err
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	t := training{Seconds: result.Seconds}
	if t.Peak, err = parsePeak(string(status)); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(t)
}

// waiting lists the settings by which a method does nothing in its first
// epochs: a short training would not see what it costs.
func waiting(method string) ([]string, error) {
	e, err := balance.Find(method)
	if err != nil {
		return nil, err
	}
	var names []string
	t := reflect.Indirect(reflect.ValueOf(e.Default())).Type()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if slices.Contains([]string{"warmup", "start"}, name) {
			names = append(names, name)
		}
	}
	return names, nil
}
