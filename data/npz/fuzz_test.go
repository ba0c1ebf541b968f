package npz_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"cggm/data/npz"
)

func seed(f *testing.F, pattern string) {
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds at %s: %v", pattern, err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

func FuzzDecode(f *testing.F) {
	seed(f, "testdata/*.npy")
	f.Add(file("{'descr': '<U0', 'fortran_order': True, 'shape': (9999999, 0)}", 8))
	f.Fuzz(func(t *testing.T, in []byte) {
		a, err := npz.Decode(bytes.NewReader(in), int64(len(in)), "fuzz")
		if err != nil {
			return
		}
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := npz.Encode(&b, a); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzArchive(f *testing.F) {
	seed(f, "testdata/*.npz")
	f.Fuzz(func(t *testing.T, in []byte) {
		a, err := npz.New(bytes.NewReader(in), int64(len(in)), "fuzz")
		if err != nil {
			return
		}
		for _, name := range a.Names() {
			got, err := a.Array(name)
			if err == nil {
				err = got.Check()
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
