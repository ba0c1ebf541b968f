package extract

import (
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

// Raw returns what reads pictures in [0,1] that are not standardised, whatever
// the processor of the network says.
func (p *Picture) Raw() *Picture {
	raw := *p
	raw.processor.Mean, raw.processor.Deviation = [3]float64{}, [3]float64{1, 1, 1}
	return &raw
}

// Width returns the width of the features.
func (p *Picture) Width() int { return p.model.Config().Width }

// Tokens returns the number of tokens of a picture's features.
func (p *Picture) Tokens() int { return p.model.Config().Tokens() }

// Features returns float32 [tokens, width] for every picture file: JPEG, PNG,
// WebP or GIF.
func (p *Picture) Features(ctx context.Context, paths []string) ([]data.Array, error) {
	settings := fmt.Appendf(nil, "%+v", p.processor)
	return p.features(ctx, paths, settings, true, p.prepare)
}

// Change makes another picture, uint8 [height, width, 3], of the one at a
// position of those asked for.
type Change func(position int, pixels data.Array) (data.Array, error)

// Changed returns the features of the files after they were stretched to the
// extent that the network reads and changed. view names the change in the
// store: files must be changed alike wherever it is the same. The features of
// an empty view are not stored.
func (p *Picture) Changed(ctx context.Context, paths []string, view string, change Change) ([]data.Array, error) {
	settings := fmt.Appendf(nil, "%+v changed %s", p.processor, view)
	extent := picture.Options{Height: p.processor.Height, Width: p.processor.Width, Filter: picture.BiLinear}
	return p.features(ctx, paths, settings, view != "", func(i int, path string) ([]float32, error) {
		pixels, err := picture.Read(path, extent)
		if err == nil {
			pixels, err = change(i, pixels)
		}
		if err != nil {
			return nil, fmt.Errorf("extract: %w", err)
		}
		return p.process(path, pixels)
	})
}

// features looks in the store for what was prepared by the settings, or
// computes it.
func (p *Picture) features(
	ctx context.Context, paths []string, settings []byte, keep bool, prepare func(i int, path string) ([]float32, error),
) ([]data.Array, error) {
	encode := func(_ context.Context, positions []int) ([]data.Array, error) {
		pictures := make([][]float32, len(positions))
		for k, i := range positions {
			var err error
			if pictures[k], err = prepare(i, paths[i]); err != nil {
				return nil, err
			}
		}
		states, err := p.model.Encode(pictures)
		if err != nil {
			return nil, fmt.Errorf("extract: %w", err)
		}
		return rows(states, p.Width()), nil
	}
	if !keep {
		return inChunks(ctx, len(paths), encode)
	}
	keys := make([]cache.Key, len(paths))
	for i, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("extract: %w", err)
		}
		sum := sha256.Sum256(content)
		keys[i] = cache.NewKey([]byte(vit.Version), p.origin, settings, sum[:])
	}
	return p.store.Fill(ctx, keys, chunks*vit.Batch, encode)
}

// inChunks encodes n pictures, some at a time.
func inChunks(ctx context.Context, n int, encode func(context.Context, []int) ([]data.Array, error)) ([]data.Array, error) {
	var out []data.Array
	for len(out) < n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var positions []int
		for i := len(out); i < min(n, len(out)+chunks*vit.Batch); i++ {
			positions = append(positions, i)
		}
		some, err := encode(ctx, positions)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

func (p *Picture) prepare(_ int, path string) ([]float32, error) {
	pixels, err := picture.Read(path, picture.Options{})
	if err != nil {
		return nil, fmt.Errorf("extract: %w", err)
	}
	return p.process(path, pixels)
}

func (p *Picture) process(path string, pixels data.Array) ([]float32, error) {
	values, err := p.processor.Process(pixels)
	if err != nil {
		return nil, fmt.Errorf("extract: %s: %w", path, err)
	}
	return values, nil
}
