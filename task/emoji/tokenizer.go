package emoji

import (
	"slices"
	"strings"
	"unicode"
)

// Ids below firstToken are not in the vocabulary.
const (
	padding    = 0
	unknown    = 1
	firstToken = 2
)

// minCount is how often a word or trigram must occur in the names that the vocabulary is built on. A word that occurs
// once becomes the unknown word, which so has something to learn from.
const minCount = 2

// Tokenizer turns a name into a bag of tokens: its words, then the character trigrams of its words with their borders
// ("cat" has ^ca, cat and at$), which carry over to words that were never seen. Words outside the vocabulary have the id
// 1, trigrams outside it are left out. Half of the 1906 names have at most 14 tokens, 99 % at most 43, all at most 79.
type Tokenizer struct {
	ids map[string]int32
}

// NewTokenizer builds the vocabulary on names: give it the training names only. Ids are assigned in alphabetic order, so
// they do not depend on the order of the names.
func NewTokenizer(names []string) *Tokenizer {
	counts := make(map[string]int)
	for _, name := range names {
		for _, token := range tokens(name) {
			counts[token]++
		}
	}
	var kept []string
	for token, n := range counts {
		if n >= minCount {
			kept = append(kept, token)
		}
	}
	slices.Sort(kept)
	ids := make(map[string]int32, len(kept))
	for i, token := range kept {
		ids[token] = int32(firstToken + i)
	}
	return &Tokenizer{ids: ids}
}

// VocabSize returns the number of ids, those of the padding and of the unknown word included.
func (t *Tokenizer) VocabSize() int {
	return firstToken + len(t.ids)
}

// Tokens returns the ids of a name, words first. It never returns the padding, and at least one id if the name has a
// letter or a digit.
func (t *Tokenizer) Tokens(name string) []int32 {
	var ids []int32
	for _, token := range tokens(name) {
		id, ok := t.ids[token]
		switch {
		case ok:
			ids = append(ids, id)
		case !isTrigram(token):
			ids = append(ids, unknown)
		}
	}
	return ids
}

// tokens returns the words of a name in lower case, then the trigrams of each. A trigram begins with '#', which no word
// contains.
func tokens(name string) []string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	all := slices.Clone(words)
	for _, word := range words {
		letters := []rune("^" + word + "$")
		for i := 3; i <= len(letters); i++ {
			all = append(all, "#"+string(letters[i-3:i]))
		}
	}
	return all
}

func isTrigram(token string) bool {
	return token[0] == '#'
}
