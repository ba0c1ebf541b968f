package matlab_test

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

	"cggm/data"
	"cggm/data/matlab"
	"cggm/data/npz"
)

func Example() {
	f, err := matlab.Open("testdata/packed.mat")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close() //nolint:errcheck // nothing was written
	a, err := f.Array("struct.a")
	fmt.Println(a.Shape, a.Values, err)
	a, err = f.Array("cell{2}")
	fmt.Println(a.Shape, a.Values, err)
	// Output:
	// [2 3] [0 1 2 3 4 5] <nil>
	// [1] [inside] <nil>
}

func open(t *testing.T, path string) *matlab.File {
	t.Helper()
	f, err := matlab.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// The numbers are those that were written: testdata/generate.py.
func TestNumbers(t *testing.T) {
	expected, err := npz.Open("testdata/expected.npz")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range expected.Names() {
		want, err := expected.Array(key)
		if err != nil {
			t.Fatal(err)
		}
		files := []string{"plain.mat", "packed.mat", "v73.mat"}
		name := key
		if file, rest, ok := strings.Cut(key, ":"); ok {
			files, name = []string{file}, rest
		}
		for _, file := range files {
			if file == "v73.mat" && strings.HasPrefix(name, "people") {
				continue
			}
			got, err := open(t, "testdata/"+file).Array(name)
			if err != nil || !reflect.DeepEqual(got.Shape, want.Shape) || !reflect.DeepEqual(got.Values, want.Values) {
				t.Errorf("%s: %s: %v, %v, want %v", file, name, got, err, want)
			}
		}
	}
	if err := expected.Close(); err != nil {
		t.Error(err)
	}
}

func TestText(t *testing.T) {
	want := map[string]data.Array{
		"text":           {Shape: []int{1}, Values: []string{"dré"}},
		"rows":           {Shape: []int{2}, Values: []string{"one", "three"}},
		"words":          {Shape: []int{2, 2}, Values: []string{"a", "bé", "", "d"}},
		"cell{2}":        {Shape: []int{1}, Values: []string{"inside"}},
		"struct.deep.er": {Shape: []int{1}, Values: []string{"yes"}},
		"people(1).name": {Shape: []int{1}, Values: []string{"ann"}},
	}
	for _, file := range []string{"plain.mat", "packed.mat", "v73.mat"} {
		f := open(t, "testdata/"+file)
		for name, w := range want {
			if file == "v73.mat" && strings.HasPrefix(name, "people") {
				continue
			}
			if a, err := f.Array(name); err != nil || !reflect.DeepEqual(a, w) {
				t.Errorf("%s: %s: %v, %v, want %v", file, name, a, err, w)
			}
		}
	}
	for _, file := range []string{"narrow.mat", "big.mat"} {
		f := open(t, "testdata/"+file)
		if a, err := f.Array("text"); err != nil || a.Values.([]string)[0] != "dré 𝄞" {
			t.Errorf("%s: %v, %v", file, a, err)
		}
		if a, err := f.Array("flag"); err != nil || !reflect.DeepEqual(a.Values, []bool{false, true}) {
			t.Errorf("%s: %v, %v", file, a, err)
		}
	}
}

func TestNames(t *testing.T) {
	want := "i1 i2 i4 i8 u1 u2 u4 u8 f4 f8 logical column row scalar empty text rows cell{1} cell{2} cell{3} words " +
		"struct.a struct.deep.er people(1).name people(1).age people(2).name people(2).age"
	if got := strings.Join(open(t, "testdata/plain.mat").Names(), " "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	want = "cell{1} cell{2} cell{3} column empty f4 f8 i1 i2 i4 i8 logical row rows scalar sparse struct.a struct.deep.er text u1 u2 u4 u8 words"
	if got := strings.Join(open(t, "testdata/v73.mat").Names(), " "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestRefused(t *testing.T) {
	f := open(t, "testdata/refused.mat")
	for name, want := range map[string]string{
		"complex": "save real(x) and imag(x)", "sparse": "save full(x)", "mixed.a": "complex numbers", "absent": "one of complex, sparse, good",
	} {
		_, err := f.Array(name)
		if !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if _, err := open(t, "testdata/v73.mat").Array("sparse"); !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), "save full(x)") {
		t.Errorf("sparse in version 7.3: %v", err)
	}
	for _, name := range []string{"good", "mixed.b"} {
		if _, err := f.Array(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDamaged(t *testing.T) {
	read := func(name string) []byte {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	put := func(b []byte, at int, v uint32) []byte {
		b = bytes.Clone(b)
		binary.LittleEndian.PutUint32(b[at:], v)
		return b
	}
	plain, packed, narrow := read("plain.mat"), read("packed.mat"), read("narrow.mat")
	for name, c := range map[string]struct {
		in   []byte
		want string
	}{
		"empty":       {nil, "0 bytes"},
		"version 4":   {make([]byte, 200), "save with -v7"},
		"no version":  {put(plain, 124, 0x4d490200), "version 0x200"},
		"cut":         {plain[:len(plain)-1], "at most the"},
		"cut tag":     {append(bytes.Clone(plain), 1, 2, 3), "found 3 bytes, want a variable"},
		"wrong type":  {put(plain, 128, 77), "an element of type 77"},
		"no zlib":     {put(packed, 136, 0), "a broken zlib header"},
		"flags":       {put(plain, 136, 9), "the flags of a matrix"},
		"axes":        {put(plain, 160, 0xffffffff), "the axes of a matrix of -1"},
		"more than 1": {append(bytes.Clone(narrow), narrow[128:]...), "two of that name"},
	} {
		_, err := matlab.New(bytes.NewReader(c.in), int64(len(c.in)), "x.mat")
		if !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.mat") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	// i1 is the first variable; its axes are at 160.
	b := put(plain, 160, 3)
	f, err := matlab.New(bytes.NewReader(b), int64(len(b)), "x.mat")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Array("i1"); err == nil || !strings.Contains(err.Error(), "variable i1: found 24 numbers for a matrix of shape [3 3 4]") {
		t.Errorf("wrong shape: %v", err)
	}
	if _, err := matlab.Open("testdata/absent.mat"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

// Every byte of a file damaged in turn: an error or a sound array.
func TestEveryByte(t *testing.T) {
	for _, name := range []string{"narrow.mat", "packed.mat", "plain.mat"} {
		good, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range good {
			b := bytes.Clone(good)
			b[i] ^= 1 << (i % 8)
			readAll(t, b)
		}
	}
}

func readAll(t *testing.T, in []byte) {
	t.Helper()
	f, err := matlab.New(bytes.NewReader(in), int64(len(in)), "fuzz")
	if err != nil {
		if !errors.Is(err, data.ErrFormat) {
			t.Fatal(err)
		}
		return
	}
	for _, name := range f.Names() {
		a, err := f.Array(name)
		if err == nil {
			err = a.Check()
		} else if errors.Is(err, data.ErrFormat) {
			continue
		}
		if err != nil {
			t.Fatal(name, err)
		}
	}
}

func FuzzNew(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.mat")
	if err != nil || len(paths) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(readAll)
}

// The UCI digits in six views, as MATLAB wrote them; shapes and labels are
// those noted with the file.
func TestDigits(t *testing.T) {
	path := filepath.Join(os.Getenv("CGGM_DATA"), "mfeat_handwritten", "handwritten_6views.mat")
	if _, err := os.Stat(path); os.Getenv("CGGM_DATA") == "" || err != nil {
		t.Skip("CGGM_DATA does not point at a folder that holds mfeat_handwritten")
	}
	f := open(t, path)
	for i, width := range []int{240, 76, 216, 47, 64, 6} {
		for part, rows := range map[string]int{"train": 1600, "test": 400} {
			name := fmt.Sprintf("x%d_%s", i+1, part)
			a, err := f.Array(name)
			if err != nil || a.Check() != nil || !reflect.DeepEqual(a.Shape, []int{rows, width}) {
				t.Errorf("%s: %v, %v", name, a.Shape, err)
			}
		}
	}
	a, err := f.Array("gt_train")
	if err != nil {
		t.Fatal(err)
	}
	labels, err := a.Ints()
	if err != nil {
		t.Fatal(err)
	}
	count := make(map[int]int)
	for _, l := range labels {
		count[l]++
	}
	for l := 1; l <= 10; l++ {
		if count[l] != 160 {
			t.Errorf("label %d: %d times, want 160", l, count[l])
		}
	}
}
