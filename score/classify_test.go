package score

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestClassification(t *testing.T) {
	e := readExpected(t).Classification
	pred, err := Argmax(e.Logits, e.Classes)
	if err != nil || !slices.Equal(pred, e.Pred) {
		t.Fatalf("argmax: %v, %v", pred, err)
	}
	value, err := Accuracy(pred, e.Truth)
	near(t, "accuracy", value, err, e.Accuracy)
	value, err = UnweightedAccuracy(pred, e.Truth, e.Classes)
	near(t, "unweighted accuracy", value, err, e.Unweighted)
	value, err = MacroF1(pred, e.Truth, e.Classes)
	near(t, "macro F1", value, err, e.MacroF1)
	value, err = WeightedF1(pred, e.Truth, e.Classes)
	near(t, "weighted F1", value, err, e.WeightedF1)
	value, err = MacroAUC(e.Logits, e.Truth, e.Classes)
	near(t, "macro AUC", value, err, e.MacroAUC)

	perClass, err := ClassF1(pred, e.Truth, e.Classes)
	if err != nil || len(perClass) != 5 || !math.IsNaN(perClass[3]) {
		t.Fatalf("class F1: %v, %v", perClass, err)
	}
	for i, class := range []int{0, 1, 2, 4} {
		near(t, "class F1", perClass[class], nil, e.ClassF1[i])
	}

	c, err := NewConfusion(e.Classes)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range [][2]int{{0, 10}, {10, 10}, {10, 60}} {
		if err := c.Add(pred[part[0]:part[1]], e.Truth[part[0]:part[1]]); err != nil {
			t.Fatal(err)
		}
	}
	for cell, want := range e.Confusion {
		if got := c.Count(cell/5, cell%5); got != want {
			t.Errorf("confusion[%d,%d] = %d, want %d", cell/5, cell%5, got, want)
		}
	}
	value, err = c.Accuracy()
	near(t, "accuracy of the matrix", value, err, e.Accuracy)
	value, err = c.MacroF1()
	near(t, "macro F1 of the matrix", value, err, e.MacroF1)
	value, err = c.WeightedF1()
	near(t, "weighted F1 of the matrix", value, err, e.WeightedF1)
	if perClass, err = c.ClassF1(); err != nil {
		t.Fatal(err)
	}
	for i, class := range []int{0, 1, 2, 4} {
		near(t, "class F1 of the matrix", perClass[class], nil, e.ClassF1[i])
	}
	if c.Rows() != 60 || c.Classes() != 5 {
		t.Errorf("%d rows of %d classes", c.Rows(), c.Classes())
	}
}

func TestRanking(t *testing.T) {
	e := readExpected(t).Ranking
	value, err := AUC(e.Outputs, e.Truth)
	near(t, "AUC", value, err, e.AUC)
	value, err = AveragePrecision(e.Outputs, e.Truth)
	near(t, "average precision", value, err, e.AveragePrecision)
}

func TestMultiLabel(t *testing.T) {
	e := readExpected(t).Multilabel
	micro, macro, err := MultiLabelF1(e.Outputs, e.Truth, e.Labels, 0)
	near(t, "micro F1", micro, err, e.MicroF1)
	near(t, "macro F1", macro, err, e.MacroF1)
	micro, macro, err = MultiLabelF1(e.Outputs, e.Truth, e.Labels, .5)
	near(t, "micro F1 above .5", micro, err, e.MicroF1Half)
	near(t, "macro F1 above .5", macro, err, e.MacroF1Half)
	value, err := MeanAveragePrecision(e.Outputs, e.Truth, e.Labels)
	near(t, "mAP", value, err, e.Map)

	micro, macro, err = MultiLabelF1([]float32{-1, -1}, []float32{0, 0}, 2, 0)
	near(t, "micro F1 of nothing", micro, err, 0)
	near(t, "macro F1 of nothing", macro, err, 0)
}

// TestOneClass: all rows of one class are fine for everything but rankings.
func TestOneClass(t *testing.T) {
	truth, right, wrong := []int32{2, 2, 2}, []int32{2, 2, 2}, []int32{1, 1, 1}
	for _, c := range []struct {
		pred []int32
		want float64
	}{{right, 1}, {wrong, 0}} {
		value, err := Accuracy(c.pred, truth)
		near(t, "accuracy", value, err, c.want)
		value, err = MacroF1(c.pred, truth, 4)
		near(t, "macro F1", value, err, c.want)
		value, err = WeightedF1(c.pred, truth, 4)
		near(t, "weighted F1", value, err, c.want)
	}
}

