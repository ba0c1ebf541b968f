package compare_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"cggm/compare"
	"cggm/experiment"
)

func TestParseVariant(t *testing.T) {
	for _, test := range []struct {
		text, name, method string
		settings           []string
		fault              string
	}{
		{"calm=cggm,ema=.9,clamp=2", "calm", "cggm", []string{"options.cggm.ema=.9", "options.cggm.clamp=2"}, ""},
		{"joint-sgd=joint,optimizer.kind=sgd,optimizer.rate=.1", "joint-sgd", "joint", []string{"optimizer.kind=sgd", "optimizer.rate=.1"}, ""},
		{"both=multi-loss+ogm,options.ogm.alpha=1", "both", "multi-loss+ogm", []string{"options.ogm.alpha=1"}, ""},
		{"again=cggm", "again", "cggm", nil, ""},
		{"cggm", "", "", nil, "write NAME=METHOD"},
		{"=cggm", "", "", nil, "write NAME=METHOD"},
		{"a/b=cggm", "", "", nil, "write NAME=METHOD"},
		{"a=", "", "", nil, "write NAME=METHOD"},
		{"a=cggm,ema", "", "", nil, "write SETTING=VALUE"},
		{"a=multi-loss+ogm,alpha=1", "", "", nil, "options.multi-loss.alpha"},
	} {
		v, err := compare.ParseVariant(test.text)
		if test.fault != "" {
			if err == nil || !strings.Contains(err.Error(), test.fault) {
				t.Errorf("%q: got error %v, want one with %q", test.text, err, test.fault)
			}
			continue
		}
		if err != nil || v.Name != test.name || v.Method != test.method || !slices.Equal(v.Settings, test.settings) {
			t.Errorf("%q: got %+v, %v", test.text, v, err)
		}
	}
}

// The fake's score of cggm is 0.1 better for each unit of clamp, so that rows
// with the settings of another one show.
func TestVariantsAreRowsOfTheirOwn(t *testing.T) {
	f := &fake{score: func(c *experiment.Config) (val, test float64) {
		clamp, _ := c.Options["cggm"]["clamp"].(uint64)
		test = worked[c.Method][c.Train.Seed-11] + .1*float64(clamp)
		return test, test
	}}
	s := f.study(t, []string{"joint", "cggm"}, "a")
	s.Variants = []compare.Variant{{Name: "tight", Method: "cggm", Settings: []string{"options.cggm.clamp=2"}}}
	s.Against, s.First = []string{"cggm"}, 11
	o := mustRun(t, s)
	rows := o.Tasks[0].Rows
	if len(rows) != 3 || rows[2].Method != "tight" || rows[2].Of != "cggm" || rows[1].Of != "" {
		t.Fatalf("rows %+v", rows)
	}
	// cggm: (.6+.7+.9)/3; the variant is .2 above, joint (.5+.6+.7)/3.
	for i, want := range []float64{.6, 2.2 / 3, 2.2/3 + .2} {
		if d := rows[i].Test.Mean - want; d > 1e-12 || d < -1e-12 {
			t.Errorf("%s: mean %v, want %v", rows[i].Method, rows[i].Test.Mean, want)
		}
	}
	if got := o.Tasks[0].Baselines; !slices.Equal(got, []string{"cggm"}) {
		t.Errorf("tests against %v", got)
	}
	if d := rows[0].Versus[0]; d == nil || d.N != 3 || d.P == nil {
		t.Errorf("joint against cggm: %+v", d)
	}
	for _, r := range f.requests {
		if seed := r.Config.Train.Seed; seed < 11 || seed > 13 {
			t.Errorf("seed %d", seed)
		}
	}
	text := o.Text()
	for _, want := range []string{"over 3 seeds from 11", "minus cggm", "tight: cggm options.cggm.clamp=2"} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
}

// What a variant sets stays in all trials, and the rest is drawn as for others.
func TestTrialsKeepTheSettingsOfAVariant(t *testing.T) {
	f := byHand()
	s := f.study(t, []string{"cggm"}, "a")
	s.Variants = []compare.Variant{{Name: "strong", Method: "cggm", Settings: []string{"options.cggm.rho=1.9"}}}
	s.Trials = 3
	mustRun(t, s)
	lambda := make(map[any]int)
	for _, r := range f.requests {
		options := r.Config.Options["cggm"]
		if r.TestClosed {
			lambda[options["lambda"]]++
		}
		if rho := options["rho"]; strings.Contains(r.Dir, "strong") && rho != 1.9 {
			t.Errorf("%s: rho %v", r.Dir, rho)
		}
	}
	for value, n := range lambda {
		if n != 2 {
			t.Errorf("lambda %v in %d trials, want one of the method and one of the variant", value, n)
		}
	}
}

func TestStudyRefusesVariants(t *testing.T) {
	for _, test := range []struct {
		name  string
		wrong func(s *compare.Study)
		fault string
	}{
		{"the name of a method", func(s *compare.Study) { s.Variants = []compare.Variant{{Name: "ogm", Method: "cggm"}} }, "name of a method"},
		{"an unknown method", func(s *compare.Study) { s.Variants = []compare.Variant{{Name: "x", Method: "cgm"}} }, "cgm"},
		{"a name for no file", func(s *compare.Study) { s.Variants = []compare.Variant{{Name: "../x", Method: "cggm"}} }, "lower-case"},
		{"a name twice", func(s *compare.Study) {
			s.Variants = []compare.Variant{{Name: "x", Method: "cggm"}, {Name: "x", Method: "ogm"}}
		}, "named twice"},
		{"a baseline that is absent", func(s *compare.Study) { s.Against = []string{"ogm"} }, "does not take part"},
		{"a baseline twice", func(s *compare.Study) { s.Against = []string{"joint", "joint"} }, "asked for twice"},
		{"a setting that does not exist", func(s *compare.Study) {
			s.Variants = []compare.Variant{{Name: "x", Method: "cggm", Settings: []string{"optimizer.speed=1"}}}
		}, "variant x"},
	} {
		f := byHand()
		s := f.study(t, []string{"joint", "cggm"}, "a")
		test.wrong(s)
		_, err := s.Run(context.Background())
		if err == nil || !strings.Contains(err.Error(), test.fault) {
			t.Errorf("%s: got %v, want an error with %q", test.name, err, test.fault)
		}
		if len(f.requests) > 0 {
			t.Errorf("%s: something was trained", test.name)
		}
	}
}
