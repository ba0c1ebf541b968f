package balance

import (
	"math"
	"slices"
	"testing"
)

// Two modalities a and b, v(S) = |S| if right:
// c_a = 1/2 v(a) + 1/2 (v(ab) - v(b)), c_b likewise.
func TestContributionsOfTwo(t *testing.T) {
	for _, test := range []struct {
		name         string
		a, b, both   float32
		wantA, wantB float64
		copyA, copyB int
	}{
		{"all right", 1, 1, 1, 1, 1, 0, 0},               // 1/2 + 1/2 (2-1)
		{"a right alone", 1, 0, 1, 1.5, .5, 0, 1},        // 1/2 + 1/2 2; 0 + 1/2 (2-1)
		{"a right, misled by b", 1, 0, 0, .5, -.5, 1, 3}, // 1/2 + 0; 0 + 1/2 (0-1)
		{"only together", 0, 0, 1, 1, 1, 0, 0},           // 0 + 1/2 2
		{"none", 0, 0, 0, 0, 0, 2, 2},
		{"both right, together wrong", 1, 1, 0, 0, 0, 2, 2}, // 1/2 + 1/2 (0-1)
	} {
		t.Run(test.name, func(t *testing.T) {
			got := contributions([][]float32{{0}, {test.a}, {test.b}, {test.both}}, 2)
			if got[0] != test.wantA || got[1] != test.wantB {
				t.Errorf("contributions %v, want %v and %v", got, test.wantA, test.wantB)
			}
			if a, b := copies(got[0]), copies(got[1]); a != test.copyA || b != test.copyB {
				t.Errorf("%d and %d copies, want %d and %d", a, b, test.copyA, test.copyB)
			}
		})
	}
}

// Three modalities, right whenever modality 0 takes part. Weights by |S|: 1/3,
// 1/6, 1/3. c_0 = 1/3 1 + 1/6 2 + 1/6 2 + 1/3 3 = 2;
// c_1 = 1/3 0 + 1/6 (2-1) + 1/6 0 + 1/3 (3-2) = 1/2 = c_2. Their sum is v = 3.
func TestContributionsOfThree(t *testing.T) {
	right := make([][]float32, 8)
	for s := range right {
		right[s] = []float32{float32(s & 1)}
	}
	got := contributions(right, 3)
	for k, want := range []float64{2, .5, .5} {
		if math.Abs(got[k]-want) > 1e-12 {
			t.Errorf("modality %d contributes %v, want %v", k, got[k], want)
		}
	}
}

// Two samples of the values (1.5,.5) and (1,0): means 1.25 and .25, a gap of 1.
// Of (2,.5,.5) the first minimum lags: the others' mean is 1.25, the gap .75.
func TestLag(t *testing.T) {
	if k, gap := lag([]float64{1.5, .5, 1, 0}, 2); k != 1 || gap != 1 {
		t.Errorf("modality %d lags by %v, want 1 by 1", k, gap)
	}
	if k, gap := lag([]float64{2, .5, .5}, 3); k != 1 || math.Abs(gap-.75) > 1e-12 {
		t.Errorf("modality %d lags by %v, want 1 by .75", k, gap)
	}
}

// Ten samples. In the first, a is right and b is not: b is shown once more. The
// others contribute alike.
func TestValuationPlans(t *testing.T) {
	ones := func(v float32) []float32 {
		out := slices.Repeat([]float32{1}, 10)
		out[0] = v
		return out
	}
	epoch := func() *Epoch {
		return &Epoch{
			Index: 5, Modalities: []string{"a", "b"}, Samples: func(Part) int { return 10 },
			Look: func(l Look) ([][]float32, error) {
				present := slices.Repeat([]float32{1}, 20)
				if l.Name == "valuation/presence" {
					return [][]float32{present}, nil
				}
				return [][]float32{make([]float32, 10), ones(1), ones(0), ones(1), present}, nil
			},
		}
	}
	e := epoch()
	if err := DefaultSampleValuation().BeforeEpoch(e); err != nil {
		t.Fatal(err)
	}
	if p := e.Plan[0]; len(p) != 11 || p[10] != (Pick{Sample: 0, Keep: 2}) || p[9] != (Pick{Sample: 9, Keep: 3}) {
		t.Errorf("plan %v", p)
	}
	// Means 1.05 and .95, a gap of .1; strength 6 shows 2/3 6 .1 = .4 of ten
	// samples again, with b alone.
	e = epoch()
	v := DefaultModalityValuation()
	v.Strength = 6
	if err := v.BeforeEpoch(e); err != nil {
		t.Fatal(err)
	}
	if p := e.Plan[0]; len(p) != 14 || p[10].Keep != 2 || p[13].Keep != 2 {
		t.Errorf("plan %v", p)
	}
	e = epoch()
	e.Index = 4
	if err := v.BeforeEpoch(e); err != nil || e.Plan != nil {
		t.Errorf("the warm-up plans %v (%v)", e.Plan, err)
	}
}
