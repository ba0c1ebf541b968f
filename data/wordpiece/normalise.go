package wordpiece

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// normalise applies the options to the text, in the order of BERT.
func (o Options) normalise(text string) string {
	if o.Clean || o.Ideographs {
		var b strings.Builder
		b.Grow(len(text))
		for _, r := range text {
			switch {
			case o.Clean && dropped(r):
			case o.Clean && unicode.IsSpace(r):
				b.WriteByte(' ')
			case o.Ideographs && unicode.Is(ideographs, r):
				b.WriteByte(' ')
				b.WriteRune(r)
				b.WriteByte(' ')
			default:
				b.WriteRune(r)
			}
		}
		text = b.String()
	}
	if o.StripAccents {
		text = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Mn, r) {
				return -1
			}
			return r
		}, norm.NFD.String(text))
	}
	if o.Lower {
		// The capital I with dot is the one letter that becomes two.
		text = strings.ToLower(strings.ReplaceAll(text, "\u0130", "i\u0307"))
	}
	return text
}

// dropped reports whether cleaning removes the character.
func dropped(r rune) bool {
	switch r {
	case '\t', '\n', '\r':
		return false
	case 0, utf8.RuneError:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co)
}

// ideographs are the blocks of characters that BERT counts as Chinese.
var ideographs = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x3400, Hi: 0x4DBF, Stride: 1}, {Lo: 0x4E00, Hi: 0x9FFF, Stride: 1}, {Lo: 0xF900, Hi: 0xFAFF, Stride: 1}},
	R32: []unicode.Range32{
		{Lo: 0x20000, Hi: 0x2A6DF, Stride: 1},
		{Lo: 0x2A700, Hi: 0x2B81F, Stride: 1},
		{Lo: 0x2B820, Hi: 0x2CEAF, Stride: 1},
		{Lo: 0x2F800, Hi: 0x2FA1F, Stride: 1},
	},
}

// words yields the words of a text: what spaces separate, every punctuation
// mark by itself.
func words(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		start := 0
		flush := func(end int) bool { return start == end || yield(text[start:end]) }
		for i, r := range text {
			space, mark := unicode.IsSpace(r), punctuation(r)
			if !space && !mark {
				continue
			}
			if !flush(i) {
				return
			}
			start = i + runeLen(text[i:])
			if mark && !yield(text[i:start]) {
				return
			}
		}
		flush(len(text))
	}
}

// runeLen returns the number of bytes of the first character.
func runeLen(text string) int {
	_, n := utf8.DecodeRuneInString(text)
	return n
}

// punctuation reports whether the character is a word by itself: all of ASCII
// that is neither letter, digit nor space counts, too.
func punctuation(r rune) bool {
	if r < utf8.RuneSelf {
		return r > ' ' && r != 0x7F && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	return unicode.IsPunct(r)
}
