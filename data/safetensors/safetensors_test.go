package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cggm/data"
	"cggm/data/safetensors"
)

func ExampleWrite() {
	var b bytes.Buffer
	err := safetensors.Write(&b, map[string]data.Array{
		"head.weight": {Shape: []int{1, 2}, Values: []float32{.5, 2}},
	}, map[string]string{"made": "here"})
	if err != nil {
		fmt.Println(err)
	}
	f, err := safetensors.New(bytes.NewReader(b.Bytes()), int64(b.Len()), "head.safetensors")
	if err != nil {
		fmt.Println(err)
	}
	w, err := f.Tensor("head.weight")
	fmt.Println(f.Names(), f.Metadata(), w.Shape, w.Values, err)
	// Output: [head.weight] map[made:here] [1 2] [0.5 2] <nil>
}

// numbers.safetensors was written by the format's own Python package: 0..5 in
// every type.
func TestReadsReference(t *testing.T) {
	f, err := safetensors.Open("testdata/numbers.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	if got := f.Metadata(); !reflect.DeepEqual(got, map[string]string{"made": "by numpy"}) {
		t.Errorf("metadata %v", got)
	}
	want := map[string]any{
		"F64": []float64{0, 1, 2, 3, 4, 5}, "F32": []float32{0, 1, 2, 3, 4, 5},
		"F16": []float32{0, 1, 2, 3, 4, 5}, "BF16": []float32{0, 1, 2, 3, 4, 5},
		"I8": []int8{0, 1, 2, 3, 4, 5}, "I16": []int16{0, 1, 2, 3, 4, 5},
		"I32": []int32{0, 1, 2, 3, 4, 5}, "I64": []int64{0, 1, 2, 3, 4, 5},
		"U8": []uint8{0, 1, 2, 3, 4, 5}, "U16": []uint16{0, 1, 2, 3, 4, 5},
		"U32": []uint32{0, 1, 2, 3, 4, 5}, "U64": []uint64{0, 1, 2, 3, 4, 5},
		"BOOL": []bool{false, true, true, true, true, true},
	}
	if len(f.Names()) != len(want)+2 {
		t.Errorf("names %v", f.Names())
	}
	for name, values := range want {
		got, err := f.Tensor(name)
		if err != nil || !reflect.DeepEqual(got, data.Array{Shape: []int{2, 3}, Values: values}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if got, err := f.Tensor("scalar"); err != nil || !reflect.DeepEqual(got, data.Array{Shape: []int{}, Values: []float32{2.5}}) {
		t.Errorf("scalar: %+v, %v", got, err)
	}
	if got, err := f.Tensor("empty"); err != nil || !reflect.DeepEqual(got, data.Array{Shape: []int{0, 3}, Values: []float32{}}) {
		t.Errorf("empty: %+v, %v", got, err)
	}
	if _, err := f.Tensor("other"); err == nil || !strings.Contains(err.Error(), "BF16, BOOL") {
		t.Errorf("unknown name: %v", err)
	}
	if shape, ok := f.Shape("I8"); !ok || !reflect.DeepEqual(shape, []int{2, 3}) {
		t.Errorf("shape of I8: %v, %v", shape, ok)
	}
	if _, ok := f.Shape("other"); ok {
		t.Error("an unknown tensor has a shape")
	}
}

// file returns a file with the given header and contents.
func file(header string, contents int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, contents)...)
}

