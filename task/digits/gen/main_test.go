package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"cggm/task/digits"
)

// TestRun writes the tables back from the embedded data and expects the embedded files, byte for byte.
func TestRun(t *testing.T) {
	set, err := digits.Load()
	if err != nil {
		t.Fatal(err)
	}
	tables, output := t.TempDir(), t.TempDir()
	for v, view := range set.Views {
		var text strings.Builder
		width := set.Widths[v]
		text.WriteString(strings.Repeat("0,", width) + "0\n")
		for row, label := range set.Labels {
			for _, x := range view[row*width : (row+1)*width] {
				text.WriteString(strconv.FormatFloat(float64(x), 'g', -1, 32) + ",")
			}
			text.WriteString(strconv.Itoa(int(label)) + "\n")
		}
		name := filepath.Join(tables, "mfeat-"+set.Names[v]+".csv")
		if err := os.WriteFile(name, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(tables, output); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"digits.pack", "SHA256SUMS"} {
		got, err := os.ReadFile(filepath.Join(output, name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join("..", "data", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from the embedded file", name)
		}
	}
}

func TestRunErrors(t *testing.T) {
	tables := t.TempDir()
	if err := run(tables, t.TempDir()); !os.IsNotExist(err) {
		t.Errorf("no tables: got %v", err)
	}
	if err := os.WriteFile(filepath.Join(tables, "mfeat-pix.csv"), []byte("0,1\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(tables, t.TempDir()); err == nil || !strings.Contains(err.Error(), "2 lines, want 2001") {
		t.Errorf("short table: got %v", err)
	}
}
