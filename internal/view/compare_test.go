package view

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"cggm/experiment"
)

func compare(t *testing.T, results ...*experiment.Result) *Comparison {
	t.Helper()
	c, err := Compare(results)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Three runs with accuracies .73, .74, .75: mean .74, sd .01, and
// 4.302653 (t of 2 degrees of freedom at .975) * .01 / sqrt 3 = .0248414.
func TestCompareInterval(t *testing.T) {
	c := compare(t, sampleResult("cggm", 1, "split", -.01), sampleResult("cggm", 2, "split", 0), sampleResult("cggm", 3, "split", .01))
	if len(c.Methods) != 1 || c.Difference != nil {
		t.Fatalf("got %d methods, difference %v; want one method alone", len(c.Methods), c.Difference)
	}
	s := c.Methods[0].Scores.Test["accuracy"]
	for _, v := range []struct {
		name      string
		got, want float64
	}{{"mean", s.Mean, .74}, {"low", *s.Low, .74 - .0248414}, {"high", *s.High, .74 + .0248414}} {
		if math.Abs(v.got-v.want) > 1e-6 {
			t.Errorf("%s is %v, want %v", v.name, v.got, v.want)
		}
	}
	golden(t, "compare_seeds.txt", c.Text())
}

// The seeds move both methods alike, so the paired difference is narrow where
// the two intervals overlap.
func TestComparePaired(t *testing.T) {
	c := compare(t,
		sampleResult("cggm", 1, "split", -.02), sampleResult("joint", 1, "split", -.031),
		sampleResult("cggm", 2, "split", 0), sampleResult("joint", 2, "split", -.010),
		sampleResult("cggm", 3, "split", .02), sampleResult("joint", 3, "split", .011))
	d := c.Difference.Scores.Test["accuracy"]
	// Differences .011, .010, .009: mean .01, half width 4.302653 * .001 / sqrt 3.
	if math.Abs(d.Mean-.01) > 1e-9 || math.Abs(*d.High-*d.Low-2*.00248414) > 1e-6 {
		t.Errorf("difference %v [%v, %v], want .01 +- .002484", d.Mean, *d.Low, *d.High)
	}
	text := c.Text()
	golden(t, "compare_paired.txt", text)
	if !strings.Contains(text, "cggm is better than joint") {
		t.Errorf("no verdict in:\n%s", text)
	}
}

func TestCompareVerdict(t *testing.T) {
	pair := func(shifts ...float64) []*experiment.Result {
		var all []*experiment.Result
		for i, s := range shifts {
			all = append(all, sampleResult("cggm", uint64(i), "split", s), sampleResult("joint", uint64(i), "split", 0))
		}
		return all
	}
	for _, test := range []struct {
		name    string
		results []*experiment.Result
		larger  bool
		want    string
	}{
		{"worse", pair(-.02, -.021, -.019), true, "cggm is worse than joint"},
		{"smaller is better", pair(-.02, -.021, -.019), false, "cggm is better than joint"},
		{"open", pair(-.02, .02, .01), true, "do not tell cggm and joint apart"},
		{"one pair", pair(.1), true, "one pair of runs cannot tell cggm and joint apart"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.results[0].Larger = test.larger
			if text := compare(t, test.results...).Text(); !strings.Contains(text, test.want) {
				t.Errorf("no %q in:\n%s", test.want, text)
			}
		})
	}
}

// Scores that two methods read from different places have no difference.
func TestCompareSources(t *testing.T) {
	c := compare(t,
		sampleResult("cggm", 1, "classifier", 0), sampleResult("joint", 1, "split", 0),
		sampleResult("cggm", 2, "classifier", .01), sampleResult("joint", 2, "split", 0))
	for _, m := range c.Difference.Modalities {
		if len(m.Test) > 0 {
			t.Errorf("%s: difference %v between different sources", m.Name, m.Test)
		}
	}
	golden(t, "compare_sources.txt", c.Text())
}

func TestCompareUnpaired(t *testing.T) {
	_, err := Compare([]*experiment.Result{sampleResult("cggm", 1, "split", 0), sampleResult("joint", 2, "split", 0)})
	if err == nil || !strings.Contains(err.Error(), "same seeds") {
		t.Errorf("error %v, want one about seeds", err)
	}
	if _, err := Compare(nil); err == nil {
		t.Error("no error for no results")
	}
}

// A score that is no number in one run is left out, so that JSON can hold the
// rest.
func TestCompareNotFinite(t *testing.T) {
	a, b := sampleResult("cggm", 1, "split", 0), sampleResult("cggm", 2, "split", 0)
	a.Scores.Test["macro_f1"] = math.NaN()
	c := compare(t, a, b)
	if _, ok := c.Methods[0].Scores.Test["macro_f1"]; ok {
		t.Error("a mean with NaN is kept")
	}
	if _, err := json.Marshal(c.Methods); err != nil {
		t.Error(err)
	}
}

func TestCompareValIsTest(t *testing.T) {
	a, b := sampleResult("cggm", 1, "split", 0), sampleResult("cggm", 2, "split", 0)
	a.ValIsTest, b.ValIsTest = true, true
	c := compare(t, a, b)
	if !c.ValIsTest || !strings.Contains(c.Text(), "CAUTION val=test") || strings.Contains(c.Text(), "val accuracy") {
		t.Errorf("not marked:\n%s", c.Text())
	}
}
