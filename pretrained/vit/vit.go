// Package vit runs a pretrained vision transformer (Dosovitskiy et al., 2021)
// from the files that Hugging Face publishes, to turn pictures into features.
// The weights are frozen.
package vit

import (
	"fmt"
	"path/filepath"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/pretrained"
	"cggm/pretrained/internal/frozen"
)

// Version changes when the same weights and pictures would give other
// features.
const Version = "vit/1"

// Batch is the number of pictures that one run takes. All runs take as many,
// the last one empty pictures, so that what a picture gives does not depend on
// how many others come with it.
const Batch = 8

// Model is a vision transformer without pooling and heads. It is safe for
// concurrent use.
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
		return nil, fmt.Errorf("vit: %w", err)
	}
	return New(backend, config, weights)
}

// Prefixes are what published files put before the names of the weights.
var Prefixes = []string{"", "vit."}

// New returns the model with the given weights, all of which it reads.
func New(backend compute.Backend, config Config, weights *pretrained.Weights) (*Model, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	m := &Model{config: config}
	m.network = frozen.New(backend, weights, m.build)
	if err := m.network.Check(shapes.Make(dtypes.Float32, m.shape()...)); err != nil {
		return nil, fmt.Errorf("vit: %w", err)
	}
	return m, nil
}

// Config returns the size of the model.
func (m *Model) Config() Config { return m.config }

func (m *Model) shape() []int {
	c := m.config
	return []int{Batch, c.Extent, c.Extent, c.Channels}
}

// Encode returns the last hidden states of every picture, [1 + patches, width]
// in row-major order: the class first, then the patches row by row. Pictures
// are [extent, extent, channels] as [Processor.Process] returns them.
func (m *Model) Encode(pictures [][]float32) ([][]float32, error) {
	c := m.config
	size := c.Extent * c.Extent * c.Channels
	for i, p := range pictures {
		if len(p) != size {
			return nil, fmt.Errorf("vit: picture %d has %d values: want %d x %d x %d", i, len(p), c.Extent, c.Extent, c.Channels)
		}
	}
	out := make([][]float32, 0, len(pictures))
	for len(pictures) > 0 {
		some := pictures[:min(Batch, len(pictures))]
		pictures = pictures[len(some):]
		input := make([]float32, Batch*size)
		for row, p := range some {
			copy(input[row*size:], p)
		}
		values, err := m.network.Run(tensors.FromFlatDataAndDimensions(input, m.shape()...))
		if err != nil {
			return nil, fmt.Errorf("vit: %w", err)
		}
		length := c.Tokens() * c.Width
		for row := range some {
			out = append(out, append([]float32(nil), values[row*length:(row+1)*length]...))
		}
	}
	return out, nil
}

// build describes the network for pictures, [batch, extent, extent, channels].
func (m *Model) build(b *frozen.Builder, inputs []*graph.Node) *graph.Node {
	c, x := m.config, inputs[0]
	batch, side, patch := x.Shape().Dimensions[0], c.Extent/c.Patch, c.Patch*c.Patch*c.Channels
	x = graph.Reshape(x, batch, side, c.Patch, side, c.Patch, c.Channels)
	x = graph.Reshape(graph.TransposeAllAxes(x, 0, 1, 3, 2, 4, 5), batch, side*side, patch)
	kernel := graph.Reshape(b.Kernel("embeddings.patch_embeddings.projection.weight", c.Patch, c.Channels, c.Width), patch, c.Width)
	x = graph.EinsumAxes(x, kernel, [][2]int{{2, 0}}, nil)
	x = graph.Add(x, graph.ExpandLeftToRank(b.Array("embeddings.patch_embeddings.projection.bias", c.Width), 3))

	class := graph.BroadcastToDims(b.Array("embeddings.cls_token", 1, 1, c.Width), batch, 1, c.Width)
	x = graph.Concatenate([]*graph.Node{class, x}, 1)
	x = graph.Add(x, b.Array("embeddings.position_embeddings", 1, c.Tokens(), c.Width))
	for i := range c.Layers {
		name := fmt.Sprintf("encoder.layer.%d.", i)
		y := b.Attention(name+"attention.attention", b.Norm(name+"layernorm_before", x, c.Epsilon), nil, c.Heads)
		x = graph.Add(x, b.Linear(name+"attention.output.dense", y, c.Width))
		y = b.Linear(name+"intermediate.dense", b.Norm(name+"layernorm_after", x, c.Epsilon), c.Inner)
		x = graph.Add(x, b.Linear(name+"output.dense", frozen.Activate(c.Activation, y), c.Width))
	}
	return b.Norm("layernorm", x, c.Epsilon)
}
