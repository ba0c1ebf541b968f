package score

import (
	"errors"
	"math"
	"testing"
)

func TestRegression(t *testing.T) {
	e := readExpected(t).Regression
	value, err := MAE(e.Pred, e.Truth)
	near(t, "MAE", value, err, e.MAE)
	value, err = RMSE(e.Pred, e.Truth)
	near(t, "RMSE", value, err, e.RMSE)
	value, err = Pearson(e.Pred, e.Truth)
	near(t, "Pearson", value, err, e.Pearson)
	value, err = R2(e.Pred, e.Truth)
	near(t, "R2", value, err, e.R2)
}

func TestSentiment(t *testing.T) {
	e := readExpected(t).Regression
	s, err := SentimentOf(e.Pred, e.Truth)
	near(t, "Acc-2, non-negative", s.Acc2NonNegative, err, e.Acc2NonNegative)
	near(t, "F1, non-negative", s.F1NonNegative, err, e.F1NonNegative)
	near(t, "Acc-2, positive", s.Acc2Positive, err, e.Acc2Positive)
	near(t, "F1, positive", s.F1Positive, err, e.F1Positive)
	near(t, "Acc-2, above", s.Acc2Above, err, e.Acc2Above)
	near(t, "F1, above", s.F1Above, err, e.F1Above)
	near(t, "Acc-5", s.Acc5, err, e.Acc5)
	near(t, "Acc-7", s.Acc7, err, e.Acc7)
	near(t, "MAE", s.MAE, err, e.MAE)
	near(t, "correlation", s.Correlation, err, e.Pearson)

	if _, err := SentimentOf([]float32{1, 2}, []float32{0, 0}); !errors.Is(err, ErrEmpty) {
		t.Errorf("only neutral rows: got %v", err)
	}
}

// TestConstant pins what is defined for constant sides.
func TestConstant(t *testing.T) {
	rising, flat := []float32{.1, .2, .3}, []float32{.7, .7, .7}
	for _, c := range []struct {
		name        string
		score       func(pred, truth []float32) (float64, error)
		pred, truth []float32
		want        float64
	}{
		{"correlation of constant predictions", Pearson, flat, rising, 0},
		{"correlation of constant targets", Pearson, rising, flat, 0},
		{"correlation of one row", Pearson, rising[:1], flat[:1], 0},
		{"correlation of equals", Pearson, rising, rising, 1},
		{"R2 of constant targets, hit", R2, flat, flat, 1},
		{"R2 of constant targets, missed", R2, rising, flat, 0},
		{"R2 of equals", R2, rising, rising, 1},
	} {
		value, err := c.score(c.pred, c.truth)
		near(t, c.name, value, err, c.want)
	}
}

func TestRegressionErrors(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for name, score := range map[string]func(pred, truth []float32) (float64, error){
		"MAE": MAE, "RMSE": RMSE, "Pearson": Pearson, "R2": R2,
		"sentiment": func(p, q []float32) (float64, error) { s, err := SentimentOf(p, q); return s.MAE, err },
	} {
		for _, c := range []struct {
			pred, truth []float32
			want        error
		}{
			{nil, nil, ErrEmpty},
			{[]float32{1}, []float32{1, 2}, ErrLength},
			{[]float32{nan}, []float32{1}, ErrNotFinite},
			{[]float32{1}, []float32{inf}, ErrNotFinite},
		} {
			if _, err := score(c.pred, c.truth); !errors.Is(err, c.want) {
				t.Errorf("%s of %v and %v: got %v, want %v", name, c.pred, c.truth, err, c.want)
			}
		}
	}
}
