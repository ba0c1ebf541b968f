package stats

import (
	"errors"
	"math"
	"testing"
)

// meanOf returns the mean of the numbers as a statistic of rows.
func meanOf(x []float64) Statistic {
	return func(rows []int) float64 {
		var sum float64
		for _, row := range rows {
			sum += x[row]
		}
		return sum / float64(len(rows))
	}
}

// TestBCaFormula feeds scipy's resamples into our formula.
func TestBCaFormula(t *testing.T) {
	for _, c := range readExpected(t).BCa {
		got := bca(c.Sampled, c.Estimate, c.Without, .95)
		near(t, c.Name+" low", got.Low, nil, c.Low)
		near(t, c.Name+" high", got.High, nil, c.High)
	}
}

// TestBootstrap compares 20,000 resamples with scipy's 200,000; the ends vary by about .005 from seed to seed.
func TestBootstrap(t *testing.T) {
	e := readExpected(t).Large
	b := Bootstrap{Samples: 20000, Seed: 1}
	percentile, err := b.Percentile(len(e.X), meanOf(e.X))
	if err != nil {
		t.Fatal(err)
	}
	bca, err := b.BCa(len(e.X), meanOf(e.X))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"percentile, low", percentile.Low, e.Percentile.Low},
		{"percentile, high", percentile.High, e.Percentile.High},
		{"BCa, low", bca.Low, e.BCa.Low},
		{"BCa, high", bca.High, e.BCa.High},
	} {
		if math.Abs(c.got-c.want) > .02 {
			t.Errorf("%s: %.4f, want %.4f", c.name, c.got, c.want)
		}
	}
	if percentile.Low == bca.Low {
		t.Error("both methods gave one interval")
	}
}

func TestBootstrapSeeds(t *testing.T) {
	x := readExpected(t).Large.X
	run := func(seed uint64) Interval {
		interval, err := Bootstrap{Seed: seed}.Percentile(len(x), meanOf(x))
		if err != nil {
			t.Fatal(err)
		}
		return interval
	}
	if run(1) != run(1) {
		t.Error("equal seeds gave two intervals")
	}
	if run(1) == run(2) {
		t.Error("two seeds gave one interval")
	}
}

// TestBootstrapDefaults: the zero value is 2000 resamples at 95 %.
func TestBootstrapDefaults(t *testing.T) {
	x := readExpected(t).Large.X
	zero, err := Bootstrap{}.BCa(len(x), meanOf(x))
	if err != nil {
		t.Fatal(err)
	}
	full, err := Bootstrap{Level: .95, Samples: 2000}.BCa(len(x), meanOf(x))
	if err != nil || zero != full {
		t.Errorf("got %v, want %v, %v", zero, full, err)
	}
}

// TestDegenerate: a score that never varies has an interval of width 0.
func TestDegenerate(t *testing.T) {
	always := func([]int) float64 { return .5 }
	interval, err := Bootstrap{}.BCa(4, always)
	if err != nil || interval != (Interval{.5, .5}) {
		t.Errorf("BCa: %v, %v", interval, err)
	}
	d, err := Bootstrap{}.Compare(4, always, always)
	if err != nil || d != (Difference{P: 1}) {
		t.Errorf("comparison: %v, %v", d, err)
	}
}

// TestCompare: 100 rows that both models get right in turn differ by nothing; one model that is right on 20 rows more is
// better beyond doubt. By the normal approximation the second difference has a standard error of .04: interval
// .2 ± .078.
func TestCompare(t *testing.T) {
	first, same, worse := make([]float64, 100), make([]float64, 100), make([]float64, 100)
	for i := range first {
		first[i] = float64(i % 2)
		same[i] = 1 - first[i]
		worse[i] = first[i]
		if i < 40 {
			worse[i] = 0
		}
	}
	b := Bootstrap{Samples: 4000, Seed: 3}
	d, err := b.Compare(100, meanOf(first), meanOf(same))
	if err != nil || d.Estimate != 0 || d.P < .5 || d.Interval.Low > -.1 || d.Interval.High < .1 {
		t.Errorf("equally good: %+v, %v", d, err)
	}
	d, err = b.Compare(100, meanOf(first), meanOf(worse))
	if err != nil || math.Abs(d.Estimate-.2) > 1e-12 || d.P > .001 {
		t.Errorf("better: %+v, %v", d, err)
	}
	if math.Abs(d.Interval.Low-.122) > .015 || math.Abs(d.Interval.High-.278) > .015 {
		t.Errorf("interval %v, want about (.122, .278)", d.Interval)
	}
	back, err := b.Compare(100, meanOf(worse), meanOf(first))
	if err != nil || back.P != d.P || back.Estimate != -d.Estimate {
		t.Errorf("exchanged: %+v, %v", back, err)
	}
}

func TestBootstrapErrors(t *testing.T) {
	undefined := func([]int) float64 { return math.NaN() }
	fine := func([]int) float64 { return 0 }
	percentile := func(b Bootstrap, n int, s Statistic) error { _, err := b.Percentile(n, s); return err }
	bca := func(b Bootstrap, n int, s Statistic) error { _, err := b.BCa(n, s); return err }
	for _, c := range []struct {
		name string
		err  error
		want error
	}{
		{"no rows", percentile(Bootstrap{}, 0, fine), ErrFew},
		{"one row", bca(Bootstrap{}, 1, fine), ErrFew},
		{"undefined score", percentile(Bootstrap{}, 3, undefined), ErrNotFinite},
		{"score undefined on fewer rows", bca(Bootstrap{}, 3, func(rows []int) float64 {
			if len(rows) < 3 {
				return math.NaN()
			}
			return 0
		}), ErrNotFinite},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, c.err, c.want)
		}
	}
	for name, b := range map[string]Bootstrap{"level": {Level: 95}, "samples": {Samples: -1}} {
		if err := percentile(b, 3, fine); err == nil {
			t.Errorf("bad %s accepted", name)
		}
	}
}
