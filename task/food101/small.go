package food101

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode"

	"cggm/data/picture"
	"cggm/sample"
	"cggm/task"
)

// small returns the samples as pictures of a few pixels and as word numbers.
func (t Task) small(ctx context.Context, m *menu, info task.Info) (*task.Data, error) {
	words := newVocabulary(m.splits[0], t.Config.Words)
	info.Vocabulary = []int{0, words.size()}
	var sets [3]*sample.Set
	for i, dishes := range m.splits {
		pixels, err := t.shrink(ctx, dishes)
		if err != nil {
			return nil, err
		}
		side, length := t.Config.Side, t.Config.Length
		image := sample.Column{Layout: sample.Layout{Name: "image", Kind: sample.Byte, Dims: []int{side, side, 3}}, Bytes: pixels}
		text := sample.Column{Layout: sample.Layout{Name: "text", Kind: sample.Int, Dims: []int{length}}}
		label := sample.Column{Layout: sample.Layout{Name: "class", Kind: sample.Int}}
		for _, d := range dishes {
			text.Ints = append(text.Ints, words.encode(d.title, length)...)
			label.Ints = append(label.Ints, int32(d.class))
		}
		if sets[i], err = sample.NewSet([]sample.Column{image, text}, label, nil); err != nil {
			return nil, err
		}
	}
	return task.FromSets(info, sets[0], sets[1], sets[2]), nil
}

// shrink reads pictures as bytes [samples, side, side, 3].
func (t Task) shrink(ctx context.Context, dishes []dish) ([]uint8, error) {
	side := t.Config.Side
	out := make([]uint8, len(dishes)*side*side*3)
	err := each(ctx, len(dishes), func(i int) error {
		d := dishes[i]
		a := d.pixels
		if d.path != "" {
			var err error
			if a, err = picture.Read(d.path, picture.Options{Height: side, Width: side, Crop: true}); err != nil {
				return err
			}
		}
		bytes, _ := a.Values.([]uint8)
		copy(out[i*side*side*3:(i+1)*side*side*3], bytes)
		return nil
	})
	return out, err
}

// each calls do for the numbers below n, several at a time, and returns the
// joined errors.
func each(ctx context.Context, n int, do func(i int) error) error {
	errs := make([]error, n)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			for i := range next {
				errs[i] = do(i)
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(errs...)
}

// unknown is the number of every word outside the vocabulary; 0 is padding.
const unknown = 1

// vocabulary numbers words, the most frequent first.
type vocabulary map[string]int32

// newVocabulary numbers the words of titles, at most size with the padding and
// the unknown word.
func newVocabulary(dishes []dish, size int) vocabulary {
	count := make(map[string]int)
	for _, d := range dishes {
		for _, w := range wordsOf(d.title) {
			count[w]++
		}
	}
	var words []string
	for w := range count {
		words = append(words, w)
	}
	slices.SortFunc(words, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	v := make(vocabulary)
	for i, w := range words[:min(len(words), size-unknown-1)] {
		v[w] = int32(unknown + 1 + i)
	}
	return v
}

// wordsOf cuts a title into words in lower case.
func wordsOf(title string) []string {
	return strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// size counts the numbers, with the padding and the unknown word.
func (v vocabulary) size() int { return len(v) + unknown + 1 }

// encode returns the numbers of a title's first words, followed by padding. A
// title without words is one unknown word.
func (v vocabulary) encode(title string, length int) []int32 {
	out := make([]int32, length)
	words := wordsOf(title)
	if len(words) == 0 {
		out[0] = unknown
	}
	for i, w := range words[:min(len(words), length)] {
		out[i] = unknown
		if n, ok := v[w]; ok {
			out[i] = n
		}
	}
	return out
}
