package iemocap

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"cggm/data"
	"cggm/data/npz"
	"cggm/task"
)

// open opens a folder.
func open(dir string, c Config) (*task.Data, error) {
	return Task{Config: c}.Open(context.Background(), task.Options{Dir: dir})
}

// folder copies the fixture into a new folder, which tests then change.
func folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "features"))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// replace puts a damaged file in place of another.
func replace(t testing.TB, dir, name, damaged string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "damaged", damaged+".h5"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, name, raw)
}

// put writes a file.
func put(t testing.TB, dir, name string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// encode writes an array into a file of the first fold.
func encode(t testing.TB, dir, name string, shape []int, values any) {
	t.Helper()
	var b bytes.Buffer
	if err := npz.Encode(&b, data.Array{Shape: shape, Values: values}); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "target", "1"), name, b.Bytes())
}

// names reads those of a split of the first fold.
func names(t testing.TB, dir, key string) []string {
	t.Helper()
	out, err := readNames(filepath.Join(dir, "target", "1", key+"_int2name.npy"))
	if err != nil {
		t.Fatal(err)
	}
	return out
}
