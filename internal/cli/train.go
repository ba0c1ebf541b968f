package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"cggm/experiment"
	"cggm/internal/view"
)

type trainOptions struct {
	target      string // a task or a YAML file
	method      string
	versus      string
	sets        []string
	seeds       int
	seed        uint64
	out         string
	resume      string
	data        string
	valIsTest   bool
	json        bool
	quiet       bool
	printConfig bool
	dryRun      bool

	given func(flag string) bool
}

func newTrainCommand(a *app) *cobra.Command {
	o := &trainOptions{}
	cmd := &cobra.Command{
		Use:   "train [TASK|FILE.yaml]",
		Short: "Train a model and keep the run",
		Long: `Train a model with a balancing method, select the best epoch by validation,
read the test set once, and keep all of it in a run folder.

Without an argument the task is emoji. A YAML file is a configuration of your
own, or the description of your own data (see 'cggm schema'). Settings come
from the defaults, the task's preset, the file, --set and the other flags, each
overriding those before.

Ctrl-C saves the run and exits with 130; --resume continues it as if nothing had
happened. Ctrl-C once more stops at once.

With --json every line of standard output is one JSON object:
  {"event":"begin", ...}   before a run: task, method, seed, run, modalities,
                           number of samples, epochs, warnings
  {"event":"epoch", ...}   after an epoch: training means, validation scores
                           fused and by modality, coefficients, seconds
  {"event":"result", ...}  after each of several runs: its result
The last line is the result and has no "event": task, method, seed, run, scores,
modalities, seconds. After several runs it holds the means and intervals by
method, their paired difference, and all results. --quiet leaves only that line.`,
		Example: `  cggm train
  cggm train digits --method ogm-ge --seed 7
  cggm train --seeds 5 --versus joint
  cggm train --method cggm+mmpareto --set options.cggm.rho=1.1 --set train.epochs=10
  cggm train mosi-utterance --data path/to/mosi
  cggm train mydata.yaml --print-config
  cggm train --resume runs/NAME`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeTasks(a, "yaml", "yml"),
	}
	f := cmd.Flags()
	f.StringVar(&o.method, "method", "", "balancing `method`, or several joined by + (default cggm)")
	f.StringVar(&o.versus, "versus", "", "train this `method` too, on the same seeds, and compare")
	f.StringArrayVar(&o.sets, "set", nil, "override one `setting`, as in train.epochs=5; repeatable")
	f.IntVar(&o.seeds, "seeds", 1, "train on `N` seeds that follow each other; gives means and intervals")
	f.Uint64Var(&o.seed, "seed", 0, "the (first) seed (default 1)")
	f.StringVar(&o.out, "out", "runs", "`folder` in which every run gets a folder of its own")
	f.StringVar(&o.resume, "resume", "", "continue the `run` in this folder")
	f.StringVar(&o.data, "data", "", "`folder` with the task's data")
	f.BoolVar(&o.valIsTest, "allow-val-is-test", false, "accept a validation set that is the test set; all output is marked")
	addJSON(cmd, &o.json)
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress, only the result")
	f.BoolVar(&o.printConfig, "print-config", false, "print the resolved configuration and exit")
	f.BoolVar(&o.dryRun, "dry-run", false, "train two batches, evaluate, keep nothing")
	for _, other := range []string{
		"method", "versus", "set", "seeds", "seed", "out", "data", "allow-val-is-test", "print-config", "dry-run",
	} {
		cmd.MarkFlagsMutuallyExclusive("resume", other)
	}
	cmd.MarkFlagsMutuallyExclusive("print-config", "dry-run")
	must(cmd.RegisterFlagCompletionFunc("method", completeMethods))
	must(cmd.RegisterFlagCompletionFunc("versus", completeMethods))
	o.given = f.Changed
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if len(args) > 0 {
			o.target = args[0]
		}
		return runTrain(ctx, a, o)
	})
	return cmd
}

func runTrain(ctx context.Context, a *app, o *trainOptions) error {
	if o.resume != "" {
		return runResume(ctx, a, o)
	}
	if o.given("resume") {
		return usagef("--resume needs the folder of a run")
	}
	if o.seeds < 1 {
		return usagef("--seeds %d: must be 1 or more", o.seeds)
	}
	configs, err := o.configs(a)
	if err != nil {
		return err
	}
	if o.printConfig {
		return printConfig(a, configs[0], o.json)
	}
	if o.dryRun {
		return dryRun(ctx, a, o, configs)
	}
	return trainAll(ctx, a, o, plan(configs, o.seeds))
}

// configs returns the configuration of every method to train, on the first
// seed.
func (o *trainOptions) configs(a *app) ([]*experiment.Config, error) {
	name, file := o.target, ""
	if isFile(name) {
		name, file = "", name
	}
	load := func(method string) (*experiment.Config, error) {
		c, err := a.work.load(name, file, o.sets)
		if err != nil {
			return nil, err
		}
		if o.given("seed") {
			c.Train.Seed = o.seed
		}
		if o.given("data") {
			c.Data.Dir = o.data
		}
		if o.valIsTest {
			c.Data.ValIsTest = true
		}
		if method != "" {
			c.Method = method
		}
		return c, checkMethod(c.Method)
	}
	first, err := load(o.method)
	if err != nil || o.versus == "" {
		return []*experiment.Config{first}, err
	}
	second, err := load(o.versus)
	if err != nil {
		return nil, err
	}
	if first.Method == second.Method {
		return nil, usagef("--versus %s: the method is %s already: compare it with another one", o.versus, first.Method)
	}
	return []*experiment.Config{first, second}, nil
}

// isFile says whether the argument of train is a file and not a task.
func isFile(target string) bool {
	return strings.HasSuffix(target, ".yaml") || strings.HasSuffix(target, ".yml")
}

// plan lists the runs to do, seed by seed, so that an interruption leaves as
// many complete comparisons as possible.
func plan(configs []*experiment.Config, seeds int) []*experiment.Config {
	var runs []*experiment.Config
	for k := range seeds {
		for _, c := range configs {
			run := *c
			run.Train.Seed += uint64(k)
			runs = append(runs, &run)
		}
	}
	return runs
}

func printConfig(a *app, c *experiment.Config, asJSON bool) error {
	text, err := a.work.marshal(c)
	if err != nil {
		return err
	}
	if asJSON {
		if text, err = yaml.YAMLToJSON(text); err != nil {
			return fmt.Errorf("cli: write the configuration as JSON: %w", err)
		}
	}
	return a.streams.print(strings.TrimRight(string(text), "\n") + "\n")
}

func dryRun(ctx context.Context, a *app, o *trainOptions, configs []*experiment.Config) error {
	warnings := a.warnings(view.Silent{})
	for _, c := range configs {
		if err := a.work.dryRun(ctx, experiment.Request{Config: c, Root: o.out, Viewer: warnings}); err != nil {
			return err
		}
	}
	if o.json {
		return a.streams.printJSON(struct {
			Task    string   `json:"task"`
			Methods []string `json:"methods"`
			DryRun  string   `json:"dry_run"`
		}{configs[0].Task, methodsOf(configs), "passed"})
	}
	return a.streams.print(fmt.Sprintf("dry run of %s on %s: two batches and an evaluation passed; nothing is kept\n",
		strings.Join(methodsOf(configs), " and "), configs[0].Task))
}

func methodsOf(configs []*experiment.Config) []string {
	names := make([]string, len(configs))
	for i, c := range configs {
		names[i] = c.Method
	}
	return names
}
