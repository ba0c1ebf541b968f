// Package bert runs a pretrained BERT (Devlin et al., 2019) from the files that
// Hugging Face publishes, to turn text into features. The weights are frozen.
package bert

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/pretrained"
	"cggm/pretrained/internal/frozen"
)

// Version changes when the same weights and ids would give other features.
const Version = "bert/1"

// Batch is the number of texts that one run takes. All runs take as many, the
// last one texts without meaning, so that what a text gives does not depend on
// how many others come with it.
const Batch = 8

// bucket is the unit in which lengths grow, which bounds the number of graphs.
const bucket = 16

// Model is a BERT without pooling and heads. It is safe for concurrent use.
type Model struct {
	config  Config
	network *frozen.Network
}

// Open reads config.json and model.safetensors from a folder.
func Open(backend compute.Backend, dir string) (*Model, error) {
	config, err := ReadConfig(filepath.Join(dir, "config.json"))
	if err != nil {
		return nil, err
	}
	weights, err := pretrained.Open(filepath.Join(dir, "model.safetensors"), Prefixes...)
	if err != nil {
		return nil, fmt.Errorf("bert: %w", err)
	}
	return New(backend, config, weights)
}

// Prefixes are what published files put before the names of the weights.
var Prefixes = []string{"", "bert."}

// New returns the model with the given weights, all of which it reads.
func New(backend compute.Backend, config Config, weights *pretrained.Weights) (*Model, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	m := &Model{config: config}
	m.network = frozen.New(backend, weights, m.build)
	tokens := shapes.Make(dtypes.Int32, Batch, min(bucket, config.Positions))
	if err := m.network.Check(tokens, shapes.Make(dtypes.Int32, Batch)); err != nil {
		return nil, fmt.Errorf("bert: %w", err)
	}
	return m, nil
}

// Config returns the size of the model.
func (m *Model) Config() Config { return m.config }

// Encode returns the last hidden states of every text, [tokens, width] in
// row-major order, for its token ids. A text has 1 to Positions tokens.
func (m *Model) Encode(ids [][]int32) ([][]float32, error) { return m.encode(ids, 0) }

// EncodePadded returns [length, width] for every text, of at most length
// tokens: the states of the padding that published code puts behind a text too.
// Attention passes over padding, which has the id 0.
func (m *Model) EncodePadded(ids [][]int32, length int) ([][]float32, error) {
	if length < 1 || length > m.config.Positions {
		return nil, fmt.Errorf("bert: padding to %d tokens: want 1 to %d", length, m.config.Positions)
	}
	for i, text := range ids {
		if len(text) > length {
			return nil, fmt.Errorf("bert: text %d has %d tokens: want 1 to %d, to which texts are padded", i, len(text), length)
		}
	}
	return m.encode(ids, length)
}

// encode returns the states of at least so many positions of every text.
func (m *Model) encode(ids [][]int32, least int) ([][]float32, error) {
	byLength := make(map[int][]int)
	for i, text := range ids {
		if len(text) < 1 || len(text) > m.config.Positions {
			return nil, fmt.Errorf("bert: text %d has %d tokens: want 1 to %d", i, len(text), m.config.Positions)
		}
		for k, id := range text {
			if id < 0 || int(id) >= m.config.Vocabulary {
				return nil, fmt.Errorf("bert: text %d, token %d: id %d outside [0,%d): use the vocabulary that belongs to the weights",
					i, k, id, m.config.Vocabulary)
			}
		}
		length := min((max(len(text), least)+bucket-1)/bucket*bucket, m.config.Positions)
		byLength[length] = append(byLength[length], i)
	}
	out := make([][]float32, len(ids))
	for _, length := range slices.Sorted(maps.Keys(byLength)) {
		for texts := byLength[length]; len(texts) > 0; {
			some := texts[:min(Batch, len(texts))]
			texts = texts[len(some):]
			if err := m.run(ids, some, length, least, out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// run encodes up to Batch texts, padded to the given length, of which it
// returns the tokens and at least so many positions.
func (m *Model) run(ids [][]int32, texts []int, length, least int, out [][]float32) error {
	tokens, lengths := make([]int32, Batch*length), make([]int32, Batch)
	for row := range lengths {
		lengths[row] = 1
		if row < len(texts) {
			lengths[row] = int32(copy(tokens[row*length:], ids[texts[row]]))
		}
	}
	values, err := m.network.Run(
		tensors.FromFlatDataAndDimensions(tokens, Batch, length), tensors.FromFlatDataAndDimensions(lengths, Batch))
	if err != nil {
		return fmt.Errorf("bert: %w", err)
	}
	for row, i := range texts {
		from := row * length * m.config.Width
		out[i] = append([]float32(nil), values[from:from+max(len(ids[i]), least)*m.config.Width]...)
	}
	return nil
}

// build describes the network for tokens, int32 [batch, length], of which
// lengths, int32 [batch], are real.
func (m *Model) build(b *frozen.Builder, inputs []*graph.Node) *graph.Node {
	c, tokens, lengths := m.config, inputs[0], inputs[1]
	dims := tokens.Shape().Dimensions
	place := graph.Iota(tokens.Graph(), tokens.Shape(), 1)
	mask := graph.LessThan(place, graph.InsertAxes(lengths, -1))

	words := graph.Gather(b.Array("embeddings.word_embeddings.weight", c.Vocabulary, c.Width), graph.InsertAxes(tokens, -1))
	places := graph.Slice(b.Array("embeddings.position_embeddings.weight", c.Positions, c.Width), graph.AxisRange(0, dims[1]))
	first := graph.Slice(b.Array("embeddings.token_type_embeddings.weight", c.Types, c.Width), graph.AxisRange(0, 1))
	x := graph.Add(words, graph.InsertAxes(graph.Add(places, first), 0))
	x = b.Norm("embeddings.LayerNorm", x, c.Epsilon)
	for i := range c.Layers {
		name := fmt.Sprintf("encoder.layer.%d.", i)
		y := b.Linear(name+"attention.output.dense", b.Attention(name+"attention.self", x, mask, c.Heads), c.Width)
		x = b.Norm(name+"attention.output.LayerNorm", graph.Add(x, y), c.Epsilon)
		y = frozen.Activate(c.Activation, b.Linear(name+"intermediate.dense", x, c.Inner))
		y = b.Linear(name+"output.dense", y, c.Width)
		x = b.Norm(name+"output.LayerNorm", graph.Add(x, y), c.Epsilon)
	}
	return x
}
