package view

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestTable(t *testing.T) {
	got := Table{
		Header:  []string{"name", "mean", ""},
		Rows:    [][]string{{"Bild", "1.5", "ok"}, {"Gefühl", "10.25"}},
		Numbers: []bool{false, true, false},
	}.String()
	want := "name     mean\nBild      1.5  ok\nGefühl  10.25\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := (Table{}).String(); got != "" {
		t.Errorf("an empty table is %q", got)
	}
}

// Clipped lines fit, and lines that fit are left alone.
func TestClip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line, width := rapid.String().Draw(t, "line"), rapid.IntRange(-1, 20).Draw(t, "width")
		got := clip(line, width)
		if n := utf8.RuneCountInString(got); n > max(width, 0) {
			t.Fatalf("clip(%q, %d) has %d columns", line, width, n)
		}
		if utf8.RuneCountInString(line) <= width && got != line {
			t.Fatalf("clip(%q, %d) = %q", line, width, got)
		}
	})
}

// Every cell of a column starts, or ends, at the same place.
func TestAlign(t *testing.T) {
	lines := align([][]string{{"a", "1"}, {"bbb", "22"}, {"c", "333"}}, []bool{false, true})
	for _, line := range lines {
		if len(line) != len("bbb")+gap+len("333") {
			t.Errorf("line %q of %s", line, strings.Join(lines, "|"))
		}
	}
}
