package idx_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cggm/data"
	"cggm/data/idx"
)

func ExampleDecode() {
	file := []byte{0, 0, 0x0b, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 7, 0xff, 0xff}
	a, err := idx.Decode(bytes.NewReader(file), int64(len(file)), "labels-idx2-short")
	fmt.Println(a.Shape, a.Values, err)
	// Output: [1 2] [7 -1] <nil>
}

func compress(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// seeds hold the values 1 and 2 in every type: bytes by hand from the format.
var seeds = map[string]struct {
	in   []byte
	want any
}{
	"u8":  {[]byte{0, 0, 8, 1, 0, 0, 0, 2, 1, 2}, []uint8{1, 2}},
	"i8":  {[]byte{0, 0, 9, 1, 0, 0, 0, 2, 1, 2}, []int8{1, 2}},
	"i16": {[]byte{0, 0, 11, 1, 0, 0, 0, 2, 0, 1, 0, 2}, []int16{1, 2}},
	"i32": {[]byte{0, 0, 12, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}, []int32{1, 2}},
	"f32": {[]byte{0, 0, 13, 1, 0, 0, 0, 2, 0x3f, 0x80, 0, 0, 0x40, 0, 0, 0}, []float32{1, 2}},
	"f64": {
		[]byte{0, 0, 14, 1, 0, 0, 0, 2, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0},
		[]float64{1, 2},
	},
}

func TestTypes(t *testing.T) {
	for name, c := range seeds {
		for _, in := range [][]byte{c.in, compress(c.in)} {
			got, err := idx.Decode(bytes.NewReader(in), int64(len(in)), name)
			if err != nil || !reflect.DeepEqual(got, data.Array{Shape: []int{2}, Values: c.want}) {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
	}
}

func TestDamaged(t *testing.T) {
	good := seeds["i16"].in
	packed := compress(good)
	flipped := bytes.Clone(packed)
	flipped[len(flipped)-8] ^= 1
	for name, c := range map[string]struct {
		in   []byte
		want string
	}{
		"empty":      {nil, "offset 0: found 0 bytes"},
		"magic":      {[]byte{1, 0, 8, 1}, "offset 0: found the magic number 0x01000801"},
		"type":       {[]byte{0, 0, 10, 1}, "type TT"},
		"no axes":    {[]byte{0, 0, 8, 0}, "at least 01 axes"},
		"cut axes":   {good[:7], "offset 4: found the end of the file"},
		"cut values": {good[:len(good)-1], "offset 8: found shape [2]"},
		"too long":   {append(bytes.Clone(good), 0), "offset 12: found bytes after the values"},
		"claim": {
			[]byte{0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
			"offset 16: found shape [4294967295 4294967295 4294967295]",
		},
		"packed claim": {compress([]byte{0, 0, 8, 1, 255, 255, 255, 255}), "at most the 1073741816 bytes"},
		"packed cut":   {packed[:len(packed)-9], "offset"},
		"packed sum":   {flipped, "the checksum"},
		"gzip header":  {[]byte{0x1f, 0x8b, 9}, "gzip header"},
	} {
		_, err := idx.Decode(bytes.NewReader(c.in), int64(len(c.in)), "x")
		if !errors.Is(err, data.ErrFormat) || errors.Is(err, io.EOF) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	for n := range good {
		if _, err := idx.Decode(bytes.NewReader(good[:n]), int64(n), "x"); !errors.Is(err, data.ErrFormat) {
			t.Errorf("cut after %d bytes: %v", n, err)
		}
	}
	if _, err := idx.Read("absent"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

// The counts per digit are those published for MNIST.
func TestMNIST(t *testing.T) {
	root := os.Getenv("CGGM_DATA")
	labels, err := filepath.Glob(filepath.Join(root, "mnist_t10k", "t10k-labels*"))
	images, err2 := filepath.Glob(filepath.Join(root, "mnist_t10k", "t10k-images*"))
	if root == "" || err != nil || err2 != nil || len(labels) != 1 || len(images) != 1 {
		t.Skip("CGGM_DATA does not point at a folder that holds mnist_t10k")
	}
	a, err := idx.Read(labels[0])
	if err != nil {
		t.Fatal(err)
	}
	digits, err := a.Ints()
	if err != nil {
		t.Fatal(err)
	}
	var counts [10]int
	for _, d := range digits {
		counts[d]++
	}
	if counts != [10]int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009} {
		t.Errorf("counts %v", counts)
	}
	x, err := idx.Read(images[0])
	if err != nil || !reflect.DeepEqual(x.Shape, []int{10000, 28, 28}) {
		t.Errorf("images of shape %v, %v", x.Shape, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range seeds {
		f.Add(c.in)
		f.Add(compress(c.in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		a, err := idx.Decode(bytes.NewReader(in), int64(len(in)), "fuzz")
		if err != nil {
			return
		}
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
	})
}