// TestAUCSymmetry: swapping the classes mirrors the area, a monotonic map of the outputs leaves it.
func TestAUCSymmetry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "n")
		outputs, cubes := make([]float32, n), make([]float32, n)
		truth, swapped := make([]int32, n), make([]int32, n)
		for i := range n {
			v := rapid.IntRange(-5, 5).Draw(t, "output")
			outputs[i], cubes[i] = float32(v), float32(v*v*v)
			truth[i] = rapid.Int32Range(0, 1).Draw(t, "truth")
			swapped[i] = 1 - truth[i]
		}
		area, err := AUC(outputs, truth)
		if errors.Is(err, ErrOneClass) {
			return
		}
		mirrored, err2 := AUC(outputs, swapped)
		mapped, err3 := AUC(cubes, truth)
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		if math.Abs(area+mirrored-1) > tolerance || area != mapped {
			t.Fatalf("AUC %v, classes swapped %v, cubes %v", area, mirrored, mapped)
		}
	})
}

func TestClassificationErrors(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	labels := func(f func(pred, truth []int32) error) func(pred, truth []int32) error { return f }
	accuracy := labels(func(p, q []int32) error { _, err := Accuracy(p, q); return err })
	unweighted := labels(func(p, q []int32) error { _, err := UnweightedAccuracy(p, q, 3); return err })
	macroF1 := labels(func(p, q []int32) error { _, err := MacroF1(p, q, 3); return err })
	weightedF1 := labels(func(p, q []int32) error { _, err := WeightedF1(p, q, 3); return err })
	classF1 := labels(func(p, q []int32) error { _, err := ClassF1(p, q, 3); return err })
	argmax := func(v []float32) error { _, err := Argmax(v, 2); return err }
	aucOf := func(v []float32, q []int32) error { _, err := AUC(v, q); return err }
	macroAUC := func(v []float32, q []int32) error { _, err := MacroAUC(v, q, 2); return err }
	precision := func(v []float32, q []int32) error { _, err := AveragePrecision(v, q); return err }
	labelF1 := func(v, q []float32) error { _, _, err := MultiLabelF1(v, q, 2, 0); return err }
	meanAP := func(v, q []float32) error { _, err := MeanAveragePrecision(v, q, 2); return err }
	for _, c := range []struct {
		name string
		err  error
		want error
	}{
		{"accuracy of nothing", accuracy(nil, nil), ErrEmpty},
		{"accuracy of other lengths", accuracy([]int32{1}, []int32{1, 2}), ErrLength},
		{"unweighted accuracy of nothing", unweighted(nil, nil), ErrEmpty},
		{"unweighted accuracy, label too large", unweighted([]int32{0}, []int32{3}), ErrLabel},
		{"macro F1 of nothing", macroF1(nil, nil), ErrEmpty},
		{"macro F1, label too large", macroF1([]int32{3}, []int32{0}), ErrLabel},
		{"weighted F1, negative label", weightedF1([]int32{0}, []int32{-1}), ErrLabel},
		{"class F1 of other lengths", classF1([]int32{0, 1}, []int32{0}), ErrLength},
		{"argmax of nothing", argmax(nil), ErrEmpty},
		{"argmax of half a row", argmax([]float32{1, 2, 3}), ErrLength},
		{"argmax of NaN", argmax([]float32{1, nan}), ErrNotFinite},
		{"AUC of nothing", aucOf(nil, nil), ErrEmpty},
		{"AUC of one class", aucOf([]float32{1, 2}, []int32{1, 1}), ErrOneClass},
		{"AUC of label 2", aucOf([]float32{1, 2}, []int32{1, 2}), ErrLabel},
		{"AUC of infinity", aucOf([]float32{1, inf}, []int32{1, 0}), ErrNotFinite},
		{"macro AUC of one class", macroAUC([]float32{1, 2}, []int32{1}), ErrOneClass},
		{"macro AUC of half a row", macroAUC([]float32{1, 2, 3}, []int32{1}), ErrLength},
		{"macro AUC, label too large", macroAUC([]float32{1, 2}, []int32{2}), ErrLabel},
		{"average precision without positives", precision([]float32{1, 2}, []int32{0, 0}), ErrOneClass},
		{"average precision of nothing", precision(nil, nil), ErrEmpty},
		{"multi-label F1 of half a row", labelF1([]float32{1}, []float32{1}), ErrLength},
		{"multi-label F1 of nothing", labelF1(nil, nil), ErrEmpty},
		{"multi-label F1 of .5", labelF1([]float32{1, 1}, []float32{1, .5}), ErrLabel},
		{"mAP without positives", meanAP([]float32{1, 1}, []float32{0, 0}), ErrOneClass},
		{"mAP of NaN", meanAP([]float32{nan, 1}, []float32{0, 1}), ErrNotFinite},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, c.err, c.want)
		}
	}
	if _, err := NewConfusion(0); err == nil {
		t.Error("a matrix of no classes is accepted")
	}
	c, err := NewConfusion(2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Accuracy(); !errors.Is(err, ErrEmpty) {
		t.Errorf("accuracy of an empty matrix: %v", err)
	}
	if _, err := c.UnweightedAccuracy(); !errors.Is(err, ErrEmpty) {
		t.Errorf("unweighted accuracy of an empty matrix: %v", err)
	}
	if err := c.Add([]int32{0, 1}, []int32{0, 2}); !errors.Is(err, ErrLabel) || c.Rows() != 0 {
		t.Errorf("bad label: %v, %d rows counted", err, c.Rows())
	}
}
