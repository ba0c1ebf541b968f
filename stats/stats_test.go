package stats

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// tolerance of numbers from other implementations of the distributions.
const tolerance = 1e-9

// expected holds the cases of testdata/expected.json, made by testdata/generate.py with scipy and statsmodels.
type expected struct {
	Intervals []struct {
		X                           []float64
		Level, Mean, Std, Low, High float64
	}
	Paired []struct {
		A, B []float64
		T, W float64
		TP   float64 `json:"t_p"`
		WP   float64 `json:"w_p"`
	}
	Tied []struct {
		D    []float64
		W, P float64
	}
	BCa []struct {
		Name                string
		X, Sampled, Without []float64
		Estimate, Low, High float64
	}
	Large struct {
		X               []float64
		Percentile, BCa Interval
	}
	Holm struct {
		P, Adjusted []float64
	}
	Friedman []struct {
		Scores       [][]float64
		Ranks        []float64
		Statistic, P float64
	}
}

func readExpected(t *testing.T) *expected {
	t.Helper()
	text, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var e expected
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	return &e
}

// near fails the test unless a number came without error and is the wanted one.
func near(t *testing.T, name string, got float64, err error, want float64) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", name, err)
	} else if !(got == want || math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s: got %.15g, want %.15g", name, got, want)
	}
}

func TestIntervals(t *testing.T) {
	for _, c := range readExpected(t).Intervals {
		value, err := Mean(c.X)
		near(t, "mean", value, err, c.Mean)
		value, err = Std(c.X)
		near(t, "std", value, err, c.Std)
		interval, err := TInterval(c.X, c.Level)
		near(t, "low", interval.Low, err, c.Low)
		near(t, "high", interval.High, err, c.High)
	}
	interval, err := TInterval([]float64{.1, .1, .1}, .95)
	if err != nil || math.Abs(interval.Low-.1) > 1e-15 || interval.Low != interval.High {
		t.Errorf("constant numbers: %v, %v", interval, err)
	}
}

func TestPaired(t *testing.T) {
	for _, c := range readExpected(t).Paired {
		test, err := PairedT(c.A, c.B)
		near(t, "t", test.Statistic, err, c.T)
		near(t, "p of t", test.P, err, c.TP)
		test, err = Wilcoxon(c.A, c.B)
		near(t, "W", test.Statistic, err, c.W)
		near(t, "p of W", test.P, err, c.WP)
	}
}

func TestWilcoxonTies(t *testing.T) {
	for _, c := range readExpected(t).Tied {
		test, err := Wilcoxon(c.D, make([]float64, len(c.D)))
		near(t, "W", test.Statistic, err, c.W)
		near(t, "p of W", test.P, err, c.P)
	}
}

// TestEqualPairs pins what is defined for constant differences.
func TestEqualPairs(t *testing.T) {
	a, b := []float64{1, 2, 3}, []float64{2, 3, 4}
	test, err := PairedT(a, a)
	if err != nil || test != (Test{0, 1}) {
		t.Errorf("t of equals: %v, %v", test, err)
	}
	test, err = PairedT(a, b)
	if err != nil || test != (Test{math.Inf(-1), 0}) {
		t.Errorf("t of a constant difference: %v, %v", test, err)
	}
	test, err = Wilcoxon(a, a)
	if err != nil || test != (Test{0, 1}) {
		t.Errorf("W of equals: %v, %v", test, err)
	}
	test, err = Wilcoxon(a, b) // by hand: all of three signs equal, 2 of 8
	if err != nil || test != (Test{0, .25}) {
		t.Errorf("W of a constant difference: %v, %v", test, err)
	}
}

