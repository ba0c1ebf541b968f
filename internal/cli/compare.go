package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cggm/compare"
	"cggm/experiment"
)

type compareOptions struct {
	tasks     []string
	methods   []string
	variants  []string
	against   []string
	sets      []string
	data      []string
	seeds     int
	first     uint64
	trials    int
	epochs    int
	jobs      int
	budget    time.Duration
	out       string
	retry     bool
	valIsTest bool
	json      bool
	reports   reports
	quiet     bool

	given func(flag string) bool
}

func newCompareCommand(a *app) *cobra.Command {
	o := &compareOptions{}
	cmd := &cobra.Command{
		Use:   "compare TASK|FILE.yaml...",
		Short: "Compare methods under one protocol",
		Long: `Run balancing methods on tasks under one protocol, and say which differences
are more than chance.

Every method gets the same number of settings (--trials): its defaults, then
settings drawn from its search space and the learning rate, which all methods
share. One seed chooses by validation score, with the test set closed. The chosen
setting runs on all seeds, and only these runs read the test set. What a task's
preset sets for methods is left out.

Every run leaves a small file under --out; the same command continues a study
that was stopped and does only what is missing. With --budget no run starts after
that time; the tables then say what is missing, and the exit code is 1.

--csv, --runs, --markdown, --latex and --plot write files beside what is printed.`,
		Example: `  cggm compare emoji --methods joint,cggm --seeds 5
  cggm compare emoji digits --methods all --trials 8 --budget 2h
  cggm compare mosi-utterance av-digits --data mosi-utterance=DIR --data av-digits=DIR
  cggm compare mydata.yaml --methods joint,multi-loss,ogm-ge --json
  cggm compare emoji --methods joint,cggm --variant calm=cggm,ema=.9,clamp=2 --against joint,cggm`,
		Args:              some("one task or YAML file or more"),
		ValidArgsFunction: completeTasks(a, "yaml", "yml"),
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.methods, "methods", []string{"joint", "multi-loss", "cggm"}, "`methods` to compare, or all")
	f.StringArrayVar(&o.variants, "variant", nil, "compare `NAME=METHOD,SETTING=VALUE,...` too, as in late=cggm,warmup=5; repeatable")
	f.StringSliceVar(&o.against, "against", nil, "test all others against these `methods` or variants (default joint,multi-loss)")
	f.IntVar(&o.seeds, "seeds", 5, "run on `N` seeds")
	f.Uint64Var(&o.first, "first-seed", 1, "the first of the seeds, on which trials run too")
	f.IntVar(&o.trials, "trials", 1, "give every method `N` settings to choose from")
	f.IntVar(&o.epochs, "epochs", 0, "train for `N` epochs (default the task's)")
	f.IntVar(&o.jobs, "jobs", 1, "`N` runs at a time, which share the processors")
	f.DurationVar(&o.budget, "budget", 0, "start no run after this `time`, as in 90m (default no limit)")
	f.StringArrayVar(&o.sets, "set", nil, "override one `setting` of all runs, as in train.batch=32; repeatable")
	f.StringArrayVar(&o.data, "data", nil, "`folder` with the data, or TASK=FOLDER; repeatable")
	f.StringVar(&o.out, "out", "comparison", "`folder` for the results")
	f.BoolVar(&o.retry, "retry", false, "run again what has failed")
	f.BoolVar(&o.valIsTest, "allow-val-is-test", false, "accept a validation set that is the test set; all output is marked")
	addJSON(cmd, &o.json)
	o.reports.add(f)
	f.BoolVarP(&o.quiet, "quiet", "q", false, "no progress, only the tables")
	must(cmd.RegisterFlagCompletionFunc("methods", completeMethods))
	o.given = f.Changed
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		o.tasks = args
		return runCompare(ctx, a, o)
	})
	return cmd
}

func runCompare(ctx context.Context, a *app, o *compareOptions) error {
	s, err := o.study(a)
	if err != nil {
		return err
	}
	if err := o.reports.check(); err != nil {
		return err
	}
	if !o.quiet {
		s.Progress = func(e compare.Event) { showProgress(a.streams.err, e) }
	}
	outcome, err := s.Run(ctx)
	if outcome == nil {
		return err
	}
	return errors.Join(o.show(a, outcome), o.reports.write(outcome), err)
}

