package manifest

import (
	"fmt"
	"slices"

	"cggm/config"
	"cggm/data/table"
)

// rowsFile is an open .csv, .jsonl or .parquet file.
type rowsFile struct {
	path  string
	table *table.Table
}

func openTable(path string, headerless bool) (*rowsFile, error) {
	var t *table.Table
	var err error
	switch extension(path) {
	case ".jsonl":
		t, err = table.ReadJSONL(path)
	case ".parquet":
		t, err = table.ReadParquet(path)
	default:
		t, err = table.ReadCSV(path, table.CSV{Header: !headerless})
	}
	if err != nil {
		return nil, err
	}
	return &rowsFile{path: path, table: t}, nil
}

func (f *rowsFile) close() {}

func (f *rowsFile) series(key string) (*series, error) {
	a, err := f.table.Column(key)
	if err != nil {
		return nil, fmt.Errorf("%w%s", err, config.Suggest(key, f.table.Names()))
	}
	return &series{
		file: f.path, name: fmt.Sprintf("column %q", key), values: a,
		place: func(i int) string { return fmt.Sprintf("%s, row %d", f.path, i+1) },
	}, nil
}

func (f *rowsFile) has(key string) bool { return slices.Contains(f.table.Names(), key) }

func (f *rowsFile) between(first, last string) ([]string, error) {
	names := f.table.Names()
	from, to := slices.Index(names, first), slices.Index(names, last)
	switch {
	case from < 0:
		return nil, fmt.Errorf("no column %q%s: want one of %s", first, config.Suggest(first, names), list(names))
	case to < 0:
		return nil, fmt.Errorf("no column %q%s: want one of %s", last, config.Suggest(last, names), list(names))
	case to < from:
		return nil, fmt.Errorf("%q comes before %q in the file", last, first)
	}
	return names[from : to+1], nil
}