// TestPairedSymmetry: exchanging the sides changes no p-value.
func TestPairedSymmetry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 70).Draw(t, "n")
		number := rapid.Map(rapid.IntRange(-4, 4), func(i int) float64 { return float64(i) })
		a := rapid.SliceOfN(number, n, n).Draw(t, "a")
		b := rapid.SliceOfN(number, n, n).Draw(t, "b")
		for name, run := range map[string]func(a, b []float64) (Test, error){"t": PairedT, "W": Wilcoxon} {
			forth, err := run(a, b)
			back, err2 := run(b, a)
			if err := errors.Join(err, err2); err != nil {
				t.Fatal(err)
			}
			if forth.P != back.P || !(forth.P >= 0 && forth.P <= 1) {
				t.Fatalf("%s: p %v, exchanged %v", name, forth.P, back.P)
			}
		}
	})
}

func TestHolm(t *testing.T) {
	e := readExpected(t).Holm
	adjusted, err := Holm(e.P)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range e.Adjusted {
		near(t, "adjusted p", adjusted[i], nil, want)
	}
	if none, err := Holm(nil); err != nil || len(none) != 0 {
		t.Errorf("no tests: %v, %v", none, err)
	}
}

func TestFriedman(t *testing.T) {
	for _, c := range readExpected(t).Friedman {
		ranks, err := AverageRanks(c.Scores)
		if err != nil {
			t.Fatal(err)
		}
		for m, want := range c.Ranks {
			near(t, "rank", ranks[m], nil, want)
		}
		test, err := Friedman(c.Scores)
		near(t, "chi squared", test.Statistic, err, c.Statistic)
		near(t, "p", test.P, err, c.P)
	}
	test, err := Friedman([][]float64{{1, 1, 1}, {2, 2, 2}})
	if err != nil || test != (Test{0, 1}) {
		t.Errorf("all equal: %v, %v", test, err)
	}
	ranks, err := AverageRanks([][]float64{{.9, .7, .9}})
	if err != nil || !slices.Equal(ranks, []float64{1.5, 3, 1.5}) {
		t.Errorf("ranks %v, %v", ranks, err)
	}
}

func TestErrors(t *testing.T) {
	nan := math.NaN()
	one, two := []float64{1}, []float64{1, 2}
	number := func(_ float64, err error) error { return err }
	test := func(_ Test, err error) error { return err }
	interval := func(_ Interval, err error) error { return err }
	ranks := func(_ []float64, err error) error { return err }
	for _, c := range []struct {
		name string
		err  error
		want error
	}{
		{"mean of nothing", number(Mean(nil)), ErrFew},
		{"mean of NaN", number(Mean([]float64{nan})), ErrNotFinite},
		{"std of one", number(Std(one)), ErrFew},
		{"interval of one", interval(TInterval(one, .95)), ErrFew},
		{"t of one pair", test(PairedT(one, one)), ErrFew},
		{"t of other lengths", test(PairedT(one, two)), ErrLength},
		{"t of infinity", test(PairedT(two, []float64{1, math.Inf(1)})), ErrNotFinite},
		{"W of nothing", test(Wilcoxon(nil, nil)), ErrFew},
		{"W of other lengths", test(Wilcoxon(one, two)), ErrLength},
		{"ranks of nothing", ranks(AverageRanks(nil)), ErrFew},
		{"ranks of ragged rows", ranks(AverageRanks([][]float64{two, one})), ErrLength},
		{"ranks of NaN", ranks(AverageRanks([][]float64{{1, nan}})), ErrNotFinite},
		{"Friedman of two methods", test(Friedman([][]float64{two, two})), ErrFew},
		{"Friedman of one data set", test(Friedman([][]float64{{1, 2, 3}})), ErrFew},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, c.err, c.want)
		}
	}
	for _, level := range []float64{0, 1, 95, nan} {
		if _, err := TInterval(two, level); err == nil {
			t.Errorf("level %v is accepted", level)
		}
	}
	for _, p := range []float64{-.1, 1.1, nan} {
		if _, err := Holm([]float64{p}); err == nil {
			t.Errorf("p-value %v is accepted", p)
		}
	}
}
