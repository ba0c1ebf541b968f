package compare_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cggm/compare"
	"cggm/experiment"
)

const tolerance = 1e-6

func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > tolerance {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// By hand, with t(.975; 2) = 4.302653:
//
//	joint       .5 .6 .7: mean .6, s .1, half width 4.302653 * .1/sqrt 3 = .248414
//	cggm       - joint: .1 .1 .2: mean .133333, s .0577350, half width .143422,
//	             t = .133333 / .0333333 = 4, p = 1 - 4/sqrt(2 + 16) = .0571910
//	multi-loss - joint: 0 .1 0: mean .0333333, t = 1, p = 1 - 1/sqrt 3 = .4226497
//	Holm against joint: 2 * .0571910 = .1143820 and .4226497
//	cggm - multi-loss: .1 0 .2: mean .1, s .1, t = sqrt 3, p = 1 - sqrt(3/5) = .2254033
//	Holm against multi-loss, of .2254033 and .4226497: .4508067 and the same
//	ranks by seed: cggm 1, 1.5, 1; joint 2.5, 3, 2.5; multi-loss 2.5, 1.5, 2.5
func TestNumbersByHand(t *testing.T) {
	o := mustRun(t, byHand().study(t, []string{"joint", "multi-loss", "cggm"}, "one"))
	rows := o.Tasks[0].Rows
	joint, multi, cggm := rows[0], rows[1], rows[2]
	near(t, "joint", &joint.Test.Mean, .6)
	near(t, "joint low", joint.Test.Low, .6-.248414)
	near(t, "joint high", joint.Test.High, .6+.248414)
	near(t, "joint val", &joint.Val.Mean, .65)
	near(t, "cggm - joint", &cggm.Versus[0].Mean, .1333333)
	near(t, "cggm - joint low", cggm.Versus[0].Low, .1333333-.1434218)
	near(t, "cggm - joint p", cggm.Versus[0].P, .0571910)
	near(t, "cggm - joint p by Holm", cggm.Versus[0].Holm, .1143820)
	near(t, "multi-loss - joint p", multi.Versus[0].P, .4226497)
	near(t, "multi-loss - joint p by Holm", multi.Versus[0].Holm, .4226497)
	near(t, "cggm - multi-loss p", cggm.Versus[1].P, .2254033)
	near(t, "cggm - multi-loss p by Holm", cggm.Versus[1].Holm, .4508067)
	near(t, "joint - multi-loss p by Holm", joint.Versus[1].Holm, .4508067)
	near(t, "rank of joint", joint.Rank, 8./3)
	near(t, "rank of multi-loss", multi.Rank, 6.5/3)
	near(t, "rank of cggm", cggm.Rank, 3.5/3)
	near(t, "cost of cggm", cggm.Cost, .5) // 2 s against 4
	if joint.Versus[0] != nil || multi.Versus[1] != nil {
		t.Error("a method is tested against itself")
	}
}

// Where smaller scores are better, ranks and standings turn round; differences
// stay differences.
func TestSmallerIsBetter(t *testing.T) {
	f := byHand()
	f.smaller = true
	f.score = func(c *experiment.Config) (val, test float64) {
		v := map[string]float64{"joint": .5, "cggm": .2, "multi-loss": .9}[c.Method]
		v *= 1 + .01*float64(c.Train.Seed)
		return v, v
	}
	o := mustRun(t, f.study(t, []string{"joint", "multi-loss", "cggm"}, "one", "two"))
	for i, want := range []float64{2, 3, 1} {
		near(t, "rank of "+o.Tasks[0].Rows[i].Method, o.Tasks[0].Rows[i].Rank, want)
		near(t, "rank over tasks", &o.Overall.Methods[i].Rank, want)
	}
	if s := o.Overall.Methods; s[1].Worse != 2 || s[1].Better != 0 || s[2].Better != 2 || s[2].Worse != 0 {
		t.Errorf("standings %+v", s)
	}
	near(t, "difference", &o.Tasks[0].Rows[2].Versus[0].Mean, -.3*1.02)
	if text := o.Text(); !strings.Contains(text, "(smaller is better)") {
		t.Error(text)
	}
}

// Scores of few samples can differ by the same on every seed: that proves
// nothing.
func TestConstantDifferences(t *testing.T) {
	f := &fake{score: func(c *experiment.Config) (val, test float64) {
		test = .1 * float64(c.Train.Seed)
		if c.Method == "cggm" {
			test += .05
		}
		return test, test
	}}
	rows := mustRun(t, f.study(t, []string{"joint", "cggm", "ogm"}, "one")).Tasks[0].Rows
	if d := rows[1].Versus[0]; d.P != nil || d.Holm != nil || d.Low != nil {
		t.Errorf("cggm: %+v", d)
	}
	if d := rows[2].Versus[0]; d.P == nil || *d.P != 1 || *d.Low != 0 {
		t.Errorf("ogm, equal to joint: %+v", d)
	}
}

// One seed has no interval and no test.
func TestOneSeed(t *testing.T) {
	s := byHand().study(t, []string{"joint", "cggm"}, "one")
	s.Seeds = 1
	row := mustRun(t, s).Tasks[0].Rows[1]
	if row.Test.Low != nil || row.Versus[0].P != nil || row.Versus[0].Holm != nil {
		t.Errorf("%+v %+v", row.Test, row.Versus[0])
	}
	near(t, "difference", &row.Versus[0].Mean, .1)
}

// mixedOutcome has everything that outputs must show: two tasks, tuning, a
// failure, a refusal, a run that is missing, names to escape.
func mixedOutcome(t *testing.T) *compare.Outcome {
	f := byHand()
	f.unfit = map[string]error{"ogm": errUnfit}
	f.fail = func(c *experiment.Config) error {
		if c.Method == "cggm" && c.Train.Seed == 3 {
			return errBroken
		}
		return nil
	}
	s := f.study(t, []string{"joint", "multi-loss", "cggm", "ogm"}, "one", "my_data")
	s.Trials = 2
	ctx, cancel := context.WithCancel(context.Background())
	f.stop, f.stopAt = cancel, 30
	if _, err := s.Run(ctx); err == nil {
		t.Fatal("not interrupted")
	}
	s.Budget = 1
	o, err := s.Run(context.Background())
	if o == nil {
		t.Fatal(err)
	}
	return o
}

func TestOutputs(t *testing.T) {
	o := mixedOutcome(t)
	text := func(s string) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, s)
			return err
		}
	}
	for name, write := range map[string]func(io.Writer) error{
		"outcome.txt": text(o.Text()), "outcome.md": text(o.Markdown()), "outcome.tex": text(o.LaTeX()),
		"outcome.csv": o.WriteCSV, "runs.csv": o.WriteRunsCSV,
		"outcome.svg": func(w io.Writer) error { return o.WritePlot(w, compare.SVG) },
		"outcome.json": func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", " ")
			return e.Encode(o)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(golden, b.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b.Bytes(), want) {
				t.Errorf("%s differs; -update writes it anew:\n%s", golden, b.String())
			}
		})
	}
	var b bytes.Buffer
	if err := o.WritePlot(&b, compare.PNG); err != nil || !bytes.HasPrefix(b.Bytes(), []byte("\x89PNG")) {
		t.Errorf("PNG: %v", err)
	}
	if err := o.WritePlot(&b, "gif"); err == nil {
		t.Error("GIF is accepted")
	}
	if err := (&compare.Outcome{}).WritePlot(&b, compare.SVG); err == nil {
		t.Error("a plot of nothing is accepted")
	}
}