func TestDamaged(t *testing.T) {
	const a = `"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`
	for name, c := range map[string]struct {
		in   []byte
		want string
	}{
		"empty":          {nil, "offset 0: found 0 bytes"},
		"long header":    {binary.LittleEndian.AppendUint64(nil, 1<<62), "offset 0: found a header of"},
		"no object":      {file(`[]`, 0), "a JSON object"},
		"cut object":     {file(`{`+a, 8), "offset"},
		"trailing":       {file(`{`+a+`} x`, 8), "after the header"},
		"twice":          {file(`{`+a+`,`+a+`}`, 8), "key a: found the same key twice"},
		"two metadata":   {file(`{"__metadata__":{},"__metadata__":{}}`, 0), "twice"},
		"odd metadata":   {file(`{"__metadata__":{"a":1}}`, 0), "an object of strings"},
		"unknown field":  {file(`{"a":{"dtype":"F32","shape":[],"offsets":[0,4]}}`, 4), "offsets"},
		"no shape":       {file(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, 4), "a shape and two offsets"},
		"one offset":     {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4]}}`, 4), "two offsets"},
		"negative shape": {file(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4), "negative"},
		"fraction":       {file(`{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}`, 4), "key a"},
		"overflow":       {file(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0), "more elements"},
		"reversed":       {file(`{"a":{"dtype":"F32","shape":[0],"data_offsets":[4,0]}}`, 4), "in this order"},
		"wrong size":     {file(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, 8), "found 8 bytes, want 3 F32 values"},
		"cut data":       {file(`{`+a+`}`, 7), "no more than the 7 bytes"},
		"rest":           {file(`{`+a+`}`, 9), "1 bytes that belong to no tensor"},
		"hole":           {file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2), "found data from 1, want from 0"},
		"overlap": {
			file(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3),
			"key b: found data from 1, want from 2",
		},
	} {
		_, err := safetensors.New(bytes.NewReader(c.in), int64(len(c.in)), "x.safetensors")
		var bad *data.FileError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) || bad.Path != "x.safetensors" {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestUnknownType(t *testing.T) {
	in := file(`{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}`, 4)
	f, err := safetensors.New(bytes.NewReader(in), int64(len(in)), "x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Tensor("a"); err == nil || !strings.Contains(err.Error(), "found dtype F8_E4M3, want one of BF16") {
		t.Errorf("%v", err)
	}
}

func TestWriteRefuses(t *testing.T) {
	for name, a := range map[string]data.Array{
		"__metadata__": {Shape: []int{1}, Values: []int8{1}},
		"\xff":         {Shape: []int{1}, Values: []int8{1}},
		"short":        {Shape: []int{2}, Values: []int8{1}},
		"strings":      {Shape: []int{1}, Values: []string{"a"}},
	} {
		if err := safetensors.Write(&bytes.Buffer{}, map[string]data.Array{name: a}, nil); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tensors := make(map[string]data.Array)
		for _, name := range rapid.SliceOfNDistinct(rapid.String(), 0, 6, rapid.ID[string]).Draw(t, "names") {
			shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 3).Draw(t, "shape")
			n, err := data.Elements(shape)
			if err != nil {
				t.Fatal(err)
			}
			values := rapid.SampledFrom([]any{
				rapid.SliceOfN(rapid.Float32(), n, n).Draw(t, "f32"),
				rapid.SliceOfN(rapid.Float64(), n, n).Draw(t, "f64"),
				rapid.SliceOfN(rapid.Int64(), n, n).Draw(t, "i64"),
				rapid.SliceOfN(rapid.Uint8(), n, n).Draw(t, "u8"),
				rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "bool"),
			}).Draw(t, "values")
			tensors[name] = data.Array{Shape: shape, Values: values}
		}
		var one, two bytes.Buffer
		if err := safetensors.Write(&one, tensors, map[string]string{"b": "2", "a": "1"}); err != nil {
			t.Fatal(err)
		}
		if err := safetensors.Write(&two, tensors, map[string]string{"a": "1", "b": "2"}); err != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
			t.Fatalf("two writes differ: %v", err)
		}
		f, err := safetensors.New(bytes.NewReader(one.Bytes()), int64(one.Len()), "x")
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Names()) != len(tensors) {
			t.Fatalf("names %q of %d tensors", f.Names(), len(tensors))
		}
		for _, name := range f.Names() {
			if got, err := f.Tensor(name); err != nil || !reflect.DeepEqual(got, tensors[name]) {
				t.Fatalf("%q: %+v, %v; want %+v", name, got, err, tensors[name])
			}
		}
	})
}

// The weights of a published model, in half precision.
func TestPublishedModel(t *testing.T) {
	root := os.Getenv("CGGM_DATA")
	path := filepath.Join(root, "bert_minilm_cut", "model.safetensors")
	if _, err := os.Stat(path); root == "" || err != nil {
		t.Skip("CGGM_DATA does not point at a folder that holds bert_minilm_cut/model.safetensors")
	}
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	if len(f.Names()) != 39 {
		t.Errorf("%d tensors, want 39", len(f.Names()))
	}
	w, err := f.Tensor("embeddings.word_embeddings.weight")
	if err != nil || !reflect.DeepEqual(w.Shape, []int{6000, 384}) || w.Check() != nil {
		t.Errorf("word embeddings: shape %v, %v", w.Shape, err)
	}
}
