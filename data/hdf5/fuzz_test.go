package hdf5_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"cggm/data"
	"cggm/data/hdf5"
)

// readAll reads whatever the file holds and reports what breaks a promise: an
// array of the wrong size, rows that differ in size, an error about nothing.
func readAll(t *testing.T, in []byte) {
	t.Helper()
	f, err := hdf5.New(bytes.NewReader(in), int64(len(in)), "fuzz")
	if err != nil {
		if !errors.Is(err, data.ErrFormat) {
			t.Fatal(err)
		}
		return
	}
	for _, name := range f.Names() {
		a, err := f.Array(name)
		if err != nil {
			if !errors.Is(err, data.ErrFormat) {
				t.Fatal(err)
			}
			continue
		}
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
		if rows, err := f.Rows(name); err == nil {
			if got, err := rows.Read(a.Rows()/2, a.Rows()); err == nil && got.Check() != nil {
				t.Fatal(got.Check())
			}
		}
		if _, _, _, err := f.References(name); err != nil && !errors.Is(err, data.ErrFormat) {
			t.Fatal(err)
		}
		if _, _, err := f.Attribute(name, "scale"); err != nil && !errors.Is(err, data.ErrFormat) {
			t.Fatal(err)
		}
	}
}

func FuzzNew(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.h5")
	if err != nil || len(paths) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if len(b) < 1<<15 { // large ones are slow to vary
			f.Add(b)
		}
	}
	f.Fuzz(readAll)
}

// Every byte of a file damaged in turn, and the file cut at every place.
func TestDamaged(t *testing.T) {
	for _, name := range []string{"latest.h5", "small.h5"} {
		good, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range good {
			for _, with := range []byte{good[i] ^ 1, 0xff} {
				b := bytes.Clone(good)
				b[i] = with
				readAll(t, b)
			}
		}
		for n := 0; n < len(good); n += 5 {
			_, err := hdf5.New(bytes.NewReader(good[:n]), int64(n), "cut")
			if !errors.Is(err, data.ErrFormat) {
				t.Fatalf("%s cut to %d bytes: %v", name, n, err)
			}
		}
	}
}