func (o *compareOptions) show(a *app, outcome *compare.Outcome) error {
	if o.json {
		return a.streams.printJSON(outcome)
	}
	return a.streams.print(outcome.Text())
}

// study returns what the options ask for.
func (o *compareOptions) study(a *app) (*compare.Study, error) {
	for _, n := range []struct {
		flag  string
		value int
		given bool
	}{{"seeds", o.seeds, true}, {"trials", o.trials, true}, {"jobs", o.jobs, true}, {"epochs", o.epochs, o.given("epochs")}} {
		if n.given && n.value < 1 {
			return nil, usagef("--%s %d: must be 1 or more", n.flag, n.value)
		}
	}
	if len(o.methods) == 1 && o.methods[0] == "all" {
		o.methods = compare.All()
	}
	for _, m := range o.methods {
		if err := checkMethod(m); err != nil {
			return nil, err
		}
	}
	if o.first < 1 {
		return nil, usagef("--first-seed %d: must be 1 or more", o.first)
	}
	s := &compare.Study{
		Methods: o.methods, Against: o.against, Seeds: o.seeds, First: o.first, Trials: o.trials, Jobs: o.jobs, Budget: o.budget, Dir: o.out, Retry: o.retry,
		Engine: compare.Engine{Examine: a.work.examine, Run: a.work.run},
	}
	for _, text := range o.variants {
		v, err := compare.ParseVariant(text)
		if err != nil {
			return nil, usageError{err}
		}
		s.Variants = append(s.Variants, v)
	}
	folders, err := o.folders()
	if err != nil {
		return nil, err
	}
	for _, target := range o.tasks {
		s.Tasks = append(s.Tasks, o.task(a, target, folders))
	}
	if err := s.Validate(); err != nil {
		return nil, usageError{err}
	}
	return s, nil
}

// folders returns the data folders by task; "" stands for all others.
func (o *compareOptions) folders() (map[string]string, error) {
	folders := make(map[string]string)
	for _, d := range o.data {
		task, folder, named := strings.Cut(d, "=")
		if !named {
			task, folder = "", d
		}
		if _, twice := folders[task]; twice {
			return nil, usagef("--data %s: the folder is given twice", d)
		}
		folders[task] = folder
	}
	return folders, nil
}

// task returns a task of the study by its name or file.
func (o *compareOptions) task(a *app, target string, folders map[string]string) compare.Task {
	name, file := target, ""
	if isFile(target) {
		name, file = "", target
	}
	sets := slices.Clone(o.sets)
	if o.given("epochs") {
		sets = append(sets, fmt.Sprintf("train.epochs=%d", o.epochs))
	}
	label := strings.TrimSuffix(filepath.Base(target), filepath.Ext(target))
	return compare.Task{Name: label, Load: func(assignments ...string) (*experiment.Config, error) {
		// Presets tune the method that the task is shown with: here all methods
		// start from their own defaults.
		c, err := a.work.neutral(name, file, slices.Concat(sets, assignments))
		if err != nil {
			return nil, err
		}
		if folder, ok := folders[label]; ok {
			c.Data.Dir = folder
		} else if folder, ok := folders[""]; ok {
			c.Data.Dir = folder
		}
		c.Data.ValIsTest = c.Data.ValIsTest || o.valIsTest
		return c, nil
	}}
}

// showProgress writes a line about a run that has ended.
func showProgress(w io.Writer, e compare.Event) {
	r := e.Record
	what := fmt.Sprintf("%s %s seed %d", r.Task, r.Method, r.Seed)
	if r.Tuning {
		what = fmt.Sprintf("%s %s trial %d", r.Task, r.Method, r.Trial)
	}
	outcome := fmt.Sprintf("val %s %.4f, %.1f s", r.Primary, r.Val[r.Primary], r.Seconds)
	if r.Failed != "" {
		outcome = "failed: " + r.Failed
	}
	left := ""
	if e.Done < e.Total {
		left = fmt.Sprintf("; about %v left", e.Left.Round(time.Second))
	}
	tell(w, "%d/%d  %s: %s%s", e.Done, e.Total, what, outcome, left)
}
