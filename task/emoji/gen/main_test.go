package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"cggm/task/emoji"
)

// TestRun builds a package folder from the embedded data and expects the embedded files, byte for byte.
func TestRun(t *testing.T) {
	set, err := emoji.Load()
	if err != nil {
		t.Fatal(err)
	}
	folder, output := t.TempDir(), t.TempDir()
	writePackage(t, folder, set)
	if err := run(folder, output); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"emoji.tsv", "emoji.png", "SHA256SUMS"} {
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

// writePackage writes emoji.json, last emoji first and with a row to leave out, and a sheet with 62 cells a line.
func writePackage(t *testing.T, folder string, set *emoji.Set) {
	t.Helper()
	const across = 62
	sheet := image.NewNRGBA(image.Rect(0, 0, across*cell, across*cell))
	glyphs := []glyph{{Unified: "1F3FB", Name: "EMOJI MODIFIER", Category: "Component", SortOrder: 5}}
	for row := len(set.Names) - 1; row >= 0; row-- {
		g := glyph{
			Unified: set.Codes[row], Name: set.Names[row], Category: set.Classes[set.Labels[row]],
			SheetX: row / across, SheetY: row % across, SortOrder: 10 * row,
		}
		glyphs = append(glyphs, g)
		picture := image.NewNRGBA(image.Rect(0, 0, size, size))
		for i := range size * size {
			rgb := set.Pictures[(row*size*size+i)*3:]
			copy(picture.Pix[4*i:], []uint8{rgb[0], rgb[1], rgb[2], 255})
			if rgb[0] == 255 && rgb[1] == 255 && rgb[2] == 255 {
				picture.Pix[4*i+3] = 0
			}
		}
		to := image.Pt(g.SheetX*cell+1, g.SheetY*cell+1)
		draw.Draw(sheet, image.Rectangle{Min: to, Max: to.Add(image.Pt(size, size))}, picture, image.Point{}, draw.Src)
	}
	text, err := json.Marshal(glyphs)
	if err != nil {
		t.Fatal(err)
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, sheet); err != nil {
		t.Fatal(err)
	}
	sheets := filepath.Join(folder, "img", "google", "sheets")
	if err := os.MkdirAll(sheets, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "emoji.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(sheets, "32.png"), encoded.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRunErrors(t *testing.T) {
	if err := run(t.TempDir(), t.TempDir()); !os.IsNotExist(err) {
		t.Errorf("empty folder: got %v", err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "emoji.json"), []byte(`[{"name":"A\tB","category":"C"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(folder, t.TempDir()); err == nil {
		t.Error("a name with a tab is accepted")
	}
}
