// Package extract turns texts and pictures into features by published frozen
// networks, and keeps the features on disk.
package extract

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"

	"github.com/gomlx/compute"

	"cggm/data"
	"cggm/data/wordpiece"
	"cggm/pretrained"
	"cggm/pretrained/bert"
	"cggm/pretrained/cache"
)

// chunks is the number of runs of a network between two looks at the context.
const chunks = 4

// Text turns texts into the last hidden states of a BERT. It is safe for
// concurrent use.
type Text struct {
	model  *bert.Model
	words  *wordpiece.Tokenizer
	store  *cache.Store
	origin []byte
}

// OpenText reads a BERT as Hugging Face publishes it from a folder:
// config.json, model.safetensors, and tokenizer.json or vocab.txt.
func OpenText(backend compute.Backend, dir string, store *cache.Store) (*Text, error) {
	words, err := wordpiece.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("extract: %w", err)
	}
	model, err := bert.Open(backend, dir)
	if err != nil {
		return nil, fmt.Errorf("extract: %w", err)
	}
	if words.Len() > model.Config().Vocabulary {
		return nil, fmt.Errorf("extract: %s: the tokenizer has %d tokens, the network %d: these files do not belong together",
			dir, words.Len(), model.Config().Vocabulary)
	}
	origin, err := pretrained.Fingerprint(filepath.Join(dir, "config.json"), filepath.Join(dir, "model.safetensors"))
	if err != nil {
		return nil, fmt.Errorf("extract: %w", err)
	}
	return &Text{model, words, store, origin}, nil
}

// Width returns the width of the features.
func (t *Text) Width() int { return t.model.Config().Width }

// Features returns float32 [tokens, width] for every text, with at most length
// tokens, [CLS] and [SEP] among them. length lies between 2 and what the
// network can take; 0: as many.
func (t *Text) Features(ctx context.Context, texts []string, length int) ([]data.Array, error) {
	return t.features(ctx, texts, length, nil, t.model.Encode)
}

// Padded returns float32 [length, width] for every text: Features with the
// states of the padding that follows the tokens.
func (t *Text) Padded(ctx context.Context, texts []string, length int) ([]data.Array, error) {
	return t.features(ctx, texts, length, [][]byte{fmt.Appendf(nil, "padded %d", length)}, func(ids [][]int32) ([][]float32, error) {
		return t.model.EncodePadded(ids, length)
	})
}

// features looks in the store for what encode gives for the texts' tokens, or
// computes it. settings tell ways to encode apart.
func (t *Text) features(
	ctx context.Context, texts []string, length int, settings [][]byte, encode func(ids [][]int32) ([][]float32, error),
) ([]data.Array, error) {
	most := t.model.Config().Positions
	if length == 0 {
		length = most
	}
	if length < 2 || length > most {
		return nil, fmt.Errorf("extract: at most %d tokens a text: want 2 to %d", length, most)
	}
	ids := make([][]int32, len(texts))
	keys := make([]cache.Key, len(texts))
	for i, text := range texts {
		ids[i] = t.words.Encode(text, length)
		var input []byte
		for _, id := range ids[i] {
			input = binary.LittleEndian.AppendUint32(input, uint32(id))
		}
		keys[i] = cache.NewKey(append([][]byte{[]byte(bert.Version), t.origin, input}, settings...)...)
	}
	return t.store.Fill(ctx, keys, chunks*bert.Batch, func(_ context.Context, positions []int) ([]data.Array, error) {
		some := make([][]int32, len(positions))
		for k, i := range positions {
			some[k] = ids[i]
		}
		states, err := encode(some)
		if err != nil {
			return nil, fmt.Errorf("extract: %w", err)
		}
		return rows(states, t.Width()), nil
	})
}

// rows returns hidden states as arrays [tokens, width].
func rows(states [][]float32, width int) []data.Array {
	out := make([]data.Array, len(states))
	for i, s := range states {
		out[i] = data.Array{Shape: []int{len(s) / width, width}, Values: s}
	}
	return out
}
