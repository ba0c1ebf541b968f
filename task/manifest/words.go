package manifest

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"cggm/sample"
)

// Ids below firstWord are not words.
const (
	unknownWord = 1
	firstWord   = 2
)

// vocabulary gives words their ids.
type vocabulary map[string]int32

// newVocabulary numbers the size-2 most frequent words of the texts, the more
// frequent first and equally frequent ones by alphabet.
func newVocabulary(texts []string, size int) vocabulary {
	counts := make(map[string]int)
	for _, text := range texts {
		for _, w := range words(text, len(text)) {
			counts[w]++
		}
	}
	kept := make([]string, 0, len(counts))
	for w := range counts {
		kept = append(kept, w)
	}
	slices.SortFunc(kept, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	v := make(vocabulary)
	for i, w := range kept[:min(len(kept), max(0, size-firstWord))] {
		v[w] = int32(firstWord + i)
	}
	return v
}

// size is the number of ids, padding and unknown included.
func (v vocabulary) size() int { return firstWord + len(v) }

// column turns texts into padded ids of at most limit words. A text without a
// word has length 0.
func (v vocabulary) column(name string, texts []string, limit int) sample.Column {
	cut := make([][]string, len(texts))
	longest := 1
	for i, text := range texts {
		cut[i] = words(text, limit)
		longest = max(longest, len(cut[i]))
	}
	c := sample.Column{
		Layout:  sample.Layout{Name: name, Kind: sample.Int, Dims: []int{longest}, Ragged: true},
		Ints:    make([]int32, len(texts)*longest),
		Lengths: make([]int32, len(texts)),
	}
	for i, ws := range cut {
		c.Lengths[i] = int32(len(ws))
		for k, w := range ws {
			id, ok := v[w]
			if !ok {
				id = unknownWord
			}
			c.Ints[i*longest+k] = id
		}
	}
	return c
}

// words returns the first words of a text in lower case: runs of letters,
// marks and digits, and every other sign that is not a space by itself.
func words(text string, limit int) []string {
	var out []string
	start := -1
	flush := func(end int) {
		if start >= 0 && len(out) < limit {
			out = append(out, strings.ToLower(text[start:end]))
		}
		start = -1
	}
	for i, r := range text {
		switch {
		case len(out) >= limit:
			return out
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			if start < 0 {
				start = i
			}
			continue
		}
		flush(i)
		if !unicode.IsSpace(r) && len(out) < limit {
			out = append(out, string(r))
		}
	}
	flush(len(text))
	return out
}
