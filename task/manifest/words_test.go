package manifest

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestWords(t *testing.T) {
	for _, test := range []struct {
		text  string
		limit int
		want  []string
	}{
		{"A cat, 2 Dogs!", 99, []string{"a", "cat", ",", "2", "dogs", "!"}},
		{"Straße\u00a0grün", 99, []string{"straße", "grün"}},
		{"one two three", 2, []string{"one", "two"}},
		{"one!", 1, []string{"one"}},
		{" \t", 9, nil},
		{"\xff", 9, []string{"\uFFFD"}},
	} {
		if got := words(test.text, test.limit); !slices.Equal(got, test.want) {
			t.Errorf("words(%q, %d) = %q, want %q", test.text, test.limit, got, test.want)
		}
	}
}

func TestVocabulary(t *testing.T) {
	v := newVocabulary([]string{"b a b", "c a b"}, 4)
	if v.size() != 4 || v["b"] != 2 || v["a"] != 3 {
		t.Errorf("vocabulary %v", v)
	}
	c := v.column("text", []string{"a b c", "", "B"}, 99)
	if !slices.Equal(c.Ints, []int32{3, 2, 1, 0, 0, 0, 2, 0, 0}) || !slices.Equal(c.Lengths, []int32{3, 0, 1}) {
		t.Errorf("ids %v, lengths %v", c.Ints, c.Lengths)
	}
	rapid.Check(t, func(r *rapid.T) {
		texts := rapid.SliceOf(rapid.String()).Draw(r, "texts")
		limit := rapid.IntRange(1, 5).Draw(r, "limit")
		v := newVocabulary(texts, rapid.IntRange(3, 20).Draw(r, "size"))
		c := v.column("text", texts, limit)
		if err := c.Check(len(texts)); err != nil {
			r.Fatal(err)
		}
		for _, id := range c.Ints {
			if id < 0 || int(id) >= v.size() {
				r.Fatalf("id %d of a vocabulary of %d", id, v.size())
			}
		}
		if c.Dims[0] > limit {
			r.Fatalf("%d words, limit %d", c.Dims[0], limit)
		}
	})
}
