// Package wordpiece turns text into the token ids of BERT: it cleans and
// splits text as BERT's basic tokenizer does and cuts words into the longest
// pieces that a vocabulary knows (Devlin et al., 2019; Wu et al., 2016).
//
// It agrees with Hugging Face's fast tokenizer, but for characters that one of
// the two tables of Unicode properties does not know yet.
package wordpiece

import (
	"fmt"
	"strings"

	"cggm/data"
)

// Options say how text is normalised. The zero value fits cased vocabularies.
type Options struct {
	// Lower makes letters lower case.
	Lower bool
	// StripAccents removes accents.
	StripAccents bool
	// Ideographs makes every Chinese character a word.
	Ideographs bool
	// Clean removes control characters and makes every space a plain one.
	Clean bool
}

// Uncased returns the options of bert-base-uncased, which are the usual ones.
func Uncased() Options {
	return Options{Lower: true, StripAccents: true, Ideographs: true, Clean: true}
}

// The names of the special tokens. Their ids are those of the vocabulary.
const (
	Unknown   = "[UNK]"
	Class     = "[CLS]"
	Separator = "[SEP]"
	Padding   = "[PAD]"
	Masked    = "[MASK]"
)

// prefix marks a piece that continues a word.
const prefix = "##"

// longestWord is the number of characters of a word above which it counts as
// unknown.
const longestWord = 100

// Tokenizer turns text into token ids. It is safe for concurrent use.
type Tokenizer struct {
	options Options
	ids     map[string]int32
	tokens  []string
	// specials are the special tokens that are recognised in text as they
	// are, longest first.
	specials []string
	longest  int // piece, in bytes
	prefix   string
	unknown  int32
	class    int32
	end      int32
	padding  int32
	maxWord  int
}

// build completes a tokenizer that has ids and options.
func (t *Tokenizer) build(name, unknown string) error {
	size := 0
	for _, id := range t.ids {
		size = max(size, int(id)+1)
	}
	if size > 4*len(t.ids)+16 {
		return &data.FileError{Path: name, Where: "vocabulary", Found: fmt.Sprintf("%d tokens with ids up to %d", len(t.ids), size-1), Want: "ids without large gaps"}
	}
	t.tokens = make([]string, size)
	for token, id := range t.ids {
		t.tokens[id] = token
		t.longest = max(t.longest, len(token))
	}
	for _, s := range []struct {
		token string
		id    *int32
	}{{unknown, &t.unknown}, {Class, &t.class}, {Separator, &t.end}, {Padding, &t.padding}} {
		id, ok := t.ids[s.token]
		if !ok {
			return &data.FileError{Path: name, Where: "vocabulary", Found: "no token " + s.token, Want: "the special tokens of BERT"}
		}
		*s.id = id
	}
	return nil
}

// Len returns the number of token ids.
func (t *Tokenizer) Len() int { return len(t.tokens) }

// Padding returns the id that fills up short texts.
func (t *Tokenizer) Padding() int32 { return t.padding }

// Token returns the token of an id, "" if there is none.
func (t *Tokenizer) Token(id int32) string {
	if id < 0 || int(id) >= len(t.tokens) {
		return ""
	}
	return t.tokens[id]
}

// ID returns the id of a token, and whether the vocabulary has it.
func (t *Tokenizer) ID(token string) (int32, bool) {
	id, ok := t.ids[token]
	return id, ok
}

// Encode returns the ids of the text between those of [CLS] and [SEP]. length
// bounds their number, at least 2; pieces beyond are dropped. 0: no bound.
func (t *Tokenizer) Encode(text string, length int) []int32 {
	ids := []int32{t.class}
	room := -1
	if length > 0 {
		room = max(length-1, 1)
	}
	for piece := range t.pieces(text) {
		if len(ids) == room {
			break
		}
		ids = append(ids, piece)
	}
	return append(ids, t.end)
}

// Batch encodes texts to rows of length ids, [texts, length], and returns how
// many of each row are not padding. length must be at least 2.
func (t *Tokenizer) Batch(texts []string, length int) (ids, lengths []int32) {
	length = max(length, 2)
	ids = make([]int32, len(texts)*length)
	lengths = make([]int32, len(texts))
	for i, text := range texts {
		row := ids[i*length : (i+1)*length]
		n := copy(row, t.Encode(text, length))
		lengths[i] = int32(n)
		for ; n < length; n++ {
			row[n] = t.padding
		}
	}
	return ids, lengths
}

// pieces yields the ids of the text's pieces.
func (t *Tokenizer) pieces(text string) func(yield func(int32) bool) {
	return func(yield func(int32) bool) {
		for text != "" {
			at, special := t.next(text)
			for word := range words(t.options.normalise(text[:at])) {
				if !t.word(word, yield) {
					return
				}
			}
			if special == "" {
				return
			}
			if !yield(t.ids[special]) {
				return
			}
			text = text[at+len(special):]
		}
	}
}

// next returns where the first special token of the text starts, and the
// token; without one, the end of the text.
func (t *Tokenizer) next(text string) (at int, special string) {
	at = len(text)
	for _, s := range t.specials {
		if i := strings.Index(text, s); i >= 0 && i < at {
			at, special = i, s
		}
	}
	return at, special
}

// word yields the ids of the longest pieces, from the left, that make up the
// word; if there are none for all of it, the id of the unknown token.
func (t *Tokenizer) word(word string, yield func(int32) bool) bool {
	characters := 0
	for range word {
		characters++
	}
	if characters > t.maxWord {
		return yield(t.unknown)
	}
	var ids []int32
	for rest, lead := word, ""; rest != ""; lead = t.prefix {
		end := min(len(rest), t.longest)
		id, ok := int32(0), false
		for ; end > 0; end-- {
			if id, ok = t.ids[lead+rest[:end]]; ok {
				break
			}
		}
		if !ok {
			return yield(t.unknown)
		}
		ids = append(ids, id)
		rest = rest[end:]
	}
	for _, id := range ids {
		if !yield(id) {
			return false
		}
	}
	return true
}
