package table_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cggm/data"
	"cggm/data/table"
)

func ExampleCSV_Decode() {
	t, err := table.CSV{Header: true}.Decode(strings.NewReader("id,x,y\na,1,\"2.5\"\nb,3,4\n"), "two.csv")
	if err != nil {
		fmt.Println(err)
	}
	m, err := t.Matrix(1, 3)
	fmt.Println(t.Names(), m.Shape, m.Values, err)
	_, err = t.Matrix(0, 2)
	fmt.Println(err)
	// Output:
	// [id x y] [2 2] [1 2.5 3 4] <nil>
	// data: two.csv: line 2, column "id": found "a", want a number
}

func ExampleDecodeJSONL() {
	t, err := table.DecodeJSONL(strings.NewReader(`{"text": "good film", "audio": [0.5, 1], "label": 1}
{"text": "bad film", "audio": [2, 3], "label": 0}
`), "two.jsonl")
	if err != nil {
		fmt.Println(err)
	}
	audio, err := t.Column("audio")
	fmt.Println(audio.Shape, audio.Values, err)
	// Output: [2 2] [0.5 1 2 3] <nil>
}

func column(t *testing.T, tab *table.Table, name string) data.Array {
	t.Helper()
	a, err := tab.Column(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCSVTypes(t *testing.T) {
	in := "\ufeffwhole;part;id;text;late\r\n1;1;007;\"a;\"\"b\"\"\";1\r\n-2; 2.5;008;\"two\nlines\";2\r\n3;1e3;9;;x\r\n"
	tab, err := table.CSV{Header: true, Comma: ';'}.Decode(strings.NewReader(in), "x.csv")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"whole": []int64{1, -2, 3},
		"part":  []float64{1, 2.5, 1000},
		"id":    []string{"007", "008", "9"},
		"text":  []string{`a;"b"`, "two\nlines", ""},
		"late":  []string{"1", "2", "x"},
	} {
		if got := column(t, tab, name); !reflect.DeepEqual(got.Values, want) {
			t.Errorf("%s: %#v, want %#v", name, got.Values, want)
		}
	}
	if tab.Rows() != 3 {
		t.Errorf("%d rows", tab.Rows())
	}
	// The third record is on line 5: the second has a line break in a cell.
	if _, err := tab.Matrix(4, 5); err == nil || !strings.Contains(err.Error(), `line 5, column "late": found "x"`) {
		t.Errorf("%v, want line 5", err)
	}
	if _, err := tab.Matrix(2, 3); err == nil || !strings.Contains(err.Error(), `line 2, column "id": found "007"`) {
		t.Errorf("%v, want line 2", err)
	}
	if _, err := tab.Column("x"); err == nil || !strings.Contains(err.Error(), "whole, part, id") {
		t.Errorf("unknown column: %v", err)
	}
	if _, err := tab.Matrix(3, 6); err == nil {
		t.Error("six columns of five")
	}
}

func TestCSVQuotedWithoutHeader(t *testing.T) {
	tab, err := table.CSV{}.Decode(strings.NewReader("\"-1.135\",\"2\"\n\"0.5\",\"1\"\n\n\n"), "x.csv")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(tab.Names(), []string{"0", "1"}) {
		t.Errorf("names %v", tab.Names())
	}
	if got := column(t, tab, "1"); !reflect.DeepEqual(got.Values, []int64{2, 1}) {
		t.Errorf("label %#v", got.Values)
	}
}

func TestCSVRefuses(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"empty":     {"", "line 1: found the end"},
		"ragged":    {"1,2\n3,4\n5\n", "line 3: found 1 cells, want 2"},
		"quote":     {"1,2\n3,\"4\n", "line 2, byte"},
		"bare":      {"1,2\n3,a\"4\n", "line 2, byte 4"},
		"blank":     {"1\n2\n\n3\n", "line 3: found an empty line"},
		"same name": {"a,a\n1,2\n", `column "a": found that name twice`},
	} {
		_, err := table.CSV{Header: name == "same name"}.Decode(strings.NewReader(c.in), "x.csv")
		if !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), "x.csv: "+c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := (table.CSV{Comma: '"'}).Decode(strings.NewReader("1"), "x.csv"); err == nil {
		t.Error("a quote separates cells")
	}
	if _, err := table.ReadCSV("testdata/absent.csv", table.CSV{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

func TestJSONLTypes(t *testing.T) {
	in := `{"s": "a", "b": true, "i": 1, "f": 1, "m": [[1, 2], [3, 4]], "big": 9007199254740993}
{"b": false, "s": "b", "i": 2, "f": 2.5, "m": [[5, 6], [7, 8.5]], "big": 1}`
	tab, err := table.DecodeJSONL(strings.NewReader(in), "x.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]data.Array{
		"s":   {Shape: []int{2}, Values: []string{"a", "b"}},
		"b":   {Shape: []int{2}, Values: []bool{true, false}},
		"i":   {Shape: []int{2}, Values: []int64{1, 2}},
		"f":   {Shape: []int{2}, Values: []float64{1, 2.5}},
		"m":   {Shape: []int{2, 2, 2}, Values: []float64{1, 2, 3, 4, 5, 6, 7, 8.5}},
		"big": {Shape: []int{2}, Values: []int64{9007199254740993, 1}},
	} {
		if got := column(t, tab, name); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	if _, err := tab.Matrix(4, 5); err == nil || !strings.Contains(err.Error(), "cells of shape [2 2]") {
		t.Errorf("matrix of matrices: %v", err)
	}
	if m, err := tab.Matrix(1, 4); err != nil || !reflect.DeepEqual(m.Values, []float32{1, 1, 1, 0, 2, 2.5}) {
		t.Errorf("bool, int and float: %+v, %v", m, err)
	}
}

func TestJSONLRefuses(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"empty":       {"", "line 1: found the end"},
		"no object":   {"[1]\n", "no object"},
		"no keys":     {"{}\n", "without keys"},
		"twice":       {`{"a":1,"a":2}`, "key a twice"},
		"two objects": {`{"a":1}{"a":2}`, "text after the object"},
		"cut":         {"{\"a\":1}\n{\"a\":", "line 2"},
		"blank":       {"{\"a\":1}\n\n{\"a\":1}", "line 2"},
		"new key":     {"{\"a\":1}\n{\"b\":1}", `line 2, key "b": found a new key`},
		"missing key": {"{\"a\":1,\"b\":2}\n{\"a\":1}", "line 2: found 1 keys, want the 2 keys"},
		"other type":  {"{\"a\":1}\n{\"a\":\"1\"}", `line 2, key "a": found a string, want a number`},
		"null":        {`{"a":null}`, "found null, want a number, a string"},
		"object":      {`{"a":{}}`, "found an object"},
		"ragged":      {"{\"a\":[1,2]}\n{\"a\":[1]}", "found numbers of shape [1], want numbers of shape [2]"},
		"uneven":      {`{"a":[[1,2],[1]]}`, "lists of different lengths"},
		"mixed":       {`{"a":[1,"b"]}`, `"b"`},
		"no list":     {`{"a":[]}`, "an empty list"},
		"huge":        {`{"a":1e999}`, "the number 1e999"},
	} {
		_, err := table.DecodeJSONL(strings.NewReader(c.in), "x.jsonl")
		if !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), "x.jsonl: line") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := table.ReadJSONL("testdata/absent.jsonl"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	two := data.Array{Shape: []int{2}, Values: []int8{1, 2}}
	for name, c := range map[string]struct {
		names   []string
		columns []data.Array
	}{
		"names":  {[]string{"a"}, nil},
		"rows":   {[]string{"a", "b"}, []data.Array{two, {Shape: []int{1}, Values: []int8{1}}}},
		"scalar": {[]string{"a"}, []data.Array{{Values: []int8{1}}}},
		"check":  {[]string{"a"}, []data.Array{{Shape: []int{3}, Values: []int8{1}}}},
		"twice":  {[]string{"a", "a"}, []data.Array{two, two}},
	} {
		if _, err := table.New("x", c.names, c.columns); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Features of CMU-MOSI: every number quoted, no header, the label last.
func TestMOSI(t *testing.T) {
	root := os.Getenv("CGGM_DATA")
	path := filepath.Join(root, "mosi_utterance_csv", "text_train0.csv")
	if _, err := os.Stat(path); root == "" || err != nil {
		t.Skip("CGGM_DATA does not point at a folder that holds mosi_utterance_csv/text_train0.csv")
	}
	tab, err := table.ReadCSV(path, table.CSV{})
	if err != nil {
		t.Fatal(err)
	}
	x, err := tab.Matrix(0, 100)
	if err != nil || !reflect.DeepEqual(x.Shape, []int{1447, 100}) {
		t.Errorf("features of shape %v, %v", x.Shape, err)
	}
	labels, err := column(t, tab, "100").Ints()
	if err != nil {
		t.Fatal(err)
	}
	positive := 0
	for _, y := range labels {
		positive += y
	}
	if len(labels) != 1447 || positive != 709 {
		t.Errorf("%d labels, %d positive; want 1447 and 709", len(labels), positive)
	}
}
