package food101

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/backend"
	"cggm/sample"
	"cggm/task"
)

// full and small read features, and small pictures and words.
func full() Task {
	c := Default()
	c.Length = 8
	return Task{Config: c, Engine: backend.Open}
}

func small() Task {
	c := Default()
	c.Length, c.Side = 6, 8
	return Task{Config: c, Small: true}
}

func open(t testing.TB, o Task, dir string) *task.Data {
	t.Helper()
	d, err := o.Open(context.Background(), task.Options{Dir: dir, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func read(t testing.TB, s sample.Source, draw sample.Draw, indices ...int) *sample.Batch {
	t.Helper()
	b, err := s.Read(context.Background(), indices, draw)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSmall(t *testing.T) {
	d := open(t, small(), write(t))
	if d.Train.Len() != 18 || d.Val.Len() != 2 || d.Test.Len() != 6 || !slices.Equal(d.Classes, kitchen) {
		t.Fatalf("splits of %d, %d and %d, classes %q", d.Train.Len(), d.Val.Len(), d.Test.Len(), d.Classes)
	}
	if len(d.Warnings) != 1 || !strings.Contains(d.Warnings[0], "2 classes, 101 are published") {
		t.Errorf("warnings %q", d.Warnings)
	}
	b := read(t, d.Val, sample.Draw{}, 0, 1)
	// Stratified: one of each class. "My" and "number" are in every title.
	if b.Label.Ints[0] == b.Label.Ints[1] {
		t.Errorf("validation has labels %v", b.Label.Ints)
	}
	for k := range 2 {
		if words := b.Inputs[1].Ints[6*k : 6*k+6]; words[0] == unknown || words[0] == 0 || words[5] != 0 {
			t.Errorf("words %v", words)
		}
	}
	if dims := b.Inputs[0].Dims; !slices.Equal(dims, []int{8, 8, 3}) {
		t.Errorf("pictures of shape %v", dims)
	}
}

// With a header, and with pictures or titles that lack the other half.
func TestUnmatched(t *testing.T) {
	dir := write(t)
	path := filepath.Join(dir, "texts", "test_titles.csv")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, path, append([]byte("image,title,class\n"), append(before, "waffles_99.jpg,lost,waffles\n"...)...))
	put(t, filepath.Join(dir, "images", "train", "waffles", "untitled.png"), photo(t, "untitled.png", 3))
	d := open(t, small(), dir)
	if d.Test.Len() != 6 || len(d.Warnings) != 3 {
		t.Errorf("%d test samples, warnings %q", d.Test.Len(), d.Warnings)
	}
}

// Features of an evaluation are those of the files; in training every epoch
// has its view, which the cache keeps.
func TestFeatures(t *testing.T) {
	dir := write(t)
	addCheckpoints(t, dir)
	var before [][]float32
	for range 2 {
		d := open(t, full(), dir)
		if got := d.Train.Inputs(); got[0].Dims[1] < 1 || !slices.Equal(got[1].Dims, []int{8, got[1].Dims[1]}) || !got[1].Ragged {
			t.Fatalf("inputs %+v", got)
		}
		var seen [][]float32
		for epoch := range 5 {
			b := read(t, d.Train, sample.Draw{Seed: 9, Epoch: epoch, Augment: true}, 3, 3, 1)
			size := b.Inputs[0].Size()
			if !slices.Equal(b.Inputs[0].Floats[:size], b.Inputs[0].Floats[size:2*size]) {
				t.Errorf("epoch %d: one sample read twice differs", epoch)
			}
			seen = append(seen, b.Inputs[0].Floats[:size])
		}
		if slices.Equal(seen[0], seen[1]) || !slices.Equal(seen[0], seen[4]) {
			t.Error("want four views in turn")
		}
		if plain := read(t, d.Train, sample.Draw{}, 3); slices.Equal(plain.Inputs[0].Floats, seen[0]) {
			t.Error("an evaluation sees a changed picture")
		}
		if before != nil && !slices.EqualFunc(before, seen, slices.Equal) {
			t.Error("opened again, the features differ")
		}
		before = seen
	}
	fresh := full()
	fresh.Config.Views = 0
	d := open(t, fresh, dir)
	one := read(t, d.Train, sample.Draw{Seed: 9, Epoch: 0, Augment: true}, 3)
	five := read(t, d.Train, sample.Draw{Seed: 9, Epoch: 4, Augment: true}, 3)
	if slices.Equal(one.Inputs[0].Floats, five.Inputs[0].Floats) {
		t.Error("without views, epochs share a version")
	}
}

func TestDamaged(t *testing.T) {
	const picture = "images/train/waffles/waffles_3.jpg"
	for _, test := range []struct {
		name, file string
		content    []byte // nil: the file is removed
		want       string
	}{
		{"no table", "texts/test_titles.csv", nil, "no texts/test_titles.csv: want images/{train,test}"},
		{"empty table", "texts/train_titles.csv", []byte{}, "train_titles.csv"},
		{"two columns", "texts/train_titles.csv", []byte("a.jpg,apple_pie\n"), "2 columns: want 3"},
		{"ragged table", "texts/train_titles.csv", []byte("a.jpg,title,apple_pie\nb.jpg,title\n"), "train_titles.csv"},
		{"open quote", "texts/train_titles.csv", []byte("a.jpg,\"title,apple_pie\n"), "train_titles.csv"},
		{"wrong names", "texts/train_titles.csv", []byte("a.jpg,title,soup\n"), "none of the 1 pictures"},
		{"twice", "texts/test_titles.csv", []byte("waffles_0.jpg,a,waffles\nwaffles_0.jpg,b,waffles\n"), "waffles/waffles_0.jpg has two titles"},
		{"way out", "texts/test_titles.csv", []byte("../x.jpg,a,waffles\n"), `image "../x.jpg"`},
		{"no class", "texts/test_titles.csv", []byte("x.jpg,a,\n"), `of class ""`},
		{"cut picture", picture, photo(t, "x.jpg", 3)[:200], "waffles_3.jpg"},
		{"no picture", picture, []byte("hello"), "waffles_3.jpg"},
		{"empty picture", picture, []byte{}, "waffles_3.jpg"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := write(t)
			path := filepath.Join(dir, test.file)
			if test.content == nil {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			} else {
				put(t, path, test.content)
			}
			if _, err := small().Open(context.Background(), task.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			for _, o := range []Task{small(), full()} {
				report, err := o.Doctor(context.Background(), task.Options{Dir: dir})
				if err != nil || report.Count(task.SeverityError) == 0 || !strings.Contains(report.String(), test.want) {
					t.Errorf("error %v, findings\n%vwant %q", err, report, test.want)
				}
			}
		})
	}
}

// The error says where which file of which checkpoint belongs.
func TestCheckpointsMissing(t *testing.T) {
	dir := write(t)
	_, err := full().Open(context.Background(), task.Options{Dir: dir})
	for _, want := range []string{
		filepath.Join(dir, "bert-base-uncased", "model.safetensors"), filepath.Join(dir, "vit-base-patch16-224", "config.json"),
		"vocab.txt", "data.settings.text", "food101-tiny",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	addCheckpoints(t, dir)
	for name, content := range map[string][]byte{
		textFolder + "/config.json":          []byte("{"),
		textFolder + "/model.safetensors":    []byte("nothing"),
		textFolder + "/vocab.txt":            {},
		pictureFolder + "/model.safetensors": {},
		pictureFolder + "/config.json":       []byte(`{"model_type": "bert"}`),
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		put(t, path, content)
		if _, err := full().Open(context.Background(), task.Options{Dir: dir}); err == nil {
			t.Errorf("%s damaged: no error", name)
		}
		put(t, path, before)
	}
	open(t, full(), dir)
}

func TestDoctor(t *testing.T) {
	dir := write(t)
	addCheckpoints(t, dir)
	report, err := full().Doctor(context.Background(), task.Options{Dir: dir})
	if err != nil || report.Count(task.SeverityError) > 0 {
		t.Fatalf("error %v, findings\n%v", err, report)
	}
	for _, want := range []string{"18 samples of 2 classes: 9 (apple_pie) to 9 (apple_pie) each", "pictures of 40 x 30 to 40 x 30 pixels", "checkpoints", "features ["} {
		if !strings.Contains(report.String(), want) {
			t.Errorf("no %q in\n%v", want, report)
		}
	}
	// A test picture that is a training picture, for half of the test set.
	for _, class := range kitchen {
		for _, n := range []string{"0", "1"} {
			content, err := os.ReadFile(filepath.Join(dir, "images", "train", class, class+"_"+n+".jpg"))
			if err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, "images", "test", class, class+"_"+n+".jpg"), content)
		}
	}
	report, err = full().Doctor(context.Background(), task.Options{Dir: dir})
	if err != nil || report.Count(task.SeverityError) != 1 || !strings.Contains(report.String(), "4 pictures (66.7 %) are also in an earlier split") {
		t.Errorf("error %v, findings\n%v", err, report)
	}
}

func TestGenerated(t *testing.T) {
	o := small()
	report, err := o.Doctor(context.Background(), task.Options{Seed: 1})
	if err != nil || report.Count(task.SeverityError) > 0 || !strings.Contains(report.String(), "the data is generated") {
		t.Errorf("error %v, findings\n%v", err, report)
	}
	d := open(t, o, "")
	if d.Train.Len() != madeTrain*madeClasses || !slices.Equal(d.Train.Inputs()[0].Dims, []int{8, 8, 3}) {
		t.Errorf("%d samples, inputs %+v", d.Train.Len(), d.Train.Inputs())
	}
}

func TestRefused(t *testing.T) {
	if _, err := full().Open(context.Background(), task.Options{}); err == nil || !strings.Contains(err.Error(), "no folder given") {
		t.Errorf("no folder: %v", err)
	}
	dir := write(t)
	for name, change := range map[string]func(*Config){
		"length": func(c *Config) { c.Length = 1 }, "views": func(c *Config) { c.Views = -1 }, "side": func(c *Config) { c.Side = 0 },
		"words": func(c *Config) { c.Words = 1 }, "flip": func(c *Config) { c.Augment.Flip = 2 },
	} {
		o := small()
		change(&o.Config)
		if _, err := o.Open(context.Background(), task.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := small().Open(ctx, task.Options{Dir: dir}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
