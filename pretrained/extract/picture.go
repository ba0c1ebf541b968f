package extract

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gomlx/compute"

	"cggm/data"
	"cggm/data/picture"
	"cggm/pretrained"
	"cggm/pretrained/cache"
	"cggm/pretrained/vit"
)

// Picture turns pictures into the last hidden states of a vision transformer.
// It is safe for concurrent use.
type Picture struct {
	model     *vit.Model
	processor vit.Processor
	store     *cache.Store
	origin    []byte
}

// OpenPicture reads a vision transformer as Hugging Face publishes it from a
// folder: config.json, model.safetensors, and preprocessor_config.json, without
// which pictures are prepared as for vit-base-patch16-224.
func OpenPicture(backend compute.Backend, dir string, store *cache.Store) (*Picture, error) {
	model, err := vit.Open(backend, dir)
	if err != nil {
		return nil, fmt.Errorf("extract: %w", err)
	}
	processor, err := vit.ReadProcessor(filepath.Join(dir, "preprocessor_config.json"))
	if errors.Is(err, fs.ErrNotExist) {
		processor, err = vit.DefaultProcessor(), nil
		processor.Height, processor.Width = model.Config().Extent, model.Config().Extent
	}
	if err != nil {
		return nil, fmt.Errorf("extract: %w", err)
	}
	if c := model.Config(); processor.Height != c.Extent || processor.Width != c.Extent || c.Channels != 3 {
		return nil, fmt.Errorf("extract: %s: pictures are prepared as %d x %d x 3, the network reads %d x %d x %d: these files do not belong together",
			dir, processor.Height, processor.Width, c.Extent, c.Extent, c.Channels)
	}
	origin, err := pretrained.Fingerprint(filepath.Join(dir, "config.json"), filepath.Join(dir, "model.safetensors"))
	if err != nil {
		return nil, fmt.Errorf("extract: %w", err)
	}
	return &Picture{model, processor, store, origin}, nil
}

// Width returns the width of the features.
func (p *Picture) Width() int { return p.model.Config().Width }

// Tokens returns the number of tokens of a picture's features.
func (p *Picture) Tokens() int { return p.model.Config().Tokens() }

// Features returns float32 [tokens, width] for every picture file: JPEG, PNG,
// WebP or GIF.
func (p *Picture) Features(ctx context.Context, paths []string) ([]data.Array, error) {
	settings := fmt.Appendf(nil, "%+v", p.processor)
	keys := make([]cache.Key, len(paths))
	for i, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("extract: %w", err)
		}
		sum := sha256.Sum256(content)
		keys[i] = cache.NewKey([]byte(vit.Version), p.origin, settings, sum[:])
	}
	return p.store.Fill(ctx, keys, chunks*vit.Batch, func(_ context.Context, positions []int) ([]data.Array, error) {
		pictures := make([][]float32, len(positions))
		for k, i := range positions {
			var err error
			if pictures[k], err = p.prepare(paths[i]); err != nil {
				return nil, err
			}
		}
		states, err := p.model.Encode(pictures)
		if err != nil {
			return nil, fmt.Errorf("extract: %w", err)
		}
		return rows(states, p.Width()), nil
	})
}

func (p *Picture) prepare(path string) ([]float32, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("extract: %w", err)
	}
	pixels, err := picture.Decode(bytes.NewReader(content), path, picture.Options{})
	if err != nil {
		return nil, fmt.Errorf("extract: %w", err)
	}
	values, err := p.processor.Process(pixels)
	if err != nil {
		return nil, fmt.Errorf("extract: %s: %w", path, err)
	}
	return values, nil
}
