package normal_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cggm/sample"
	"cggm/task/normal"
)

func column(name string, dims []int, values ...float32) sample.Column {
	return sample.Column{Layout: sample.Layout{Name: name, Dims: dims}, Floats: values}
}

func TestFit(t *testing.T) {
	ragged := column("tokens", []int{2, 1}, 1, 3, 8, 99)
	ragged.Ragged, ragged.Lengths = true, []int32{2, 1}
	series := column("series", []int{3}, 1, 2, 9, 3, 9, 9)
	series.Ragged, series.Lengths = true, []int32{2, 1}
	for _, test := range []struct {
		name    string
		column  sample.Column
		present func(int) bool
		want    normal.Scaler // by hand
	}{
		{
			"vector", column("v", []int{2}, 1, 5, 3, 5), nil,
			normal.Scaler{Name: "v", Mean: []float64{2, 5}, Std: []float64{1, 1}, Constant: []int{1}},
		},
		{
			"picture by channel", column("p", []int{1, 2, 2}, 0, 10, 4, 30), nil,
			normal.Scaler{Name: "p", Mean: []float64{2, 20}, Std: []float64{2, 10}},
		},
		{
			"padding does not count", ragged, nil,
			normal.Scaler{Name: "tokens", Mean: []float64{4}, Std: []float64{math.Sqrt(26. / 3)}},
		},
		{
			"ragged numbers", series, nil,
			normal.Scaler{Name: "series", Mean: []float64{2}, Std: []float64{math.Sqrt(2. / 3)}},
		},
		{
			"absent samples do not count", column("v", []int{1}, 1, 77, 3), func(row int) bool { return row != 1 },
			normal.Scaler{Name: "v", Mean: []float64{2}, Std: []float64{1}},
		},
		{
			"rounding noise is constant", column("v", []int{1}, 1e6, 1e6+.0625), nil,
			normal.Scaler{Name: "v", Mean: []float64{1e6 + .03125}, Std: []float64{1}, Constant: []int{0}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := normal.Fit(&test.column, test.present)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(&test.want, got); d != "" {
				t.Errorf("scaler (-want +got):\n%s", d)
			}
		})
	}
}

func TestFitRefuses(t *testing.T) {
	nan := column("v", []int{2}, 1, 2, 3, float32(math.NaN()))
	_, err := normal.Fit(&nan, nil)
	if !errors.Is(err, normal.ErrNotFinite) || !strings.Contains(err.Error(), `column "v", sample 1, feature 1 is NaN`) {
		t.Errorf("NaN: error %v", err)
	}
	if _, err := normal.Fit(&nan, func(row int) bool { return row == 0 }); err != nil {
		t.Errorf("NaN in an absent sample: error %v", err)
	}
	if _, err := normal.Fit(&nan, func(int) bool { return false }); err == nil {
		t.Error("nothing to fit on: no error")
	}
	bytes := sample.Column{Layout: sample.Layout{Name: "b", Kind: sample.Byte, Dims: []int{1}}, Bytes: []byte{1}}
	if _, err := normal.Fit(&bytes, nil); err == nil {
		t.Error("bytes: no error")
	}
	s := normal.Scaler{Mean: []float64{0}, Std: []float64{1}}
	if _, err := s.Apply(&nan, nil); err == nil || !strings.Contains(err.Error(), "fitted on float columns with 1 features") {
		t.Errorf("other width: error %v", err)
	}
}

func set(t testing.TB, present []float32, inputs ...sample.Column) *sample.Set {
	t.Helper()
	label := sample.Column{Layout: sample.Layout{Name: "label", Kind: sample.Int}, Ints: make([]int32, inputs[0].Len())}
	s, err := sample.NewSet(inputs, label, present)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSplits(t *testing.T) {
	ids := sample.Column{Layout: sample.Layout{Name: "ids", Kind: sample.Int}, Ints: []int32{1, 2, 3}}
	train := set(t, []float32{1, 1, 1, 1, 0, 1}, column("a", []int{1}, 0, 4, 1000), ids)
	other := sample.Column{Layout: ids.Layout, Ints: []int32{4}}
	test := set(t, nil, column("a", []int{1}, 6), other)
	sets, scalers, err := normal.Splits(nil, train, test)
	if err != nil {
		t.Fatal(err)
	}
	if scalers[1] != nil || scalers[0].Mean[0] != 2 || scalers[0].Std[0] != 2 {
		t.Errorf("scalers %+v", scalers)
	}
	inputs, _, _ := sets[0].Columns()
	if d := cmp.Diff([]float32{-1, 1, 0}, inputs[0].Floats); d != "" {
		t.Errorf("train (-want +got):\n%s", d)
	}
	inputs, _, _ = sets[1].Columns()
	if inputs[0].Floats[0] != 2 || inputs[1].Ints[0] != 4 {
		t.Errorf("test %v %v", inputs[0].Floats, inputs[1].Ints)
	}
	if got, _, _ := train.Columns(); got[0].Floats[1] != 4 {
		t.Error("the original changed")
	}
	if _, _, err := normal.Splits([]int{1}, train); err == nil {
		t.Error("standardising integers: no error")
	}
	if _, _, err := normal.Splits([]int{5}, train); err == nil {
		t.Error("standardising input 5 of 2: no error")
	}
	if _, _, err := normal.Splits(nil, train, set(t, nil, column("a", []int{1}, 6))); err == nil {
		t.Error("a split without the second input: no error")
	}
}

// TestMoments: whatever the training split, it has mean 0 and variance 1 after
// standardising, and the other splits do not change the scaler.
func TestMoments(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		values := rapid.SliceOfN(rapid.Float32Range(-1e3, 1e3), 2, 30).Draw(r, "values")
		c := column("v", []int{1}, values...)
		s, err := normal.Fit(&c, nil)
		if err != nil {
			r.Fatal(err)
		}
		out, err := s.Apply(&c, nil)
		if err != nil {
			r.Fatal(err)
		}
		var sum, squares float64
		for _, v := range out.Floats {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
		n := float64(len(values))
		if math.Abs(sum/n) > 1e-3 {
			r.Fatalf("mean %v", sum/n)
		}
		want := 1.
		if len(s.Constant) == 1 {
			return
		}
		if math.Abs(squares/n-want) > 1e-3 {
			r.Fatalf("variance %v", squares/n)
		}
	})
}

func ExampleFit() {
	train := sample.Column{Layout: sample.Layout{Name: "age", Dims: []int{1}}, Floats: []float32{20, 40}}
	test := sample.Column{Layout: sample.Layout{Name: "age", Dims: []int{1}}, Floats: []float32{50}}
	scaler, err := normal.Fit(&train, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	scaled, err := scaler.Apply(&test, nil)
	fmt.Println(scaler.Mean, scaler.Std, scaled.Floats, err)
	// Output: [30] [10] [2] <nil>
}
