package nifti_test

import (
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

	"cggm/data"
	"cggm/data/nifti"
	"cggm/data/npz"
)

func ExampleRead() {
	v, err := nifti.Read("testdata/packed.nii.gz")
	if err != nil {
		fmt.Println(err)
	}
	row := v.Array.Row(1).Row(2)
	fmt.Println(v.Array.Shape, v.Array.Type(), row.Values)
	fmt.Printf("%.1f %.1f\n", v.Spacing, v.Affine[0])
	// Output:
	// [2 3 4] int16 [20 21 22 23]
	// [2.0 3.0 4.0] [2.0 0.1 0.0 -10.0]
}

// nibabel read the same files: testdata/generate.py.
func TestAgreesWithNibabel(t *testing.T) {
	a, err := npz.Open("testdata/expected.npz")
	if err != nil {
		t.Fatal(err)
	}
	want := func(key string) []float64 {
		t.Helper()
		x, err := a.Array(key)
		if err != nil {
			t.Fatal(err)
		}
		return x.Values.([]float64)
	}
	files := 0
	for _, key := range a.Names() {
		name, ok := strings.CutSuffix(key, "/values")
		if !ok {
			continue
		}
		files++
		v, err := nifti.Read("testdata/" + name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		values, err := v.Array.Float32()
		if err != nil || v.Array.Check() != nil {
			t.Errorf("%s: %v, %v", name, err, v.Array.Check())
		}
		for i, w := range want(key) {
			if float64(values[i]) != w {
				t.Errorf("%s: value %d is %v, want %v", name, i, values[i], w)
				break
			}
		}
		for i, w := range want(name + "/spacing") {
			if math.Abs(v.Spacing[i]-w) > 1e-6 {
				t.Errorf("%s: spacing %v, want %v along axis %d", name, v.Spacing, w, i)
			}
		}
		for i, w := range want(name + "/affine") {
			if got := v.Affine[i/4][i%4]; math.Abs(got-w) > 1e-5 {
				t.Errorf("%s: affine %d is %v, want %v", name, i, got, w)
			}
		}
	}
	if files != 18 {
		t.Errorf("%d files", files)
	}
}

func TestTypes(t *testing.T) {
	for name, want := range map[string]string{
		"u1": "uint8", "i1": "int8", "i2": "int16", "u2": "uint16", "i4": "int32", "u4": "uint32",
		"i8": "int64", "u8": "uint64", "f4": "float32", "f8": "float64", "scaled": "float32",
	} {
		v, err := nifti.Read("testdata/" + name + ".nii")
		if err != nil || v.Array.Type() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

// change returns the file with one header field changed.
func change(t *testing.T, name string, at int, value any) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var field bytes.Buffer
	if err := binary.Write(&field, binary.LittleEndian, value); err != nil {
		t.Fatal(err)
	}
	copy(b[at:], field.Bytes())
	return b
}

func TestScalingIsIgnored(t *testing.T) {
	for _, slope := range []float32{0, 1, float32(math.NaN()), float32(math.Inf(1))} {
		b := change(t, "i2.nii", 112, slope)
		v, err := nifti.Decode(bytes.NewReader(b), int64(len(b)), "x")
		if err != nil || v.Array.Type() != "int16" {
			t.Errorf("slope %v: %v", slope, err)
		}
	}
}

func TestNoOrientation(t *testing.T) {
	b := change(t, "i2.nii", 252, [2]int16{})
	v, err := nifti.Decode(bytes.NewReader(b), int64(len(b)), "x")
	// Method 1 of the format: the spacing alone.
	if err != nil || math.Abs(v.Affine[1][1]-v.Spacing[1]) > 1e-9 || v.Affine[0][3] != 0 {
		t.Errorf("%+v, %v", v, err)
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
	good, packed, second := read("i2.nii"), read("packed.nii.gz"), read("second.nii")
	flipped := bytes.Clone(packed)
	flipped[len(flipped)-6] ^= 1
	for name, c := range map[string]struct {
		in   []byte
		want string
	}{
		"empty":       {nil, "offset 0: found 0 bytes"},
		"text":        {bytes.Repeat([]byte("text"), 100), "offset 0: found 0x74657874"},
		"cut header":  {good[:347], "found 347 bytes"},
		"cut second":  {second[:400], "offset 348: found 52 bytes"},
		"pair":        {change(t, "i2.nii", 344, [4]byte{'n', 'i', '1'}), "must be converted to .nii"},
		"second pair": {change(t, "second.nii", 4, [4]byte{'n', 'i', '2'}), "must be converted to .nii"},
		"no axes":     {change(t, "i2.nii", 40, int16(0)), "dim[0]: found 0"},
		"many axes":   {change(t, "i2.nii", 40, int16(8)), "dim[0]: found 8"},
		"negative":    {change(t, "i2.nii", 42, int16(-2)), "dim[1]: found -2"},
		"huge":        {change(t, "i2.nii", 42, [3]int16{32767, 32767, 32767}), "dim: found shape [32767 32767 32767]"},
		"overflow":    {change(t, "second.nii", 24, [3]int64{1 << 30, 1 << 30, 1 << 30}), "dim: found shape"},
		"complex":     {change(t, "i2.nii", 70, int16(32)), "found 32 (complex64)"},
		"unknown":     {change(t, "i2.nii", 70, int16(77)), "found 77 (unknown)"},
		"bits":        {change(t, "i2.nii", 72, int16(8)), "bitpix: found 8, want 16"},
		"offset":      {change(t, "i2.nii", 108, float32(10)), "vox_offset: found 10, want at least 352"},
		"far offset":  {change(t, "i2.nii", 108, float32(1e9)), "no more than the 0 bytes"},
		"no offset":   {change(t, "i2.nii", 108, float32(math.NaN())), "vox_offset: found 0"},
		"cut":         {good[:len(good)-1], "no more than the 47 bytes"},
		"packed cut":  {packed[:len(packed)-12], "unexpected EOF"},
		"packed sum":  {flipped, "the checksum"},
		"gzip header": {[]byte{0x1f, 0x8b, 9}, "gzip header"},
	} {
		_, err := nifti.Decode(bytes.NewReader(c.in), int64(len(c.in)), "x.nii")
		if !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.nii") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := nifti.Read("testdata/absent.nii"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

// One patient of TCGA-LGG; shapes and the share of brain are those noted with
// the files.
func TestPatient(t *testing.T) {
	root := os.Getenv("CGGM_DATA")
	paths, err := filepath.Glob(filepath.Join(root, "tcga_lgg_nifti", "*.nii.gz"))
	if err != nil || root == "" || len(paths) == 0 {
		t.Skip("CGGM_DATA does not point at a folder that holds tcga_lgg_nifti")
	}
	for _, path := range paths {
		v, err := nifti.Read(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if v.Array.Check() != nil || v.Array.Shape[2] != 26 || math.Abs(v.Spacing[2]-5.5) > .1 {
			t.Errorf("%s: shape %v, spacing %v", path, v.Array.Shape, v.Spacing)
		}
		if !strings.Contains(path, "mask") {
			continue
		}
		brain, err := v.Array.Ints()
		if err != nil || !reflect.DeepEqual(v.Array.Shape, []int{256, 224, 26}) {
			t.Fatalf("%s: %v, %v", path, v.Array.Shape, err)
		}
		sum := 0
		for _, x := range brain {
			sum += x
		}
		if share := float64(sum) / float64(len(brain)); math.Abs(share-.241) > .001 {
			t.Errorf("%s: %.3f of the volume is brain", path, share)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, pattern := range []string{"testdata/*.nii", "testdata/*.nii.gz"} {
		paths, err := filepath.Glob(pattern)
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
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		v, err := nifti.Decode(bytes.NewReader(in), int64(len(in)), "fuzz")
		if err != nil {
			return
		}
		if err := v.Array.Check(); err != nil || len(v.Spacing) != len(v.Array.Shape) {
			t.Fatal(err, v.Spacing)
		}
	})
}
