// Command gen makes the embedded files of package emoji from the npm package emoji-datasource-google 16.0.0:
//
//	npm pack emoji-datasource-google@16.0.0 --pack-destination /tmp
//	tar -xzf /tmp/emoji-datasource-google-16.0.0.tgz -C /tmp
//	go run ./task/emoji/gen /tmp/package task/emoji/data
//
// The first argument is the folder of the package (emoji.json and img/google/sheets/32.png are read), the second the
// folder to write to. The five skin tones of the category "Component" are left out, the others are kept in the order of
// Unicode. The split is drawn here, once, and stored with the data.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cggm/task/internal/pack"
	"cggm/task/internal/split"
)

const (
	size    = 32 // pixels of a picture
	cell    = 34 // pixels of a cell of the package's sheet: a picture and its border
	columns = 44 // pictures beside each other on our sheet
	seed    = 16 // version of the package
)

// glyph is what is read of an entry of emoji.json.
type glyph struct {
	Unified   string `json:"unified"`
	Name      string `json:"name"`
	Category  string `json:"category"`
	SheetX    int    `json:"sheet_x"`
	SheetY    int    `json:"sheet_y"`
	SortOrder int    `json:"sort_order"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: gen PACKAGE_FOLDER OUTPUT_FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(folder, output string) error {
	glyphs, err := readGlyphs(filepath.Join(folder, "emoji.json"))
	if err != nil {
		return err
	}
	table, err := makeTable(glyphs)
	if err != nil {
		return err
	}
	sheet, err := makeSheet(filepath.Join(folder, "img", "google", "sheets", "32.png"), glyphs)
	if err != nil {
		return err
	}
	made := map[string][]byte{"emoji.tsv": table, "emoji.png": sheet}
	made[pack.SumsName] = pack.Sums(made)
	for name, content := range made {
		if err := os.WriteFile(filepath.Join(output, name), content, 0o644); err != nil { //nolint:gosec // data for everybody
			return err
		}
	}
	return nil
}

func readGlyphs(name string) ([]glyph, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var glyphs []glyph
	if err := json.Unmarshal(text, &glyphs); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	glyphs = slices.DeleteFunc(glyphs, func(g glyph) bool { return g.Category == "Component" })
	slices.SortFunc(glyphs, func(a, b glyph) int { return a.SortOrder - b.SortOrder })
	return glyphs, nil
}

// makeTable returns the lines of emoji.tsv.
func makeTable(glyphs []glyph) ([]byte, error) {
	var categories []string
	for _, g := range glyphs {
		if g.Name == "" || strings.ContainsAny(g.Name+g.Category+g.Unified, "\t\n") {
			return nil, fmt.Errorf("%s: name %q does not fit into a table", g.Unified, g.Name)
		}
		categories = append(categories, g.Category)
	}
	slices.Sort(categories)
	categories = slices.Compact(categories)
	labels := make([]int32, len(glyphs))
	for row, g := range glyphs {
		class, _ := slices.BinarySearch(categories, g.Category)
		labels[row] = int32(class)
	}
	sets, err := split.Stratified(labels, split.Parts{Train: 60, Val: 20, Test: 20}, seed)
	if err != nil {
		return nil, err
	}
	setOf := make([]string, len(glyphs))
	for name, rows := range map[string][]int{"train": sets.Train, "val": sets.Val, "test": sets.Test} {
		for _, row := range rows {
			setOf[row] = name
		}
	}
	var table bytes.Buffer
	table.WriteString("code\tname\tcategory\tset\n")
	for row, g := range glyphs {
		fmt.Fprintf(&table, "%s\t%s\t%s\t%s\n", g.Unified, g.Name, g.Category, setOf[row])
	}
	return table.Bytes(), nil
}

// makeSheet returns the PNG of all pictures on white, without borders.
func makeSheet(name string, glyphs []glyph) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	source, err := png.Decode(f)
	if err := f.Close(); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	lines := (len(glyphs) + columns - 1) / columns
	sheet := image.NewRGBA(image.Rect(0, 0, columns*size, lines*size))
	draw.Draw(sheet, sheet.Bounds(), image.White, image.Point{}, draw.Src)
	for i, g := range glyphs {
		from := image.Pt(g.SheetX*cell+1, g.SheetY*cell+1)
		if !(image.Rectangle{Min: from, Max: from.Add(image.Pt(size, size))}).In(source.Bounds()) {
			return nil, fmt.Errorf("%s: cell (%d, %d) of %s is outside its %v pixels",
				name, g.SheetX, g.SheetY, g.Unified, source.Bounds().Size())
		}
		to := image.Pt(i%columns*size, i/columns*size)
		draw.Draw(sheet, image.Rectangle{Min: to, Max: to.Add(image.Pt(size, size))}, source, from, draw.Over)
	}
	var encoded bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&encoded, sheet); err != nil {
		return nil, err
	}
	return encoded.Bytes(), nil
}
