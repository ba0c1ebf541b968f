package extract_test

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/backend"
	"cggm/data"
	"cggm/pretrained/cache"
	"cggm/pretrained/extract"
)

const (
	smallBERT = "../bert/testdata/small"
	smallViT  = "../vit/testdata/small"
)

// folder returns a copy of a folder with further files.
func folder(t *testing.T, from string, more map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	for name, text := range more {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\napple\npie\ncake\n##s\n"

func text(t *testing.T, dir string, store *cache.Store) *extract.Text {
	t.Helper()
	engine, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	x, err := extract.OpenText(engine, dir, store)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func open(t *testing.T, dir string) *cache.Store {
	t.Helper()
	s, err := cache.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func same(a, b []data.Array) bool {
	return slices.EqualFunc(a, b, func(a, b data.Array) bool {
		return slices.Equal(a.Shape, b.Shape) && slices.Equal(a.Values.([]float32), b.Values.([]float32))
	})
}

// The second epoch finds all features on disk; another network finds none.
func TestTextFeatures(t *testing.T) {
	dir := folder(t, smallBERT, map[string]string{"vocab.txt": vocabulary})
	caches := t.TempDir()
	texts := []string{"Apple pie", "cakes", "apple  PIE", ""}
	var epochs [][]data.Array
	for epoch, want := range []cache.Counts{{Misses: 3, Stored: 3}, {Hits: 3}} {
		store := open(t, caches)
		features, err := text(t, dir, store).Features(t.Context(), texts, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := store.Counts(); got != want {
			t.Errorf("epoch %d: %+v, want %+v", epoch, got, want)
		}
		epochs = append(epochs, features)
	}
	if !same(epochs[0], epochs[1]) {
		t.Error("the features from disk differ from the computed ones")
	}
	for i, want := range []int{4, 4, 4, 2} {
		if got := epochs[0][i].Shape; !slices.Equal(got, []int{want, 24}) {
			t.Errorf("text %d: features %v, want [%d 24]", i, got, want)
		}
	}
	if same(epochs[0][:1], epochs[0][1:2]) {
		t.Error("other texts have the same features")
	}

	store := open(t, caches)
	other := text(t, folder(t, "../bert/testdata/half", map[string]string{"vocab.txt": vocabulary}), store)
	if _, err := other.Features(t.Context(), texts, 0); err != nil {
		t.Fatal(err)
	}
	if c := store.Counts(); c.Hits != 0 {
		t.Errorf("another network took %d features of the first", c.Hits)
	}

	short, err := other.Features(t.Context(), texts, 3)
	if err != nil || short[0].Shape[0] != 3 {
		t.Errorf("features %v of at most 3 tokens, %v", short[0].Shape, err)
	}
	padded, err := other.Padded(t.Context(), texts, 7)
	if err != nil {
		t.Fatal(err)
	}
	again, err := other.Features(t.Context(), texts, 7)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range padded {
		states, tokens := a.Values.([]float32), again[i].Values.([]float32)
		if !slices.Equal(a.Shape, []int{7, 24}) || !slices.Equal(states[:len(tokens)], tokens) || slices.Max(states[len(states)-24:]) == 0 {
			t.Errorf("text %d padded: %v", i, a.Shape)
		}
	}
	if _, err := other.Features(t.Context(), texts, 21); err == nil || !strings.Contains(err.Error(), "2 to 20") {
		t.Errorf("more tokens than the network can take: got %v", err)
	}
}

func TestOpenTextRefuses(t *testing.T) {
	engine, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	for want, more := range map[string]map[string]string{
		"vocab.txt":     nil,
		"do not belong": {"vocab.txt": vocabulary + strings.Repeat("a\n", 40)},
		"model_type":    {"vocab.txt": vocabulary, "config.json": `{"model_type": "gpt2"}`},
		"header":        {"vocab.txt": vocabulary, "model.safetensors": "\xff\xff\xff\xff\xff\xff\xff\xffabc"},
	} {
		if _, err := extract.OpenText(engine, folder(t, smallBERT, more), open(t, t.TempDir())); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

// paint writes a picture.
func paint(t *testing.T, path string, w, h int, phase uint8) {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{uint8(5*x) + phase, uint8(9 * y), phase, 255})
		}
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestPictureFeatures(t *testing.T) {
	engine, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	dir, caches := t.TempDir(), t.TempDir()
	var paths []string
	for i := range 3 {
		paths = append(paths, filepath.Join(dir, string(rune('a'+i))))
		paint(t, paths[i], 20+10*i, 30, uint8(60*i))
	}
	paint(t, filepath.Join(dir, "again"), 20, 30, 0)
	paths = append(paths, filepath.Join(dir, "again")) // the contents of the first
	var epochs [][]data.Array
	for epoch, want := range []cache.Counts{{Misses: 3, Stored: 3}, {Hits: 3}} {
		store := open(t, caches)
		x, err := extract.OpenPicture(engine, smallViT, store)
		if err != nil {
			t.Fatal(err)
		}
		features, err := x.Features(t.Context(), paths)
		if err != nil {
			t.Fatal(err)
		}
		if got := store.Counts(); got != want {
			t.Errorf("epoch %d: %+v, want %+v", epoch, got, want)
		}
		if got := features[0].Shape; !slices.Equal(got, []int{x.Tokens(), x.Width()}) || x.Tokens() != 10 || x.Width() != 24 {
			t.Errorf("features %v, want [10 24]", got)
		}
		epochs = append(epochs, features)
	}
	if !same(epochs[0], epochs[1]) || same(epochs[0][:1], epochs[0][1:2]) || !same(epochs[0][:1], epochs[0][3:]) {
		t.Error("features are mixed up")
	}

	// Other settings, other features.
	store := open(t, caches)
	bicubic := folder(t, smallViT, map[string]string{"preprocessor_config.json": `{"size": 24, "resample": 3}`})
	x, err := extract.OpenPicture(engine, bicubic, store)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Features(t.Context(), paths); err != nil {
		t.Fatal(err)
	}
	if c := store.Counts(); c.Hits != 0 {
		t.Errorf("%d features of another processor were taken", c.Hits)
	}

	broken := filepath.Join(dir, "broken.jpg")
	if err := os.WriteFile(broken, []byte("\xff\xd8\xff"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Features(t.Context(), []string{broken}); err == nil || !strings.Contains(err.Error(), "broken.jpg") {
		t.Errorf("got %v, want an error that names the file", err)
	}
	if _, err := extract.OpenPicture(engine, folder(t, smallViT, map[string]string{"preprocessor_config.json": "{}"}), store); err == nil ||
		!strings.Contains(err.Error(), "do not belong together") {
		t.Errorf("a processor of another size: got %v", err)
	}
}
