package table_test

import (
	"bytes"
	"testing"

	"cggm/data/table"
)

func check(t *testing.T, tab *table.Table) {
	t.Helper()
	for _, name := range tab.Names() {
		a := column(t, tab, name)
		if err := a.Check(); err != nil || a.Rows() != tab.Rows() {
			t.Fatalf("%q: %d rows of %d, %v", name, a.Rows(), tab.Rows(), err)
		}
	}
	if m, err := tab.Matrix(0, len(tab.Names())); err == nil {
		if err := m.Check(); err != nil {
			t.Fatal(err)
		}
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b\n1,\"x\"\n2,y\n"), true)
	f.Add([]byte("\"-1.5\",\"2\"\r\n\"007\",\"1e5\"\r\n"), false)
	f.Add([]byte("\ufeffa\n\"\n\"\n\n"), true)
	f.Fuzz(func(t *testing.T, in []byte, header bool) {
		if tab, err := (table.CSV{Header: header}).Decode(bytes.NewReader(in), "fuzz"); err == nil {
			check(t, tab)
		}
	})
}

func FuzzJSONL(f *testing.F) {
	f.Add([]byte("{\"a\":1,\"b\":\"x\"}\n{\"b\":\"y\",\"a\":2.5}\n"))
	f.Add([]byte(`{"m":[[1,2],[3,4e2]],"t":true}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		if tab, err := table.DecodeJSONL(bytes.NewReader(in), "fuzz"); err == nil {
			check(t, tab)
		}
	})
}
