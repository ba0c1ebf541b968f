package score

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// tolerance for numbers that were computed in float64 in another order.
const tolerance = 1e-12

// expected holds the cases of testdata/expected.json, made by testdata/generate.py with scikit-learn and scipy.
type expected struct {
	Classification struct {
		Classes     int
		Truth, Pred []int32
		Logits      []float32
		Confusion   []int
		Accuracy    float64
		Unweighted  float64   `json:"unweighted_accuracy"`
		MacroF1     float64   `json:"macro_f1"`
		WeightedF1  float64   `json:"weighted_f1"`
		ClassF1     []float64 `json:"class_f1"` // of the classes 0, 1, 2 and 4
		MacroAUC    float64   `json:"macro_auc"`
	}
	Ranking struct {
		Truth            []int32
		Outputs          []float32
		AUC              float64
		AveragePrecision float64 `json:"average_precision"`
	}
	Multilabel struct {
		Labels         int
		Truth, Outputs []float32
		MicroF1        float64 `json:"micro_f1"`
		MacroF1        float64 `json:"macro_f1"`
		MicroF1Half    float64 `json:"micro_f1_half"` // with threshold .5
		MacroF1Half    float64 `json:"macro_f1_half"`
		Map            float64
	}
	Regression struct {
		Truth, Pred            []float32
		MAE, RMSE, Pearson, R2 float64
		Acc2NonNegative        float64 `json:"acc2_nonnegative"`
		F1NonNegative          float64 `json:"f1_nonnegative"`
		Acc2Positive           float64 `json:"acc2_positive"`
		F1Positive             float64 `json:"f1_positive"`
		Acc2Above              float64 `json:"acc2_above"`
		F1Above                float64 `json:"f1_above"`
		Acc5, Acc7             float64
	}
	Probe struct {
		X        []float32
		Labels   []int32
		Train    int
		Accuracy float64
	}
	Segmentation []struct {
		Shape       [3]int
		Spacing     [3]float64
		Truth, Pred []int32
		ClassDice   []float64 `json:"class_dice"`
		Dice, HD95  Regions
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

// near fails the test unless a score came without error and is the wanted number.
func near(t *testing.T, name string, got float64, err error, want float64) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", name, err)
	} else if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g", name, got, want)
	}
}
