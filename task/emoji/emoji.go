// Package emoji is a data set of image and text that needs no download: the 1906 emoji of Unicode 16 as pictures of 32 by
// 32 pixels (Noto Emoji) with their English names, in nine categories. It is embedded in the program; the folder data
// holds both licences and the source.
//
// The two modalities are about equally strong and complement each other, which makes the set small but honest: a picture
// tells a flag from a face, a name tells a fruit from an animal.
package emoji

import (
	"embed"
	"fmt"
	"sync"

	"cggm/task/internal/pack"
)

// Size is the height and the width of a picture in pixels.
const Size = 32

// pixels is the number of bytes of one picture: red, green and blue of every pixel.
const pixels = Size * Size * 3

// Set is the data. Load shares one Set among its callers: do not change it.
//
// The split is stratified by category and random otherwise, so emoji that differ in a detail only may be in different
// sets. Of 381 validation and of 381 test emoji, 59 each (15 %) share their name with a training emoji but for words of
// sex, age, direction, colour of skin or hair, or time of day ("MAN COOK", "WOMAN COOK"), and 2 each have exactly the
// picture of a training emoji (flags of dependencies). Scores compare methods on this set; on emoji unlike any of the
// training set they would be lower.
type Set struct {
	// Pictures holds the pictures on white, [emoji, 32, 32, 3], values 0..255.
	Pictures []uint8
	// Names holds the English name of each emoji, as in "WHITE SMILING FACE" or "Aruba Flag".
	Names []string
	// Codes holds the code points of each emoji in hexadecimal, joined by '-'.
	Codes []string
	// Labels holds the category of each emoji, an index of Classes.
	Labels []int32
	// Classes holds the names of the nine categories in alphabetic order.
	Classes []string
	// Train, Val and Test are the rows of the fixed stratified 60/20/20 split, each ascending.
	Train, Val, Test []int

	tokenizer *Tokenizer
}

//go:embed data/emoji.png data/emoji.tsv data/SHA256SUMS
var files embed.FS

// Load returns the data set, decoded and checked at the first call. The error, which wraps the cause, says that an
// embedded file is damaged.
func Load() (*Set, error) {
	return load()
}

var load = sync.OnceValues(func() (*Set, error) {
	table, err := pack.ReadFile(files, "data/emoji.tsv")
	if err != nil {
		return nil, fmt.Errorf("emoji: %w", err)
	}
	sheet, err := pack.ReadFile(files, "data/emoji.png")
	if err != nil {
		return nil, fmt.Errorf("emoji: %w", err)
	}
	s, err := readTable(string(table))
	if err != nil {
		return nil, err
	}
	if s.Pictures, err = readSheet(sheet, len(s.Names)); err != nil {
		return nil, err
	}
	train := make([]string, len(s.Train))
	for i, row := range s.Train {
		train[i] = s.Names[row]
	}
	s.tokenizer = NewTokenizer(train)
	return s, nil
})

// Tokens returns the names as token ids, [emoji, maxLen], 0 = padding: see Tokenizer. The vocabulary comes from the
// training names alone.
func (s *Set) Tokens(maxLen int) []int32 {
	ids := make([]int32, len(s.Names)*maxLen)
	for row, name := range s.Names {
		copy(ids[row*maxLen:(row+1)*maxLen], s.tokenizer.Tokens(name))
	}
	return ids
}

// VocabSize returns the number of token ids, the padding included: every id is in [0, VocabSize).
func (s *Set) VocabSize() int {
	return s.tokenizer.VocabSize()
}
