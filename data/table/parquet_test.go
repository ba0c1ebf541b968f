package table_test

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
	"cggm/data/table"
)

// The values are those that testdata/parquet.py writes.
func TestParquet(t *testing.T) {
	nan := math.NaN()
	nan32 := float32(nan)
	want := map[string]data.Array{
		"id":      {Shape: []int{4}, Values: []int64{7, 8, 9, 10}},
		"small":   {Shape: []int{4}, Values: []float64{1, nan, 3, -4}},
		"x":       {Shape: []int{4}, Values: []float32{.5, nan32, -1.5, 2.25}},
		"y":       {Shape: []int{4}, Values: []float64{1e-3, 2, 3.5, 1e300}},
		"flag":    {Shape: []int{4}, Values: []bool{true, false, true, true}},
		"text":    {Shape: []int{4}, Values: []string{"a", "", "ünï", ""}},
		"kind":    {Shape: []int{4}, Values: []string{"cat", "dog", "cat", "cat"}},
		"vector":  {Shape: []int{4, 3}, Values: []float32{1, 2, 3, 4, 5, 6, nan32, nan32, nan32, 7, 8, 9}},
		"matrix":  {Shape: []int{4, 3, 2}, Values: []float64{1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 7}},
		"fixed":   {Shape: []int{4, 2}, Values: []int64{1, 2, 3, 4, 5, 6, 7, 8}},
		"point.u": {Shape: []int{4}, Values: []float64{1, 3, 5, 7}},
		"point.v": {Shape: []int{4}, Values: []int64{2, 4, 6, 8}},
	}
	for _, name := range []string{"snappy", "plain", "gzip", "zstd"} {
		t.Run(name, func(t *testing.T) {
			tab, err := table.ReadParquet(filepath.Join("testdata", name+".parquet"))
			if err != nil {
				t.Fatal(err)
			}
			if names := tab.Names(); len(names) != len(want) || names[0] != "id" || names[11] != "point.v" {
				t.Fatalf("columns %v", names)
			}
			for column, w := range want {
				got, err := tab.Column(column)
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got.Shape, w.Shape) || fmt.Sprintf("%T %v", got.Values, got.Values) != fmt.Sprintf("%T %v", w.Values, w.Values) {
					t.Errorf("%s: %v %T %v, want %v %T %v", column, got.Shape, got.Values, got.Values, w.Shape, w.Values, w.Values)
				}
			}
		})
	}
	empty, err := table.ReadParquet("testdata/empty.parquet")
	if err != nil || empty.Rows() != 0 {
		t.Errorf("an empty table: %v", err)
	}
	same, err := table.ReadParquet("testdata/constant.parquet")
	if err != nil || same.Rows() != 3_000_000 {
		t.Errorf("three million equal numbers in 13 kB: %v", err)
	}
}

func TestParquetRefuses(t *testing.T) {
	whole, err := os.ReadFile("testdata/plain.parquet")
	if err != nil {
		t.Fatal(err)
	}
	changed := func(f func(b []byte) []byte) []byte { return f(bytes.Clone(whole)) }
	file := func(name string) []byte {
		b, err := os.ReadFile("testdata/" + name + ".parquet")
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, test := range map[string]struct {
		bytes []byte
		want  string
	}{
		"no file at all":     {nil, "0 bytes, want a Parquet file"},
		"truncated":          {whole[:len(whole)-100], `want "PAR1"`},
		"a long footer":      {changed(func(b []byte) []byte { binary.LittleEndian.PutUint32(b[len(b)-8:], 1<<30); return b }), "a footer of 1073741824 bytes"},
		"a short footer":     {changed(func(b []byte) []byte { binary.LittleEndian.PutUint32(b[len(b)-8:], 20); return b }), "the footer: found no valid description"},
		"pages gone":         {changed(func(b []byte) []byte { clear(b[4:1500]); return b }), "pages that cannot be read safely"},
		"an unknown codec":   {file("brotli"), "compression BROTLI: write the file plain or with Snappy"},
		"ragged lists":       {file("ragged"), `column "v", row 1: found lists of 2 numbers, want shape [1] as in the first row`},
		"ragged inner lists": {file("ragged_inside"), `column "v", row 1`},
		"bytes":              {file("bytes"), `column "b", row 0: found bytes "\xff\xfe", want text in UTF-8`},
		"decimals":           {file("decimal"), `column "d", the type`},
		"lists of texts":     {file("texts"), `column "s", the type: found lists of texts`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := table.DecodeParquet(bytes.NewReader(test.bytes), int64(len(test.bytes)), "f.parquet")
			if err == nil || !strings.Contains(err.Error(), test.want) || !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), "f.parquet") {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

// Every damaged byte gives an error or a table, never a crash.
func TestParquetSurvivesDamage(t *testing.T) {
	for _, name := range []string{"snappy", "gzip", "zstd"} {
		whole, err := os.ReadFile("testdata/" + name + ".parquet")
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(whole); i += 29 {
			b := bytes.Clone(whole)
			b[i] ^= 0x41
			if tab, err := table.DecodeParquet(bytes.NewReader(b), int64(len(b)), "f"); err == nil {
				check(t, tab)
			}
		}
	}
}

func FuzzParquet(f *testing.F) {
	files, err := filepath.Glob("testdata/*.parquet")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if len(b) < 12000 {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if tab, err := table.DecodeParquet(bytes.NewReader(in), int64(len(in)), "fuzz"); err == nil {
			check(t, tab)
		}
	})
}
