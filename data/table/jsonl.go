package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"cggm/data"
)

// ReadJSONL reads the file at path: see [DecodeJSONL].
func ReadJSONL(path string) (*Table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	return DecodeJSONL(f, path)
}

// DecodeJSONL reads a file of one JSON object a line; name stands for it in
// errors. The first line decides the columns and their types: every line must
// have the same keys with values of the same type. A column becomes []int64,
// []float64 (as soon as one number has a fraction), []string or []bool; lists
// of numbers, however nested, become further axes and must have the same
// shape in every line.
func DecodeJSONL(r io.Reader, name string) (*Table, error) {
	br := bufio.NewReader(r)
	var names []string
	var columns []*values
	var lines []int
	for line := 1; ; line++ {
		row, err := br.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("table: %s: %w", name, err)
		}
		end := err != nil
		if row = bytes.TrimSpace(row); len(row) == 0 && end {
			break
		}
		fail := func(key, found, want string, err error) error {
			where := fmt.Sprintf("line %d", line)
			if key != "" {
				where += ", key " + strconv.Quote(key)
			}
			return &data.FileError{Path: name, Where: where, Found: found, Want: want, Err: err}
		}
		keys, cells, err := parseObject(row)
		if err != nil {
			return nil, fail("", fmt.Sprintf("%.40q", row), "one JSON object with each key once", err)
		}
		if names == nil {
			if len(keys) == 0 {
				return nil, fail("", "an object without keys", "at least one", nil)
			}
			names, columns = keys, make([]*values, len(keys))
			for i := range columns {
				columns[i] = &values{}
			}
		}
		if len(keys) != len(names) {
			return nil, fail("", fmt.Sprintf("%d keys", len(keys)), fmt.Sprintf("the %d keys of line 1", len(names)), nil)
		}
		for i, key := range keys {
			at := i
			// Most files keep the order of their keys.
			if names[i] != key {
				if at = slices.Index(names, key); at < 0 {
					return nil, fail(key, "a new key", fmt.Sprintf("the %d keys of line 1", len(names)), nil)
				}
			}
			if err := columns[at].add(cells[i]); err != nil {
				return nil, fail(key, err.Error(), columns[at].describe(), nil)
			}
		}
		lines = append(lines, line)
		if end {
			break
		}
	}
	if names == nil {
		return nil, &data.FileError{Path: name, Where: "line 1", Found: "the end of the file", Want: "a JSON object"}
	}
	arrays := make([]data.Array, len(columns))
	for i, c := range columns {
		arrays[i] = c.array(len(lines))
	}
	t, err := New(name, names, arrays)
	if err != nil {
		return nil, err
	}
	t.lines = lines
	return t, nil
}

// parseObject returns the keys and the values of one object in their order.
func parseObject(b []byte) (keys []string, cells []any, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if t, err := d.Token(); err != nil {
		return nil, nil, err
	} else if t != json.Delim('{') {
		return nil, nil, errors.New("no object")
	}
	seen := make(map[string]bool)
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		key, ok := t.(string)
		if !ok || seen[key] {
			return nil, nil, fmt.Errorf("key %v twice", t)
		}
		seen[key] = true
		var v any
		if err := d.Decode(&v); err != nil {
			return nil, nil, err
		}
		keys, cells = append(keys, key), append(cells, v)
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("text after the object")
	}
	return keys, cells, nil
}
