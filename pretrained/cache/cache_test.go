package cache_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cggm/data"
	"cggm/pretrained/cache"
)

func open(t *testing.T, dir string) *cache.Store {
	t.Helper()
	s, err := cache.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func array(values ...float32) data.Array {
	return data.Array{Shape: []int{len(values)}, Values: values}
}

func key(i int) cache.Key { return cache.NewKey([]byte("test"), fmt.Append(nil, i)) }

// squares computes the square of a key's position, and counts.
type squares struct {
	computed []int
	fail     int // position that fails
}

func (s *squares) compute(_ context.Context, positions []int) ([]data.Array, error) {
	var out []data.Array
	for _, i := range positions {
		if i == s.fail {
			return nil, errors.New("broken")
		}
		s.computed = append(s.computed, i)
		out = append(out, array(float32(i*i)))
	}
	return out, nil
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSecondEpochComputesNothing(t *testing.T) {
	dir := t.TempDir()
	keys := []cache.Key{key(0), key(1), key(2), key(1), key(3)}
	for epoch, want := range [][]int{{0, 1, 2, 4}, nil, nil} {
		s := &squares{fail: -1}
		got, err := open(t, dir).Fill(t.Context(), keys, 3, s.compute)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.computed, want) {
			t.Errorf("epoch %d computed %v, want %v", epoch, s.computed, want)
		}
		for i, w := range []float32{0, 1, 4, 1, 16} {
			if v := got[i].Values.([]float32); !slices.Equal(got[i].Shape, []int{1}) || v[0] != w {
				t.Errorf("epoch %d, entry %d: %v, want %g", epoch, i, got[i], w)
			}
		}
	}
}

// A crash loses the chunk that was being computed and nothing else.
func TestFillKeepsWhatWasComputedBeforeAnError(t *testing.T) {
	dir := t.TempDir()
	keys := []cache.Key{key(0), key(1), key(2), key(3), key(4)}
	s := &squares{fail: 3}
	if _, err := open(t, dir).Fill(t.Context(), keys, 2, s.compute); err == nil || err.Error() != "broken" {
		t.Fatalf("got %v, want the error of the computation", err)
	}
	again := &squares{fail: -1}
	if _, err := open(t, dir).Fill(t.Context(), keys, 2, again.compute); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(again.computed, []int{2, 3, 4}) {
		t.Errorf("computed %v, want 2 3 4", again.computed)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, t.TempDir()).Fill(ctx, keys, 2, again.compute); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
}

// However an entry is damaged, it is computed again and sound afterwards.
func TestDamagedEntriesAreComputedAgain(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"empty":       func([]byte) []byte { return nil },
		"truncated":   func(b []byte) []byte { return b[:len(b)-1] },
		"half":        func(b []byte) []byte { return b[:len(b)/2] },
		"longer":      func(b []byte) []byte { return append(b, 0) },
		"first byte":  func(b []byte) []byte { b[0]++; return b },
		"axis":        func(b []byte) []byte { b[16]++; return b },
		"value":       func(b []byte) []byte { b[len(b)-33]++; return b },
		"checksum":    func(b []byte) []byte { b[len(b)-1]++; return b },
		"zeros":       func(b []byte) []byte { return make([]byte, len(b)) },
		"another key": func([]byte) []byte { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := &squares{fail: -1}
			if _, err := open(t, dir).Fill(t.Context(), []cache.Key{key(7)}, 1, s.compute); err != nil {
				t.Fatal(err)
			}
			path := entries(t, dir)[0]
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text = damage(text)
			if name == "another key" {
				other := t.TempDir()
				if err := open(t, other).Put(key(8), array(3)); err != nil {
					t.Fatal(err)
				}
				if text, err = os.ReadFile(entries(t, other)[0]); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			for round, want := range []cache.Counts{{Misses: 1, Damaged: 1, Stored: 1}, {Hits: 1}} {
				store := open(t, dir)
				if _, err := store.Fill(t.Context(), []cache.Key{key(7)}, 1, s.compute); err != nil {
					t.Fatal(err)
				}
				if got := store.Counts(); got != want {
					t.Errorf("round %d: %+v, want %+v", round, got, want)
				}
			}
		})
	}
}

// What a killed process was writing is no entry, and goes away in the end.
func TestUnfinishedEntries(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	fresh, old := filepath.Join(dir, "unfinished", "1"), filepath.Join(dir, "unfinished", "2")
	for _, path := range []string{fresh, old} {
		if err := os.WriteFile(path, []byte("cggm"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
	if got := entries(t, dir); !slices.Equal(got, []string{fresh}) {
		t.Errorf("left are %v, want only the one that may still be written", got)
	}
}

func TestValuesComeBackBitByBit(t *testing.T) {
	s := open(t, t.TempDir())
	for i, a := range []data.Array{
		{Shape: []int{2, 1, 2}, Values: []float32{1, float32(math.Inf(-1)), math.MaxFloat32, -0}},
		{Shape: []int{}, Values: []float32{3}},
		{Shape: []int{0, 5}, Values: []float32{}},
	} {
		if err := s.Put(key(i), a); err != nil {
			t.Fatal(err)
		}
		b, ok, err := s.Get(key(i))
		if err != nil || !ok || !slices.Equal(a.Shape, b.Shape) || !slices.Equal(a.Values.([]float32), b.Values.([]float32)) {
			t.Errorf("%v came back as %v, %v, %v", a, b, ok, err)
		}
	}
	if err := s.Put(key(9), data.Array{Shape: []int{1}, Values: []int32{1}}); err == nil || !strings.Contains(err.Error(), "float32") {
		t.Errorf("integers: got %v, want an error", err)
	}
	if cache.NewKey([]byte("ab"), []byte("c")) == cache.NewKey([]byte("a"), []byte("bc")) {
		t.Error("other parts have the same key")
	}
}

func ExampleStore_Fill() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	store, err := cache.Open(dir)
	if err != nil {
		panic(err)
	}
	texts := []string{"apple pie", "soup"}
	var keys []cache.Key
	for _, text := range texts {
		keys = append(keys, cache.NewKey([]byte("length/1"), []byte(text)))
	}
	for range 2 {
		lengths, err := store.Fill(context.Background(), keys, 100, func(_ context.Context, positions []int) ([]data.Array, error) {
			fmt.Println("computing", positions)
			var out []data.Array
			for _, i := range positions {
				out = append(out, data.Array{Shape: []int{1}, Values: []float32{float32(len(texts[i]))}})
			}
			return out, nil
		})
		if err != nil {
			panic(err)
		}
		fmt.Println(lengths[0].Values, lengths[1].Values)
	}
	// Output:
	// computing [0 1]
	// [9] [4]
	// [9] [4]
}
