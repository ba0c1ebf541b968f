package synthetic

import (
	"context"
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"cggm/objective"
	"cggm/sample"
	"cggm/task"
)

func open(t testing.TB, c Config, seed uint64) *task.Data {
	t.Helper()
	d, err := Task{c}.Open(context.Background(), task.Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func all(t testing.TB, s sample.Source) *sample.Batch {
	t.Helper()
	rows := make([]int, s.Len())
	for i := range rows {
		rows[i] = i
	}
	b, err := s.Read(context.Background(), rows, sample.Draw{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// matrix returns a modality as [rows, width+1], averaged over the steps of a
// sequence, with a column of ones.
func matrix(c sample.Column) *mat.Dense {
	width := c.Dims[len(c.Dims)-1]
	steps := c.Size() / width
	x := mat.NewDense(c.Len(), width+1, nil)
	for i := range c.Len() {
		x.Set(i, width, 1)
		valid := steps
		if c.Ragged {
			valid = int(c.Lengths[i])
		}
		for s := range steps {
			for k := range width {
				x.Set(i, k, x.At(i, k)+float64(c.Floats[(i*steps+s)*width+k])/float64(valid))
			}
		}
	}
	return x
}

// fit returns least-squares predictions on the test features.
func fit(t testing.TB, train, test *mat.Dense, targets []float64) []float64 {
	t.Helper()
	var w mat.VecDense
	if err := w.SolveVec(train, mat.NewVecDense(len(targets), targets)); err != nil {
		var bad mat.Condition
		if !errors.As(err, &bad) {
			t.Fatal(err)
		}
	}
	var out mat.VecDense
	out.MulVec(test, &w)
	return out.RawVector().Data
}

// rSquared of least squares on the given features, for one target.
func rSquared(t testing.TB, train, test *mat.Dense, y, yTest []float32) float64 {
	targets := make([]float64, len(y))
	for i, v := range y {
		targets[i] = float64(v)
	}
	var residual, total float64
	for i, p := range fit(t, train, test, targets) {
		v := float64(yTest[i])
		residual += (v - p) * (v - p)
		total += v * v
	}
	return 1 - residual/total
}

func regression(modalities ...Modality) Config {
	return Config{Task: objective.Regression, Outputs: 1, Modalities: modalities, Train: 4000, Val: 1, Test: 4000}
}

func linearR2(t testing.TB, c Config, m int) float64 {
	d := open(t, c, 7)
	train, test := all(t, d.Train), all(t, d.Test)
	return rSquared(t, matrix(train.Inputs[m]), matrix(test.Inputs[m]), train.Label.Floats, test.Label.Floats)
}

// TestLinearShare compares the R² of least squares with the closed form
// (R + U)/(1 + 1/SNR + c²); 4000 samples leave an error of about .02.
func TestLinearShare(t *testing.T) {
	for _, test := range []struct {
		name string
		a    Modality
		want float64 // by hand, with redundant share .3
	}{
		{"redundant", Modality{Width: 4, SNR: 1}, .3 / 2},
		{"unique", Modality{Width: 4, SNR: 4, Unique: .5}, .8 / 1.25},
		{"curved", Modality{Width: 6, SNR: 4, Unique: .5, Curvature: 1}, .8 / 2.25},
		{"conditioned", Modality{Width: 6, SNR: 4, Unique: .5, Condition: 100}, .8 / 1.25},
		{"sequence", Modality{Width: 4, Length: 9, SNR: 4, Unique: .5}, .8 / 1.25},
		{"ragged", Modality{Width: 6, Length: 9, Ragged: true, SNR: 4, Unique: .5, Curvature: 1}, .8 / 2.25},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.a.Name = "a"
			c := regression(test.a, Modality{Name: "b", Width: 4, SNR: 2})
			c.Redundant = .3
			if got := c.Ideal().Linear[0]; math.Abs(got-test.want) > 1e-9 {
				t.Errorf("closed form %.4f, want %.4f", got, test.want)
			}
			if got := linearR2(t, c, 0); math.Abs(got-test.want) > .04 {
				t.Errorf("least squares explains %.4f, want %.4f", got, test.want)
			}
		})
	}
}

// TestCurvatureKeepsInformation undoes the quadratic term by giving least
// squares the squares of all rotated features.
func TestCurvatureKeepsInformation(t *testing.T) {
	c := regression(Modality{Name: "a", Width: 4, SNR: 4, Unique: .8, Curvature: 1})
	d := open(t, c, 7)
	train, test := all(t, d.Train), all(t, d.Test)
	square := func(x *mat.Dense) *mat.Dense {
		n, w := x.Dims()
		out := mat.NewDense(n, w*w, nil)
		for i := range n {
			for j := range w {
				for k := range w {
					out.Set(i, j*w+k, x.At(i, j)*x.At(i, k))
				}
			}
		}
		return out
	}
	got := rSquared(t, square(matrix(train.Inputs[0])), square(matrix(test.Inputs[0])), train.Label.Floats, test.Label.Floats)
	if want := c.Ideal().Modality[0]; math.Abs(got-want) > .04 {
		t.Errorf("quadratic model explains %.4f, want %.4f", got, want)
	}
	if plain := linearR2(t, c, 0); plain > got-.2 {
		t.Errorf("linear model explains %.4f of %.4f: curvature hides nothing", plain, got)
	}
}

// TestSynergy checks that neither modality says anything alone, in products
// of its own features either, and that products of both do.
func TestSynergy(t *testing.T) {
	c := regression(
		Modality{Name: "a", Width: 2, SNR: 100}, Modality{Name: "b", Width: 2, SNR: 100}, Modality{Name: "c", Width: 2, SNR: 1})
	c.Synergistic = 1
	d := open(t, c, 3)
	train, test := all(t, d.Train), all(t, d.Test)
	product := func(b *sample.Batch, i, j int) *mat.Dense {
		x, y := matrix(b.Inputs[i]), matrix(b.Inputs[j])
		n, w := x.Dims()
		out := mat.NewDense(n, w*w, nil)
		for r := range n {
			for p := range w {
				for q := range w {
					out.Set(r, p*w+q, x.At(r, p)*y.At(r, q))
				}
			}
		}
		return out
	}
	for _, pair := range []struct {
		i, j      int
		low, high float64
	}{
		{0, 0, -.02, .02},
		{1, 1, -.02, .02},
		{2, 2, -.02, .02},
		{0, 2, -.02, .02},
		{1, 2, -.02, .02},
		{0, 1, .8, 1}, // the bilinear part of the exclusive or
	} {
		got := rSquared(t, product(train, pair.i, pair.j), product(test, pair.i, pair.j), train.Label.Floats, test.Label.Floats)
		if got < pair.low || got > pair.high {
			t.Errorf("products of modalities %d and %d explain %.3f, want %v to %v", pair.i, pair.j, got, pair.low, pair.high)
		}
	}
}

// nearestMean is the test accuracy of the nearest class mean after removing
// the training covariance, which for this data is a linear classifier.
func nearestMean(t testing.TB, c Config, m int) float64 {
	d := open(t, c, 5)
	train, test := all(t, d.Train), all(t, d.Test)
	x, z := matrix(train.Inputs[m]), matrix(test.Inputs[m])
	scores := make([][]float64, c.Outputs)
	for k := range scores {
		targets := make([]float64, len(train.Label.Ints))
		for i, y := range train.Label.Ints {
			if int(y) == k {
				targets[i] = 1
			}
		}
		scores[k] = fit(t, x, z, targets)
	}
	right := 0
	for i, y := range test.Label.Ints {
		best := 0
		for k := range scores {
			if scores[k][i] > scores[best][i] {
				best = k
			}
		}
		if best == int(y) {
			right++
		}
	}
	return float64(right) / float64(len(test.Label.Ints))
}

// TestAccuracyRisesWithSNR also compares with the best possible accuracy.
func TestAccuracyRisesWithSNR(t *testing.T) {
	for _, classes := range []int{2, 4} {
		last := 0.
		for _, snr := range []float64{.1, 1, 10} {
			c := Config{
				Task: objective.Classification, Outputs: classes, Redundant: .2,
				Modalities: []Modality{{Name: "a", Width: 10, SNR: snr, Unique: .6}, {Name: "b", Width: 10, SNR: 1, Unique: .1}},
				Train:      4000, Val: 1, Test: 4000,
			}
			got, want := nearestMean(t, c, 0), c.Ideal().Modality[0]
			if got < last+.05 {
				t.Errorf("%d classes, SNR %v: accuracy %.3f, not above %.3f", classes, snr, got, last)
			}
			if math.Abs(got-want) > .03 {
				t.Errorf("%d classes, SNR %v: accuracy %.3f, ideal %.3f", classes, snr, got, want)
			}
			last = got
		}
	}
}

// TestUniqueIsUnique: a modality that sees only label noise stays at chance.
func TestUniqueIsUnique(t *testing.T) {
	c := Config{
		Task: objective.Classification, Outputs: 3,
		Modalities: []Modality{{Name: "a", Width: 8, SNR: 10, Unique: 1}, {Name: "b", Width: 8, SNR: 10}},
		Train:      3000, Val: 1, Test: 3000,
	}
	if got := nearestMean(t, c, 1); math.Abs(got-1./3) > .04 {
		t.Errorf("the uninformed modality reaches %.3f, want chance", got)
	}
	if got := nearestMean(t, c, 0); got < .8 {
		t.Errorf("the informed modality reaches %.3f", got)
	}
}

func TestIdealAll(t *testing.T) {
	c := Config{
		Task: objective.Regression, Outputs: 1, Redundant: .4,
		Modalities: []Modality{
			{Name: "a", Width: 4, SNR: 1, Unique: .2, Missing: .5},
			{Name: "b", Width: 4, SNR: 3, Unique: .2},
		},
		Train: 1, Val: 1, Test: 1,
	}
	got := c.Ideal()
	// By hand: both .4*4/5 + .2/2 + .2*3/4 = .57, b alone .6*3/4 = .45.
	if want := (.57 + .45) / 2; math.Abs(got.All-want) > 1e-12 {
		t.Errorf("all %.4f, want %.4f", got.All, want)
	}
	if want := .5 * .6 / 2; math.Abs(got.Modality[0]-want) > 1e-12 {
		t.Errorf("a %.4f, want %.4f", got.Modality[0], want)
	}
	if math.Abs(got.Modality[1]-.45) > 1e-12 {
		t.Errorf("b %.4f, want .45", got.Modality[1])
	}
}

func TestAccuracy(t *testing.T) {
	if got := Accuracy(2, .5); math.Abs(got-.75) > 1e-12 { // asin(√½) = π/4
		t.Errorf("two classes: %v, want .75", got)
	}
	// Monte Carlo outside this package: numpy, 1e7 draws, standard error 1.6e-4.
	for _, want := range []struct {
		classes   int
		explained float64
		accuracy  float64
	}{{3, .2, .51016}, {4, .5, .58130}, {4, .8, .74368}, {10, .5, .43163}, {10, .95, .81362}} {
		if got := Accuracy(want.classes, want.explained); math.Abs(got-want.accuracy) > 6e-4 {
			t.Errorf("%d classes, share %v: %.5f, want %.5f", want.classes, want.explained, got, want.accuracy)
		}
	}
	if Accuracy(5, 0) != .2 || Accuracy(5, 1) != 1 {
		t.Error("no information is chance, all of it is certainty")
	}
}

func TestDense(t *testing.T) {
	c := Config{
		Task: objective.Dense, Outputs: 3, Redundant: .5, Height: 16, Width: 12, Grain: 4,
		Modalities: []Modality{{Name: "a", Width: 6, SNR: 5}, {Name: "b", Width: 6, SNR: 5, Unique: .3}},
		Train:      60, Val: 2, Test: 2,
	}
	d := open(t, c, 1)
	b := all(t, d.Train)
	if got := b.Label.Dims; len(got) != 2 || got[0] != 16 || got[1] != 12 {
		t.Fatalf("label shape %v", got)
	}
	if got := b.Inputs[1].Dims; len(got) != 3 || got[2] != 6 {
		t.Fatalf("input shape %v", got)
	}
	var count [3]float64
	same, pairs := 0., 0.
	for i, y := range b.Label.Ints {
		count[y]++
		if i%12 > 0 {
			pairs++
			if b.Label.Ints[i-1] == y {
				same++
			}
		}
	}
	for k, n := range count {
		if share := n / float64(len(b.Label.Ints)); math.Abs(share-1./3) > .04 {
			t.Errorf("class %d covers %.3f of the pixels", k, share)
		}
	}
	// The scores of neighbours share 3 of 4 columns of noise, so they
	// correlate by .75.
	if want := Accuracy(3, .75*.75); math.Abs(same/pairs-want) > .04 {
		t.Errorf("neighbours agree at %.3f of the pixels, want %.3f", same/pairs, want)
	}
}

func TestMissing(t *testing.T) {
	c := Default()
	c.Modalities[0].Missing, c.Modalities[1].Missing = .5, .2
	d := open(t, c, 2)
	b := all(t, d.Train)
	var count [2]float64
	for i := range b.Label.Ints {
		a, z := b.Present[2*i], b.Present[2*i+1]
		if a+z == 0 {
			t.Fatalf("sample %d has no modality", i)
		}
		count[0] += 1 - float64(a)
		count[1] += 1 - float64(z)
		row := b.Inputs[0].Floats[i*32:][:32]
		if zero := mat.Norm(mat.NewVecDense(32, widen(row)), 2) == 0; zero != (a == 0) {
			t.Fatalf("sample %d: present %v, cleared %v", i, a, zero)
		}
	}
	for m, want := range []float64{.5 - .05, .2 - .05} { // half of .1 each is given back
		if got := count[m] / 2000; math.Abs(got-want) > .04 {
			t.Errorf("modality %d is missing at %.3f, want %.3f", m, got, want)
		}
	}
}

func widen(v []float32) []float64 {
	out := make([]float64, len(v))
	for i := range v {
		out[i] = float64(v[i])
	}
	return out
}

// TestDeterministic draws small configurations and checks that the seed alone
// decides, that splits differ and that a longer split begins with the shorter.
func TestDeterministic(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tasks := []objective.Task{objective.Classification, objective.MultiLabel, objective.Regression, objective.Dense}
		c := Config{
			Task: rapid.SampledFrom(tasks).Draw(r, "task"), Outputs: rapid.IntRange(2, 4).Draw(r, "outputs"),
			Redundant: .3, Train: 8, Val: 8, Test: 3,
		}
		if c.Task == objective.Dense {
			c.Height, c.Width, c.Grain = 4, 3, rapid.IntRange(0, 3).Draw(r, "grain")
		}
		n := rapid.IntRange(1, 8).Draw(r, "modalities")
		for m := range n {
			mod := Modality{Name: string(rune('a' + m)), Width: 40, SNR: 2, Unique: .05 * float64(m%2), Missing: .1 * float64(m%3)}
			if c.Task != objective.Dense {
				mod.Length = rapid.IntRange(0, 3).Draw(r, "length")
				mod.Ragged = mod.Length > 0 && m%2 == 1
			}
			c.Modalities = append(c.Modalities, mod)
		}
		if n > 1 {
			c.Synergistic = .1
		}
		seed := rapid.Uint64().Draw(r, "seed")
		first, err := Task{c}.Open(context.Background(), task.Options{Seed: seed})
		if err != nil {
			r.Fatal(err)
		}
		again, err := Task{c}.Open(context.Background(), task.Options{Seed: seed})
		if err != nil {
			r.Fatal(err)
		}
		if first.Fingerprints != again.Fingerprints {
			r.Fatal("the same seed gives other data")
		}
		if first.Fingerprints[0] == first.Fingerprints[1] {
			r.Fatal("train and val are the same")
		}
		other, _ := Task{c}.Open(context.Background(), task.Options{Seed: seed + 1})
		if first.Fingerprints[0] == other.Fingerprints[0] {
			r.Fatal("another seed gives the same data")
		}
		long := c
		long.Train = 20
		longer, _ := Task{long}.Open(context.Background(), task.Options{Seed: seed})
		head := longer.Train.(*sample.Set).Subset([]int{0, 1, 2, 3, 4, 5, 6, 7})
		if head.Fingerprint() != first.Fingerprints[0] {
			r.Fatal("a longer split does not begin with the shorter one")
		}
	})
}

func TestOpenStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := (Task{Default()}).Open(ctx, task.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}
