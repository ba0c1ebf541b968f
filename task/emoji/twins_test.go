package emoji

import (
	"slices"
	"strings"
	"testing"
)

// details are the words that tell near-twins apart: sex and age, direction, colour of skin and hair, time of day.
var details = strings.Fields(` man men woman women male female person people adult boy girl mother father
 left right up down leftwards rightwards upwards downwards above below facing north south east west northeast northwest
 southeast southwest clockwise anticlockwise raised lowered
 light medium dark skin tone hair red curly white bald blond
 one two three four five six seven eight nine ten eleven twelve thirty oclock`)

// stem returns the words of a name without the details, in order.
func stem(name string) string {
	var kept []string
	for _, word := range tokens(name) {
		if !isTrigram(word) && !slices.Contains(details, word) {
			kept = append(kept, word)
		}
	}
	return strings.Join(kept, " ")
}

// TestTwins counts the validation and test emoji that have a near-twin in the training set; the numbers are quoted in
// the comment of Set and in data/README.md.
func TestTwins(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	stems, pictures := map[string]bool{}, map[string]bool{}
	picture := func(row int) string { return string(s.Pictures[row*pixels : (row+1)*pixels]) }
	for _, row := range s.Train {
		stems[stem(s.Names[row])] = true
		pictures[picture(row)] = true
	}
	count := func(rows []int) (names, same int) {
		for _, row := range rows {
			if key := stem(s.Names[row]); key == "" || stems[key] {
				names++
			}
			if pictures[picture(row)] {
				same++
			}
		}
		return names, same
	}
	for _, set := range []struct {
		name        string
		rows        []int
		names, same int
	}{{"val", s.Val, 59, 2}, {"test", s.Test, 59, 2}} {
		if names, same := count(set.rows); names != set.names || same != set.same {
			t.Errorf("%s: %d near-twins by name and %d equal pictures among %d, want %d and %d",
				set.name, names, same, len(set.rows), set.names, set.same)
		}
	}
}
