package npz_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cggm/data"
	"cggm/data/npz"
)

func ExampleDecode() {
	var b bytes.Buffer
	err := npz.Encode(&b, data.Array{Shape: []int{2, 2}, Values: []float32{1, 2, 3, 4}})
	if err != nil {
		fmt.Println(err)
	}
	a, err := npz.Decode(&b, int64(b.Len()), "features.npy")
	fmt.Println(a.Shape, a.Values, err)
	// Output: [2 2] [1 2 3 4] <nil>
}

// counting returns 0..23, less 12 for signed types, in the given type, as
// generate.py wrote them.
func counting(name string) any {
	of := func(v any) any {
		s := reflect.ValueOf(v)
		for i := range 24 {
			x := i - 12
			if s.Index(i).CanUint() {
				x = i
			}
			s.Index(i).Set(reflect.ValueOf(x).Convert(s.Type().Elem()))
		}
		return v
	}
	return of(map[string]any{
		"i1": make([]int8, 24), "i2": make([]int16, 24), "i4": make([]int32, 24), "i8": make([]int64, 24),
		"u1": make([]uint8, 24), "u2": make([]uint16, 24), "u4": make([]uint32, 24), "u8": make([]uint64, 24),
		"f2": make([]float32, 24), "f4": make([]float32, 24), "f8": make([]float64, 24),
	}[name])
}

func TestReadsNumpy(t *testing.T) {
	shape := []int{2, 3, 4}
	from0 := make([]float32, 24)
	even := make([]bool, 24)
	for i := range from0 {
		from0[i], even[i] = float32(i), i%2 == 0
	}
	want := map[string]data.Array{
		"fortran":    {Shape: shape, Values: from0},
		"version2":   {Shape: shape, Values: from0},
		"version3":   {Shape: shape, Values: from0},
		"bool":       {Shape: shape, Values: even},
		"bytes":      {Shape: []int{3}, Values: []string{"ab", "", "cde"}},
		"unicode_le": {Shape: []int{3}, Values: []string{"ab", "", "日本 é"}},
		"unicode_be": {Shape: []int{3}, Values: []string{"ab", "", "日本 é"}},
		"scalar":     {Shape: []int{}, Values: []float64{2.5}},
		"empty":      {Shape: []int{0, 7}, Values: []float32{}},
	}
	for _, name := range strings.Fields("i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8") {
		want[name+"_le"] = data.Array{Shape: shape, Values: counting(name)}
		want[name+"_be"] = want[name+"_le"]
	}
	for name, w := range want {
		got, err := npz.Read("testdata/" + name + ".npy")
		if err != nil || !reflect.DeepEqual(got, w) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, w)
		}
	}
}

