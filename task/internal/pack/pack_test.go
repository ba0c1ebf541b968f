package pack

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"
)

func TestRoundTrip(t *testing.T) {
	negativeZero := float32(math.Copysign(0, -1))
	for _, c := range []struct {
		name   string
		values []float32
		width  int
	}{
		{"bytes", []float32{0, 1, 255, 7, 0, 6}, 1},
		{"words", []float32{0, 256, 65535, 1, 2, 3}, 2},
		{"large integers", []float32{0, 65536, 1, 2, 3, 4}, 4},
		{"fractions", []float32{.5, 1e-30, -3, 1e30, 0, 1}, 4},
		{"negative zero", []float32{negativeZero, 1, 2, 3, 4, 5}, 4},
		{"not finite", []float32{float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 0, 1, 2}, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := Matrix{Name: "m", Rows: 2, Cols: 3, Values: c.values}
			if got := m.width(); got != c.width {
				t.Errorf("width %d, want %d", got, c.width)
			}
			packed, err := Encode([]Matrix{m})
			if err != nil {
				t.Fatal(err)
			}
			back, err := Decode(packed)
			if err != nil {
				t.Fatal(err)
			}
			requireSame(t, []Matrix{m}, back)
		})
	}
}

func requireSame(t rapid.TB, want, got []Matrix) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d matrices, want %d", len(got), len(want))
	}
	for i, m := range got {
		if m.Name != want[i].Name || m.Rows != want[i].Rows || m.Cols != want[i].Cols {
			t.Fatalf("matrix %d: %s %dx%d, want %s %dx%d", i, m.Name, m.Rows, m.Cols, want[i].Name, want[i].Rows, want[i].Cols)
		}
		for j, v := range m.Values {
			if math.Float32bits(v) != math.Float32bits(want[i].Values[j]) {
				t.Fatalf("%s[%d] = %v, want %v", m.Name, j, v, want[i].Values[j])
			}
		}
	}
}

func TestRoundTripProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		matrices := make([]Matrix, rapid.IntRange(0, 4).Draw(t, "count"))
		for i := range matrices {
			rows, cols := rapid.IntRange(1, 9).Draw(t, "rows"), rapid.IntRange(1, 9).Draw(t, "cols")
			value := rapid.OneOf(rapid.Map(rapid.Uint16(), func(u uint16) float32 { return float32(u) }), rapid.Float32())
			matrices[i] = Matrix{
				Name: rapid.StringN(1, 20, 200).Draw(t, "name"), Rows: rows, Cols: cols,
				Values: rapid.SliceOfN(value, rows*cols, rows*cols).Draw(t, "values"),
			}
		}
		packed, err := Encode(matrices)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(packed)
		if err != nil {
			t.Fatal(err)
		}
		requireSame(t, matrices, back)
	})
}

func TestEncodeErrors(t *testing.T) {
	for _, m := range []Matrix{
		{Rows: 1, Cols: 1, Values: []float32{1}},
		{Name: "rows", Cols: 1},
		{Name: "short", Rows: 2, Cols: 2, Values: []float32{1}},
	} {
		if _, err := Encode([]Matrix{m}); err == nil {
			t.Errorf("%q accepted", m.Name)
		}
	}
}

// FuzzDecode: damaged files give ErrFormat, never a panic, and what is accepted encodes to something equal.
func FuzzDecode(f *testing.F) {
	packed, err := Encode([]Matrix{
		{Name: "a", Rows: 2, Cols: 2, Values: []float32{1, 2, 3, 4}},
		{Name: "b", Rows: 1, Cols: 3, Values: []float32{.5, -1, 300}},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add(packed[:20])
	f.Add([]byte(magic + "\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		matrices, err := Decode(data)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("not ErrFormat: %v", err)
			}
			return
		}
		again, err := Encode(matrices)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode(again)
		if err != nil {
			t.Fatal(err)
		}
		requireSame(t, matrices, back)
	})
}

func TestReadFile(t *testing.T) {
	good := []byte("content")
	sums := Sums(map[string][]byte{"a.bin": good, "b.bin": []byte("other")})
	// The sum of "content", from sha256sum.
	if want := "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73  a.bin\n"; !bytes.HasPrefix(sums, []byte(want)) {
		t.Errorf("sums are %q", sums)
	}
	fsys := fstest.MapFS{
		"data/" + SumsName: {Data: sums},
		"data/a.bin":       {Data: good},
		"data/b.bin":       {Data: []byte("changed")},
		"data/c.bin":       {Data: good},
		"bare/a.bin":       {Data: good},
	}
	content, err := ReadFile(fsys, "data/a.bin")
	if err != nil || !bytes.Equal(content, good) {
		t.Errorf("got %q, %v", content, err)
	}
	for _, name := range []string{"data/b.bin", "data/c.bin"} {
		if _, err := ReadFile(fsys, name); !errors.Is(err, ErrChecksum) {
			t.Errorf("%s: got %v, want ErrChecksum", name, err)
		}
	}
	for _, name := range []string{"data/none.bin", "bare/a.bin"} {
		if _, err := ReadFile(fsys, name); err == nil {
			t.Errorf("%s accepted", name)
		}
	}
}
