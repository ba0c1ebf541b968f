package emoji

import (
	"slices"
	"testing"
	"unicode/utf8"
)

func TestTokens(t *testing.T) {
	want := []string{"cat", "açaí", "#^ca", "#cat", "#at$", "#^aç", "#aça", "#çaí", "#aí$"}
	if got := tokens("CAT: Açaí"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := tokens("X"), []string{"x", "#^x$"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestTokenizer by hand: of "red cat", "cat food" and "red hat" the words cat and red and the trigrams #^ca, #^re, #at$,
// #cat, #ed$ and #red occur twice. Alphabetic order of kept: #^ca #^re #at$ #cat #ed$ #red cat red, from id 2.
func TestTokenizer(t *testing.T) {
	tokenizer := NewTokenizer([]string{"RED CAT", "CAT FOOD", "RED HAT"})
	if got := tokenizer.VocabSize(); got != 10 {
		t.Errorf("vocabulary of %d, want 10", got)
	}
	for _, c := range []struct {
		name string
		want []int32
	}{
		{"cat", []int32{8, 2, 5, 4}},
		{"BAT", []int32{unknown, 4}},
		{"red bat", []int32{9, unknown, 3, 7, 6, 4}},
		{"dog", []int32{unknown}},
		{"...", nil},
	} {
		if got := tokenizer.Tokens(c.name); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestSetTokens(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	const maxLen = 48
	ids := s.Tokens(maxLen)
	if len(ids) != len(s.Names)*maxLen {
		t.Fatalf("%d ids", len(ids))
	}
	for row, name := range s.Names {
		line := ids[row*maxLen : (row+1)*maxLen]
		want := s.tokenizer.Tokens(name)
		want = want[:min(len(want), maxLen)]
		if len(want) == 0 || !slices.Equal(line[:len(want)], want) {
			t.Fatalf("%s: got %v, want %v", name, line, want)
		}
		for _, id := range line[len(want):] {
			if id != padding {
				t.Fatalf("%s: %v is not padded", name, line)
			}
		}
		if slices.Min(want) <= padding || int(slices.Max(want)) >= s.VocabSize() {
			t.Fatalf("%s: ids %v outside [1,%d)", name, want, s.VocabSize())
		}
	}
	if got := s.VocabSize(); got != 1832 { // counted by a second implementation, in Python
		t.Errorf("vocabulary of %d, want 1832", got)
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("MAN IN TUXEDO")
	f.Add("St. Barthélemy Flag")
	f.Add("\xff#^a")
	tokenizer := NewTokenizer([]string{"red cat", "cat food", "red hat"})
	f.Fuzz(func(t *testing.T, name string) {
		ids := tokenizer.Tokens(name)
		if len(ids) > 2*utf8.RuneCountInString(name)+2 {
			t.Fatalf("%d ids for %q", len(ids), name)
		}
		for _, id := range ids {
			if id < unknown || int(id) >= tokenizer.VocabSize() {
				t.Fatalf("id %d outside [1,%d)", id, tokenizer.VocabSize())
			}
		}
	})
}

func FuzzReadTable(f *testing.F) {
	f.Add(columns + "\n1F600\tGRINNING FACE\tSmileys & Emotion\ttrain\n")
	f.Add(columns + "\n\t\t\t")
	f.Fuzz(func(t *testing.T, table string) {
		s, err := readTable(table)
		if err != nil {
			return
		}
		if n := len(s.Train) + len(s.Val) + len(s.Test); n != len(s.Names) || n != len(s.Labels) {
			t.Fatalf("%d names, %d labels, %d rows in sets", len(s.Names), len(s.Labels), n)
		}
	})
}