func TestRefuses(t *testing.T) {
	for name, advice := range map[string]string{
		"object": "read a pickle file", "complex": "imaginary", "record": "each field", "time": "int64",
	} {
		_, err := npz.Read("testdata/" + name + ".npy")
		var bad *data.FileError
		if !errors.As(err, &bad) || bad.Path != "testdata/"+name+".npy" || !strings.Contains(bad.Want, advice) {
			t.Errorf("%s: %v, want a FileError with advice %q", name, err, advice)
		}
	}
	if _, err := npz.Read("testdata/absent.npy"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

// file returns an npy file with the given header text and contents.
func file(text string, contents int) []byte {
	b := append([]byte("\x93NUMPY\x01\x00"), 0, 0)
	binary.LittleEndian.PutUint16(b[8:], uint16(len(text)))
	return append(append(b, text...), make([]byte, contents)...)
}

func TestDamaged(t *testing.T) {
	good, err := os.ReadFile("testdata/f4_le.npy")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		in   []byte
		want string
	}{
		"empty":          {nil, "offset 0"},
		"no magic":       {[]byte("PK\x03\x04 and so on"), "NUMPY"},
		"version 9":      {append([]byte("\x93NUMPY\x09"), good[7:]...), "version 9"},
		"cut header":     {good[:40], "offset 10: found 30 bytes"},
		"cut values":     {good[:len(good)-1], "shape: found [2 3 4] of 4-byte elements"},
		"huge header":    {append([]byte("\x93NUMPY\x02\x00"), 255, 255, 255, 255, 0), "at most 65536"},
		"negative shape": {file("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", 0), `"-1" is not a size`},
		"overflow":       {file("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", 8), "shape"},
		"endless":        {file("{'descr': '<U0', 'fortran_order': False, 'shape': (99999999,)}", 8), "0-byte elements"},
		"long double":    {file("{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}", 16), "float64"},
		"missing key":    {file("{'descr': '<f8', 'shape': (1,)}", 8), "fortran_order"},
		"double key":     {file("{'descr': '<f8', 'descr': '<f8', 'shape': (1,)}", 8), "twice"},
		"unknown key":    {file("{'order': '<f8'}", 8), `unknown key "order"`},
		"no comma":       {file("{'descr': '<f8' 'shape': (1,)}", 8), ", or }"},
		"code":           {file("{'descr': __import__('os'), }", 8), "quoted string"},
		"code point":     {append(file("{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}", 0), 255, 255, 255, 255), "code point"},
	} {
		_, err := npz.Decode(bytes.NewReader(c.in), int64(len(c.in)), "x.npy")
		var bad *data.FileError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.npy") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestPython2Shape(t *testing.T) {
	in := file("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 1L), }", 8)
	got, err := npz.Decode(bytes.NewReader(in), int64(len(in)), "x.npy")
	if err != nil || !reflect.DeepEqual(got.Shape, []int{2, 1}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestArchive(t *testing.T) {
	for _, name := range []string{"plain", "deflated"} {
		a, err := npz.Open("testdata/" + name + ".npz")
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Names(); !reflect.DeepEqual(got, []string{"x", "label", "sub/name"}) {
			t.Errorf("%s: names %v", name, got)
		}
		label, err := a.Array("label")
		if err != nil || !reflect.DeepEqual(label, data.Array{Shape: []int{2}, Values: []int64{1, 0}}) {
			t.Errorf("%s: label %+v, %v", name, label, err)
		}
		s, err := a.Array("sub/name")
		if err != nil || !reflect.DeepEqual(s, data.Array{Shape: []int{2}, Values: []string{"a", "b"}}) {
			t.Errorf("%s: sub/name %+v, %v", name, s, err)
		}
		if _, err := a.Array("y"); err == nil || !strings.Contains(err.Error(), "one of x, label, sub/name") {
			t.Errorf("%s: unknown name: %v", name, err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestArchiveDamaged(t *testing.T) {
	for _, name := range []string{"plain", "deflated"} {
		whole, err := os.ReadFile("testdata/" + name + ".npz")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := npz.New(bytes.NewReader(whole[:len(whole)/2]), int64(len(whole)/2), "cut.npz"); !errors.Is(err, data.ErrFormat) {
			t.Errorf("%s: cut archive: %v", name, err)
		}
		// A changed byte of the contents fails the checksum.
		at := bytes.Index(whole, []byte("label.npy")) - 40
		whole[at] ^= 0x10
		a, err := npz.New(bytes.NewReader(whole), int64(len(whole)), "flipped.npz")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Array("x"); !errors.Is(err, data.ErrFormat) {
			t.Errorf("%s: changed byte: %v", name, err)
		}
	}
}

// A small archive that claims to hold 2 GiB is refused before it is unpacked.
func TestArchiveBomb(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	e, err := z.CreateRaw(&zip.FileHeader{
		Name: "x.npy", Method: zip.Deflate, CompressedSize64: 4, UncompressedSize64: 2 << 30,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Write(make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := npz.New(bytes.NewReader(b.Bytes()), int64(b.Len()), "bomb.npz")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Array("x"); err == nil || !strings.Contains(err.Error(), "1 GiB") {
		t.Errorf("%v, want the limit", err)
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
		n, err := data.Elements(shape)
		if err != nil {
			t.Fatal(err)
		}
		floats := rapid.SliceOfN(rapid.Float32(), n, n).Draw(t, "floats")
		words := rapid.SliceOfN(rapid.StringMatching(`[a-z\x{100}-\x{10ff}]{0,6}`), n, n).Draw(t, "words")
		arrays := map[string]data.Array{"f": {Shape: shape, Values: floats}, "s": {Shape: shape, Values: words}}
		var one, two bytes.Buffer
		if err := npz.Write(&one, arrays); err != nil {
			t.Fatal(err)
		}
		if err := npz.Write(&two, arrays); err != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
			t.Fatalf("two writes differ: %v", err)
		}
		a, err := npz.New(bytes.NewReader(one.Bytes()), int64(one.Len()), "x.npz")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range a.Names() {
			if got, err := a.Array(name); err != nil || !reflect.DeepEqual(got, arrays[name]) {
				t.Fatalf("%s: %+v, %v", name, got, err)
			}
		}
	})
}

func TestEncodeRefuses(t *testing.T) {
	for _, a := range []data.Array{
		{Shape: []int{2}, Values: []int8{1}},
		{Shape: []int{1}, Values: []complex64{1}},
	} {
		if err := npz.Encode(&bytes.Buffer{}, a); err == nil {
			t.Errorf("%+v was written", a)
		}
	}
}

func TestRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	err = npz.Encode(f, data.Array{Shape: []int{3, 2}, Values: []float64{0, 1, 2, 3, 4, math.Pi}})
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	rows, err := npz.OpenRows(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	})
	got, err := rows.Read(1, 3)
	if err != nil || !reflect.DeepEqual(got, data.Array{Shape: []int{2, 2}, Values: []float64{2, 3, 4, math.Pi}}) {
		t.Errorf("rows 1 and 2: %+v, %v", got, err)
	}
	if got, err := rows.Read(3, 3); err != nil || got.Rows() != 0 {
		t.Errorf("no rows: %+v, %v", got, err)
	}
	for _, r := range [][2]int{{-1, 1}, {2, 1}, {0, 4}} {
		if _, err := rows.Read(r[0], r[1]); err == nil {
			t.Errorf("rows %v were read", r)
		}
	}
	for _, name := range []string{"fortran", "scalar", "object"} {
		if _, err := npz.OpenRows("testdata/" + name + ".npy"); !errors.Is(err, data.ErrFormat) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}
