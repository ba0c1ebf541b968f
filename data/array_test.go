package data_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"

	"cggm/data"
)

func ExampleArray_Row() {
	a := data.Array{Shape: []int{2, 3}, Values: []int16{1, 2, 3, 4, 5, 6}}
	row, err := a.Row(1).Float32()
	fmt.Println(a.Type(), a.Rows(), row, err)
	// Output: int16 2 [4 5 6] <nil>
}

func ExampleFileError() {
	err := fmt.Errorf("load: %w", &data.FileError{
		Path: "a.npz", Where: "key audio", Found: "dtype object", Want: "a numeric dtype",
	})
	fmt.Println(err)
	fmt.Println(errors.Is(err, data.ErrFormat))
	// Output:
	// load: data: a.npz: key audio: found dtype object, want a numeric dtype
	// true
}

func TestFileErrorCause(t *testing.T) {
	err := error(&data.FileError{Path: "x", Found: "the end", Want: "more", Err: io.ErrUnexpectedEOF})
	if !errors.Is(err, io.ErrUnexpectedEOF) || !errors.Is(err, data.ErrFormat) {
		t.Errorf("%v wraps neither its cause nor ErrFormat", err)
	}
}

func TestElements(t *testing.T) {
	for _, c := range []struct {
		shape []int
		want  int
		bad   string
	}{
		{nil, 1, ""},
		{[]int{2, 3, 4}, 24, ""},
		{[]int{0, 5}, 0, ""},
		{[]int{math.MaxInt}, math.MaxInt, ""},
		{[]int{math.MaxInt, 2}, 0, "more elements"},
		{[]int{1 << 32, 1 << 32}, 0, "more elements"},
		{[]int{2, -1}, 0, "negative"},
		{[]int{0, -1}, 0, "negative"},
		{[]int{1 << 40, 0}, 0, "without contents"},
	} {
		got, err := data.Elements(c.shape)
		if got != c.want || (err == nil) != (c.bad == "") || (err != nil && !strings.Contains(err.Error(), c.bad)) {
			t.Errorf("Elements(%v) = %d, %v; want %d, %q", c.shape, got, err, c.want, c.bad)
		}
	}
}

// everyType holds 0, 1, 2 in each numeric type.
var everyType = []any{
	[]float32{0, 1, 2},
	[]float64{0, 1, 2},
	[]int8{0, 1, 2},
	[]int16{0, 1, 2},
	[]int32{0, 1, 2},
	[]int64{0, 1, 2},
	[]uint8{0, 1, 2},
	[]uint16{0, 1, 2},
	[]uint32{0, 1, 2},
	[]uint64{0, 1, 2},
}

func TestEveryType(t *testing.T) {
	for _, values := range everyType {
		a := data.Array{Shape: []int{3}, Values: values}
		t.Run(a.Type(), func(t *testing.T) {
			if want := reflect.TypeOf(values).Elem().String(); a.Type() != want {
				t.Errorf("Type %q, want %q", a.Type(), want)
			}
			if err := a.Check(); err != nil || a.Len() != 3 {
				t.Errorf("Len %d, Check %v", a.Len(), err)
			}
			if got, err := a.Float32(); err != nil || !reflect.DeepEqual(got, []float32{0, 1, 2}) {
				t.Errorf("Float32 %v, %v", got, err)
			}
			if got, err := a.Ints(); err != nil || !reflect.DeepEqual(got, []int{0, 1, 2}) {
				t.Errorf("Ints %v, %v", got, err)
			}
			got, err := a.Strings()
			if strings.HasPrefix(a.Type(), "float") {
				if err == nil {
					t.Errorf("Strings of floats: %v, want an error", got)
				}
			} else if err != nil || !reflect.DeepEqual(got, []string{"0", "1", "2"}) {
				t.Errorf("Strings %v, %v", got, err)
			}
			if got, err := a.Slice(1, 3).Ints(); err != nil || !reflect.DeepEqual(got, []int{1, 2}) {
				t.Errorf("Slice %v, %v", got, err)
			}
		})
	}
}

func TestBoolAndString(t *testing.T) {
	b := data.Array{Shape: []int{2}, Values: []bool{true, false}}
	if got, err := b.Float32(); err != nil || !reflect.DeepEqual(got, []float32{1, 0}) {
		t.Errorf("bools as floats: %v, %v", got, err)
	}
	if got, err := b.Ints(); err != nil || !reflect.DeepEqual(got, []int{1, 0}) {
		t.Errorf("bools as ints: %v, %v", got, err)
	}
	s := data.Array{Shape: []int{2}, Values: []string{"a", "b"}}
	if _, err := s.Float32(); err == nil {
		t.Error("strings became floats")
	}
	if _, err := s.Ints(); err == nil {
		t.Error("strings became ints")
	}
	if got, err := s.Strings(); err != nil || !reflect.DeepEqual(got, []string{"a", "b"}) {
		t.Errorf("strings: %v, %v", got, err)
	}
	if row := s.Row(1); len(row.Shape) != 0 || row.Len() != 1 || row.Rows() != 1 {
		t.Errorf("row of a vector: %+v, want a scalar", row)
	}
}

func TestIntsRefuses(t *testing.T) {
	for name, values := range map[string]any{
		"element 1 is 1.5":                  []float32{1, 1.5},
		"element 0 is NaN":                  []float64{math.NaN()},
		"element 0 is +Inf":                 []float64{math.Inf(1)},
		"element 0 is 9.223372036854776e+1": []float64{1 << 63},
		"element 1 is 18446744073709551615": []uint64{0, math.MaxUint64},
	} {
		_, err := data.Array{Shape: []int{1}, Values: values}.Ints()
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: %v, want %q", values, err, name)
		}
	}
	if got, err := (data.Array{Values: []float64{-1 << 63}}).Ints(); err != nil || got[0] != math.MinInt64 {
		t.Errorf("-2^63: %v, %v", got, err)
	}
}

func TestCheckRefuses(t *testing.T) {
	for _, a := range []data.Array{
		{Shape: []int{3}, Values: []int8{1, 2}},
		{Shape: []int{-1}, Values: []int8{}},
		{Shape: []int{1}, Values: []complex64{1}},
		{Shape: []int{0}},
		{Shape: []int{1 << 32, 1 << 32}, Values: []int8{}},
	} {
		if a.Check() == nil {
			t.Errorf("%+v passes Check", a)
		}
	}
}

func TestRowPanics(t *testing.T) {
	a := data.Array{Shape: []int{2, 2}, Values: []uint8{1, 2, 3, 4}}
	for _, i := range []int{-1, 2} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Row(%d) did not panic", i)
				}
			}()
			a.Row(i)
		}()
	}
}
