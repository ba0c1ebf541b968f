package idx

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"cggm/data"
)

// A 2x3 file of bytes, written by hand from the format's description.
var small = []byte{0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255}

func TestDecode(t *testing.T) {
	want := data.Array{Shape: []int{2, 3}, Values: []uint8{1, 2, 3, 4, 5, 255}}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(small); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"plain": small, "gzip": zipped.Bytes()} {
		got, err := Decode(bytes.NewReader(file), name)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	for name, test := range map[string]struct {
		file []byte
		want any
	}{
		"int8":    {[]byte{0, 0, 9, 1, 0, 0, 0, 1, 0xff}, []int8{-1}},
		"int16":   {[]byte{0, 0, 0xb, 1, 0, 0, 0, 1, 0xff, 0xfe}, []int16{-2}},
		"int32":   {[]byte{0, 0, 0xc, 1, 0, 0, 0, 1, 0, 0, 1, 0}, []int32{256}},
		"float32": {[]byte{0, 0, 0xd, 1, 0, 0, 0, 1, 0x3f, 0x80, 0, 0}, []float32{1}},
		"float64": {[]byte{0, 0, 0xe, 1, 0, 0, 0, 1, 0xc0, 0, 0, 0, 0, 0, 0, 0}, []float64{-2}},
	} {
		got, err := Decode(bytes.NewReader(test.file), name)
		if err != nil || !reflect.DeepEqual(got.Values, test.want) {
			t.Errorf("%s: got %v, %v", name, got.Values, err)
		}
	}
}

func TestDamagedFilesAreRefused(t *testing.T) {
	for n := range small {
		if _, err := Decode(bytes.NewReader(small[:n]), "cut"); !errors.Is(err, data.ErrFormat) {
			t.Errorf("cut after %d bytes: got %v", n, err)
		}
	}
	huge := []byte{0, 0, 8, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}
	if _, err := Decode(bytes.NewReader(huge), "huge"); !errors.Is(err, data.ErrFormat) {
		t.Errorf("a claim of 2^96 elements: got %v", err)
	}
}

func TestMNIST(t *testing.T) {
	root := os.Getenv("CGGM_DATA")
	if root == "" {
		t.Skip("set CGGM_DATA to the folder of real data sets to read MNIST")
	}
	labels, err := Read(filepath.Join(root, "mnist_t10k", "t10k-labels-idx1-ubyte.gz"))
	if err != nil {
		t.Fatal(err)
	}
	counts := make([]int, 10)
	for _, y := range labels.Values.([]uint8) {
		counts[y]++
	}
	// The published label counts of the MNIST test set.
	if want := []int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}; !reflect.DeepEqual(counts, want) {
		t.Errorf("label counts %v, want %v", counts, want)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(small)
	f.Add([]byte{0x1f, 0x8b, 8})
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := Decode(bytes.NewReader(file), "fuzz")
		if err == nil && a.Check() != nil {
			t.Errorf("accepted an array that does not check: %v", a.Check())
		}
	})
}
