package food101

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"

	"cggm/augment"
	"cggm/data"
	"cggm/pretrained/cache"
	"cggm/pretrained/extract"
	"cggm/sample"
)

// The folders of the checkpoints in the data's folder, by their names at
// Hugging Face, and of the features.
const (
	textFolder    = "bert-base-uncased"
	pictureFolder = "vit-base-patch16-224"
	cacheFolder   = "features"
)

// frozen holds the two networks.
type frozen struct {
	text    *extract.Text
	picture *extract.Picture
}

// checkpoints returns the folders of the two networks, or an error that lists
// all files that they lack.
func (t Task) checkpoints(dir string) (text, picture string, err error) {
	text, picture = t.Config.Text, t.Config.Picture
	if text == "" {
		text = filepath.Join(dir, textFolder)
	}
	if picture == "" {
		picture = filepath.Join(dir, pictureFolder)
	}
	var missing []string
	for _, path := range []string{
		filepath.Join(text, "config.json"), filepath.Join(text, "model.safetensors"),
		filepath.Join(picture, "config.json"), filepath.Join(picture, "model.safetensors"),
	} {
		if _, err := os.Stat(path); err != nil {
			missing = append(missing, path)
		}
	}
	_, words := os.Stat(filepath.Join(text, "vocab.txt"))
	_, tokenizer := os.Stat(filepath.Join(text, "tokenizer.json"))
	if words != nil && tokenizer != nil {
		missing = append(missing, filepath.Join(text, "vocab.txt"))
	}
	if len(missing) > 0 {
		return "", "", fmt.Errorf("the frozen networks lack %s: put google-bert/bert-base-uncased (config.json, model.safetensors, vocab.txt) into %s and "+
			"google/vit-base-patch16-224 (config.json, model.safetensors, preprocessor_config.json) into %s, or name their folders with data.settings.text and data.settings.picture; "+
			"the task food101-tiny needs neither", strings.Join(missing, ", "), text, picture)
	}
	return text, picture, nil
}

// frozen opens the networks and the cache.
func (t Task) frozen(dir string) (*frozen, error) {
	text, picture, err := t.checkpoints(dir)
	if err != nil {
		return nil, err
	}
	if t.Engine == nil {
		return nil, errors.New("no engine for the frozen networks: set Task.Engine")
	}
	engine, err := t.Engine()
	if err != nil {
		return nil, err
	}
	folder := t.Config.Cache
	if folder == "" {
		folder = filepath.Join(dir, cacheFolder)
	}
	store, err := cache.Open(folder)
	if err != nil {
		return nil, fmt.Errorf("open the folder for features, which data.settings.cache names: %w", err)
	}
	f := &frozen{}
	if f.text, err = extract.OpenText(engine, text, store); err != nil {
		return nil, err
	}
	if f.picture, err = extract.OpenPicture(engine, picture, store); err != nil {
		return nil, err
	}
	if !t.Config.Standardize {
		f.picture = f.picture.Raw()
	}
	return f, nil
}

// source gives features, which it computes where the cache lacks them.
type source struct {
	*frozen
	dishes []dish
	config Config
}

var _ sample.Source = (*source)(nil)

// Len implements sample.Source.
func (s *source) Len() int { return len(s.dishes) }

// Inputs implements sample.Source.
func (s *source) Inputs() []sample.Layout {
	return []sample.Layout{
		{Name: "image", Dims: []int{s.picture.Tokens(), s.picture.Width()}},
		{Name: "text", Dims: []int{s.config.Length, s.text.Width()}, Ragged: s.config.Lengths != LengthsAll},
	}
}

// Label implements sample.Source.
func (*source) Label() sample.Layout { return sample.Layout{Name: "class", Kind: sample.Int} }

// Complete says that every sample has both modalities.
func (*source) Complete() bool { return true }

// Read implements sample.Source.
func (s *source) Read(ctx context.Context, indices []int, draw sample.Draw) (*sample.Batch, error) {
	paths, titles := make([]string, len(indices)), make([]string, len(indices))
	b := &sample.Batch{Label: sample.Column{Layout: s.Label(), Ints: make([]int32, len(indices))}}
	for k, i := range indices {
		if i < 0 || i >= len(s.dishes) {
			return nil, fmt.Errorf("food101: index %d outside [0,%d)", i, len(s.dishes))
		}
		d := s.dishes[i]
		paths[k], titles[k], b.Label.Ints[k] = d.path, d.title, int32(d.class)
	}
	pictures, err := s.pictures(ctx, paths, draw)
	if err != nil {
		return nil, fmt.Errorf("food101: %w", err)
	}
	encode := s.text.Features
	if s.config.Lengths == LengthsAll {
		encode = s.text.Padded
	}
	texts, err := encode(ctx, titles, s.config.Length)
	if err != nil {
		return nil, fmt.Errorf("food101: %w", err)
	}
	for i, l := range s.Inputs() {
		column := sample.Column{Layout: l, Floats: make([]float32, len(indices)*l.Size())}
		for k, a := range [][]data.Array{pictures, texts}[i] {
			values, err := a.Float32()
			if err != nil {
				return nil, fmt.Errorf("food101: features of %s: %w", paths[k], err)
			}
			copy(column.Floats[k*l.Size():(k+1)*l.Size()], values)
			if l.Ragged {
				column.Lengths = append(column.Lengths, int32(a.Rows()))
			}
		}
		b.Inputs = append(b.Inputs, column)
	}
	return b, nil
}

// pictures returns the features of the pictures, changed for training.
func (s *source) pictures(ctx context.Context, paths []string, draw sample.Draw) ([]data.Array, error) {
	if !draw.Augment || !s.config.Augment.Active() {
		return s.picture.Features(ctx, paths)
	}
	// A version is a function of the picture and of the version's number
	// alone, or with new ones every epoch of the epoch and the seed.
	name, version := "", draw
	if s.config.Views > 0 {
		version = sample.Draw{Epoch: draw.Epoch % s.config.Views, Augment: true}
		name = fmt.Sprintf("%d %+v", version.Epoch, s.config.Augment)
	}
	return s.picture.Changed(ctx, paths, name, func(_ int, pixels data.Array) (data.Array, error) {
		return change(s.config.Augment, version, pixels)
	})
}

// change augments the picture, uint8 [height, width, 3]. What is drawn follows
// its bytes: files that are alike share an entry in the cache.
func change(o augment.Options, draw sample.Draw, pixels data.Array) (data.Array, error) {
	bytes, ok := pixels.Values.([]uint8)
	if !ok || len(pixels.Shape) != 3 {
		return data.Array{}, fmt.Errorf("a picture of %s %v: want bytes [height, width, 3]", pixels.Type(), pixels.Shape)
	}
	m := &augment.Map{
		Height: pixels.Shape[0], Width: pixels.Shape[1], Channels: pixels.Shape[2], Picture: true,
		Values: make([]float32, len(bytes)),
	}
	for i, v := range bytes {
		m.Values[i] = float32(v) / 255
	}
	sum := fnv.New32a()
	_, _ = sum.Write(bytes) // a hash never fails
	o.Apply(draw, int(sum.Sum32()), &augment.Sample{Maps: []*augment.Map{m}})
	out := make([]uint8, len(bytes))
	for i, v := range m.Values {
		out[i] = uint8(v*255 + .5)
	}
	return data.Array{Shape: pixels.Shape, Values: out}, nil
}
