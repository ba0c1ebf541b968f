package hdf5_test

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"cggm/data"
	"cggm/data/hdf5"
	"cggm/data/npz"
)

func Example() {
	f, err := hdf5.Open("testdata/default.h5")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close() //nolint:errcheck // nothing was written
	fmt.Println(f.Expect("text/fixed", "deep/er/est"))
	a, err := f.Array("text/fixed")
	fmt.Println(a.Shape, a.Values, err)
	// Output:
	// <nil>
	// [3] [one three ] <nil>
}

func open(t testing.TB, name string) *hdf5.File {
	t.Helper()
	f, err := hdf5.Open("testdata/" + name)
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

// The values are those that h5py was given: testdata/generate.py.
func TestAgreesWithH5py(t *testing.T) {
	f := open(t, "default.h5")
	expected, err := npz.Open("testdata/expected.npz")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range expected.Names() {
		want, err := expected.Array(key)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.ReplaceAll(key, ":", "/")
		got, err := f.Array(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(got.Shape)+len(want.Shape) > 0 && !reflect.DeepEqual(got.Shape, want.Shape) || !reflect.DeepEqual(got.Values, want.Values) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if shape, ok := f.Shape(name); !ok || len(shape)+len(want.Shape) > 0 && !reflect.DeepEqual(shape, want.Shape) {
			t.Errorf("%s: Shape %v, %v", name, shape, ok)
		}
	}
	if err := expected.Close(); err != nil {
		t.Error(err)
	}
}

func TestStrings(t *testing.T) {
	f := open(t, "default.h5")
	for name, want := range map[string][]string{
		"text/fixed":   {"one", "three", ""},
		"text/varying": {"one", "dré", ""},
		"text/padded":  {"a", "abcd"},
		"text/spaces":  {"ab ", "abc"},
	} {
		a, err := f.Array(name)
		if err != nil || !reflect.DeepEqual(a.Values, want) {
			t.Errorf("%s: %q, %v, want %q", name, a.Values, err, want)
		}
	}
}

func TestRows(t *testing.T) {
	f := open(t, "default.h5")
	for _, name := range []string{
		"contiguous/f8", "contiguous/bool", "contiguous/unwritten", "contiguous/compact", "chunked/plain", "chunked/gzip", "chunked/lzf",
		"chunked/vector", "chunked/holes", "text/fixed", "text/varying", "contiguous/none",
	} {
		whole, err := f.Array(name)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.Rows(name)
		if err != nil {
			t.Fatal(err)
		}
		n := rows.Shape()[0]
		for from := 0; from <= n; from += 1 + n/20 {
			for to := from; to <= n; to += 1 + n/15 {
				got, err := rows.Read(from, to)
				want := whole.Slice(from, to)
				if err != nil || got.Check() != nil || !reflect.DeepEqual(got.Shape, want.Shape) ||
					got.Len() > 0 && !reflect.DeepEqual(got.Values, want.Values) {
					t.Fatalf("%s [%d,%d): %v, %v, want %v", name, from, to, got, err, want)
				}
			}
		}
		for _, r := range [][2]int{{-1, 0}, {1, 0}, {0, n + 1}} {
			if _, err := rows.Read(r[0], r[1]); err == nil {
				t.Errorf("%s: rows %v of %d", name, r, n)
			}
		}
	}
	if rows, err := f.Rows("chunked/vector"); err != nil || rows.Band() != 7 {
		t.Errorf("band: %v", err)
	}
	if rows, err := f.Rows("contiguous/f8"); err != nil || rows.Band() != 1 {
		t.Errorf("band: %v", err)
	}
	if _, err := f.Rows("contiguous/scalar"); !errors.Is(err, data.ErrFormat) {
		t.Errorf("rows of a scalar: %v", err)
	}
}

func TestAttributes(t *testing.T) {
	f := open(t, "default.h5")
	for _, c := range []struct {
		object, name string
		want         any
	}{
		{"many", "note", []string{"forty"}},
		{"many/00", "scale", []float32{1.5, 2.5}},
		{"many/00", "fixed", []string{"int8"}},
	} {
		a, ok, err := f.Attribute(c.object, c.name)
		if err != nil || !ok || !reflect.DeepEqual(a.Values, c.want) {
			t.Errorf("%s of %s: %v, %v, %v", c.name, c.object, a, ok, err)
		}
	}
	if _, ok, err := f.Attribute("many/00", "absent"); ok || err != nil {
		t.Errorf("absent: %v, %v", ok, err)
	}
	if _, _, err := f.Attribute("absent", "absent"); err == nil {
		t.Error("attribute of nothing")
	}
}

func TestReferences(t *testing.T) {
	f := open(t, "default.h5")
	shape, names, ok, err := f.References("references")
	if err != nil || !ok || !reflect.DeepEqual(shape, []int{3}) || !reflect.DeepEqual(names, []string{"many/03", "many/01", ""}) {
		t.Errorf("%v %q %v %v", shape, names, ok, err)
	}
	if _, _, ok, err := f.References("many/00"); ok || err != nil {
		t.Errorf("numbers as references: %v, %v", ok, err)
	}
}

func TestRefused(t *testing.T) {
	f := open(t, "default.h5")
	for name, want := range map[string]string{
		"refused/complex":      "a compound type (records or complex numbers)",
		"refused/record":       "save each field as a dataset of its own",
		"refused/ragged":       "save rows padded",
		"refused/array":        "an array type",
		"refused/scaleoffset":  "filter 6 (scaleoffset)",
		"refused/huge":         "no more than the 0 bytes that are stored",
		"refused/huge_chunked": "no more than the 0 bytes that are stored",
		"references":           "references to other datasets",
		"links/broken":         `a link to "/nowhere"`,
		"links/external":       "a link to another file",
		"links/cycle":          `a second name of the group "/links"`,
		"many":                 "found a group",
		"absent":               "found no such dataset, want one of chunked/",
	} {
		_, err := f.Array(name)
		if !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	err := f.Expect("many/01", "many/40", "many/41")
	if !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), "no dataset many/40, many/41") {
		t.Errorf("Expect: %v", err)
	}
}

// Files that h5py wrote with libver: what is not read is refused with advice.
func TestNewerFiles(t *testing.T) {
	for _, name := range []string{"latest.h5", "v108.h5"} {
		f := open(t, name)
		if err := f.Expect("contiguous", "one_chunk", "chunks", "growing"); err != nil {
			t.Error(err)
		}
		a, err := f.Array("contiguous")
		if err != nil || a.Values.([]float64)[7] != 1 {
			t.Errorf("%s: contiguous: %v", name, err)
		}
		for _, set := range []string{"one_chunk", "chunks", "growing"} {
			a, err := f.Array(set)
			if err == nil && a.Values.([]int64)[59] != 59 {
				t.Errorf("%s: %s: %v", name, set, a)
			}
			if err != nil && !strings.Contains(err.Error(), "h5repack") {
				t.Errorf("%s: %s: %v", name, set, err)
			}
		}
	}
}

// Large groups of newer files keep their names in other structures.
func TestLargeGroup(t *testing.T) {
	f := open(t, "latest_many.h5")
	if n := len(f.Names()); n != 440 {
		t.Errorf("%d names, want 440", n)
	}
	for i := range 400 {
		a, err := f.Array(fmt.Sprintf("links/%03d", i))
		x := float64(i % 40)
		if err != nil || !reflect.DeepEqual(a.Values, []float64{x, x + 1, x + 2}) {
			t.Errorf("%d: %v, %v", i, a, err)
		}
	}
}

// MATLAB and some loggers put a header of their own before the file.
func TestUserblock(t *testing.T) {
	f := open(t, "userblock.h5")
	a, err := f.Array("x")
	if err != nil || !reflect.DeepEqual(a.Values, []float64{0, 1, 2, 3}) {
		t.Errorf("%v, %v", a, err)
	}
	if a, err = f.Array("gzip"); err != nil || a.Values.([]int64)[59] != 59 {
		t.Errorf("%v, %v", a, err)
	}
}

func TestAbsent(t *testing.T) {
	if _, err := hdf5.Open("testdata/absent.h5"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

// A dataset may claim to be large; memory is reserved for what is stored.
func TestClaims(t *testing.T) {
	f := open(t, "default.h5")
	for _, name := range []string{"refused/huge", "refused/huge_chunked"} {
		if shape, ok := f.Shape(name); !ok || shape[0] != 1<<40 {
			t.Errorf("%s: shape %v", name, shape)
		}
		rows, err := f.Rows(name)
		if err != nil {
			t.Fatal(err)
		}
		a, err := rows.Read(1<<39, 1<<39+3)
		if err != nil || !reflect.DeepEqual(a.Values, []float64{0, 0, 0}) {
			t.Errorf("%s: %v, %v", name, a, err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := f.Array(name); err == nil {
			t.Errorf("%s was read", name)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s: %d bytes reserved", name, n)
		}
	}
}

func TestConcurrent(t *testing.T) {
	f := open(t, "default.h5")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for _, name := range f.Names() {
				if a, err := f.Array(name); err == nil && a.Check() != nil {
					t.Error(name, a.Check())
				}
			}
		})
	}
	group.Wait()
}
