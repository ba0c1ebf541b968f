package augment_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cggm/augment"
	"cggm/sample"
)

// The expected pictures come from torchvision 0.29.
func TestChangesAreTorchvisions(t *testing.T) {
	text, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][]float32
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(m *augment.Map){
		"flip":          augment.FlipHorizontal,
		"flip_vertical": augment.FlipVertical,
		"turn":          augment.Turn,
		"brightness":    func(m *augment.Map) { augment.Brightness(m, 1.4) },
		"contrast":      func(m *augment.Map) { augment.Contrast(m, .6) },
		"more_contrast": func(m *augment.Map) { augment.Contrast(m, 1.7) },
		"saturation":    func(m *augment.Map) { augment.Saturation(m, 1.5) },
		"gray":          func(m *augment.Map) { augment.Saturation(m, 0) },
		"hue":           func(m *augment.Map) { augment.Hue(m, .3) },
		"hue_back":      func(m *augment.Map) { augment.Hue(m, -.45) },
		"blur":          func(m *augment.Map) { augment.Blur(m, .8) },
		"rotate":        func(m *augment.Map) { augment.Rotate(m, 33, false) },
		"rotate_back":   func(m *augment.Map) { augment.Rotate(m, -100, false) },
		"rotate_labels": func(m *augment.Map) { augment.Rotate(m, 33, true) },
	} {
		m := &augment.Map{Height: 7, Width: 9, Channels: 3, Values: slices.Clone(want["picture"]), Picture: true}
		if name == "rotate_labels" {
			m.Channels, m.Values = 1, slices.Clone(want["labels"])
		}
		change(m)
		if len(m.Values) != len(want[name]) {
			t.Fatalf("%s: %d values, want %d", name, len(m.Values), len(want[name]))
		}
		for i, w := range want[name] {
			if d := math.Abs(float64(m.Values[i] - w)); !(d <= 1e-5) {
				t.Errorf("%s: value %d is %g, want %g", name, i, m.Values[i], w)
				break
			}
		}
	}
}

func random(t *rapid.T, channels int) *augment.Map {
	m := &augment.Map{Height: rapid.IntRange(1, 6).Draw(t, "height"), Width: rapid.IntRange(1, 6).Draw(t, "width"), Channels: channels, Picture: true}
	for range m.Height * m.Width * channels {
		m.Values = append(m.Values, rapid.Float32Range(0, 1).Draw(t, "value"))
	}
	return m
}

func clone(m *augment.Map) *augment.Map {
	c := *m
	c.Values = slices.Clone(m.Values)
	return &c
}

func near(a, b *augment.Map) bool {
	return a.Height == b.Height && a.Width == b.Width && slices.EqualFunc(a.Values, b.Values, func(x, y float32) bool {
		return math.Abs(float64(x-y)) < 1e-5
	})
}

func TestChangesThatUndoEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := random(t, 3)
		for name, change := range map[string]func(m *augment.Map){
			"flip":      func(m *augment.Map) { augment.FlipHorizontal(m); augment.FlipHorizontal(m) },
			"flip down": func(m *augment.Map) { augment.FlipVertical(m); augment.FlipVertical(m) },
			"turn":      func(m *augment.Map) { augment.Turn(m); augment.Turn(m); augment.Turn(m); augment.Turn(m) },
			"half a turn": func(m *augment.Map) {
				augment.Turn(m)
				augment.Turn(m)
				augment.FlipVertical(m)
				augment.FlipHorizontal(m)
			},
			"rotate by 0":  func(m *augment.Map) { augment.Rotate(m, 0, false) },
			"whole circle": func(m *augment.Map) { augment.Hue(m, .5); augment.Hue(m, .5) },
			"saturation 1": func(m *augment.Map) { augment.Saturation(m, 1) },
			"contrast 1":   func(m *augment.Map) { augment.Contrast(m, 1) },
			"no blur":      func(m *augment.Map) { augment.Blur(m, .01) },
		} {
			c := clone(m)
			change(c)
			if !near(c, m) {
				t.Fatalf("%s changes the picture", name)
			}
		}
	})
}

func TestApplyKeepsPicturesInRange(t *testing.T) {
	o := augment.Options{
		Flip: .5, FlipVertical: .5, Turn: true, Rotate: 180, Brightness: 1, Contrast: 1, Saturation: 1, Hue: .5,
		Grayscale: .5, Blur: .5, Noise: .3,
	}
	rapid.Check(t, func(t *rapid.T) {
		m := random(t, 3)
		labels := &augment.Map{Height: m.Height, Width: m.Width, Channels: 1, Values: make([]float32, m.Height*m.Width)}
		for i := range labels.Values {
			labels.Values[i] = float32(i % 4)
		}
		o.Apply(sample.Draw{Seed: rapid.Uint64().Draw(t, "seed")}, 3, &augment.Sample{Maps: []*augment.Map{m}, Labels: labels})
		for _, v := range m.Values {
			if !(v >= 0 && v <= 1) {
				t.Fatalf("value %g outside [0,1]", v)
			}
		}
		for _, v := range labels.Values {
			if v != 0 && v != 1 && v != 2 && v != 3 {
				t.Fatalf("label %g is no class", v)
			}
		}
	})
}

// Colours change as often as the probability says; 0 stands for always.
func TestJitterHasAProbability(t *testing.T) {
	const n = 4000
	for jitter, want := range map[float64]float64{0: 1, .3: .3, 1: 1} {
		changed := 0
		for i := range n {
			m := &augment.Map{Height: 1, Width: 1, Channels: 3, Values: []float32{.4, .5, .6}, Picture: true}
			augment.Options{Brightness: .4, Jitter: jitter}.Apply(sample.Draw{Seed: 1}, i, &augment.Sample{Maps: []*augment.Map{m}})
			if m.Values[0] != .4 {
				changed++
			}
		}
		// Four standard deviations of a share of n draws.
		if got := float64(changed) / n; math.Abs(got-want) > 4*math.Sqrt(.25/n) {
			t.Errorf("jitter %g: %g of the pictures change, want %g", jitter, got, want)
		}
	}
	if err := (augment.Options{Jitter: 1.1}).Validate(); err == nil || !strings.Contains(err.Error(), "jitter 1.1: must be in [0,1]") {
		t.Errorf("a probability of 1.1: %v", err)
	}
}

// set returns samples of a picture, a float map and labels per position; map
// and labels mark the same places.
func set(t *testing.T, rows int) *sample.Set {
	t.Helper()
	picture := sample.Column{Layout: sample.Layout{Name: "picture", Kind: sample.Byte, Dims: []int{6, 6, 3}}}
	scan := sample.Column{Layout: sample.Layout{Name: "scan", Dims: []int{6, 6, 1}}}
	vector := sample.Column{Layout: sample.Layout{Name: "vector", Dims: []int{2}}}
	label := sample.Column{Layout: sample.Layout{Name: "label", Kind: sample.Int, Dims: []int{6, 6}}}
	for i := range rows * 36 {
		class := i * i % 7 % 4
		picture.Bytes = append(picture.Bytes, uint8(i), uint8(3*i), uint8(7*i))
		scan.Floats = append(scan.Floats, float32(class))
		label.Ints = append(label.Ints, int32(class))
	}
	vector.Floats = make([]float32, 2*rows)
	s, err := sample.NewSet([]sample.Column{picture, scan, vector}, label, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func read(t *testing.T, s sample.Source, draw sample.Draw, indices ...int) *sample.Batch {
	t.Helper()
	b, err := s.Read(t.Context(), indices, draw)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSourceIsAFunctionOfSeedEpochAndIndex(t *testing.T) {
	o := augment.Options{Flip: .5, Turn: true, Rotate: 20, Brightness: .4, Hue: .1, Grayscale: .2, Blur: .5, Noise: .05}
	s, err := augment.NewSource(set(t, 12), o)
	if err != nil {
		t.Fatal(err)
	}
	draw := sample.Draw{Seed: 5, Epoch: 2, Augment: true}
	all := read(t, s, draw, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
	before := runtime.GOMAXPROCS(1)
	few := read(t, s, draw, 7, 3)
	runtime.GOMAXPROCS(before)
	for k, i := range []int{7, 3} {
		if !slices.Equal(few.Inputs[0].Bytes[k*108:(k+1)*108], all.Inputs[0].Bytes[i*108:(i+1)*108]) ||
			!slices.Equal(few.Inputs[1].Floats[k*36:(k+1)*36], all.Inputs[1].Floats[i*36:(i+1)*36]) {
			t.Errorf("sample %d changes otherwise in other company", i)
		}
	}
	for name, other := range map[string]sample.Draw{
		"seed": {Seed: 6, Epoch: 2, Augment: true}, "epoch": {Seed: 5, Epoch: 3, Augment: true}, "evaluation": {Seed: 5, Epoch: 2},
	} {
		if slices.Equal(read(t, s, other, 0, 1, 2).Inputs[0].Bytes, all.Inputs[0].Bytes[:3*108]) {
			t.Errorf("%s: another draw changes the samples alike", name)
		}
	}
	plain := read(t, s, sample.Draw{Seed: 5}, 4)
	if !slices.Equal(plain.Inputs[0].Bytes, read(t, set(t, 12), sample.Draw{}, 4).Inputs[0].Bytes) {
		t.Error("evaluation changes samples")
	}
}

// Maps and labels stay on top of each other.
func TestSourceMovesLabelsAlong(t *testing.T) {
	s, err := augment.NewSource(set(t, 30), augment.Options{Flip: .5, FlipVertical: .5, Turn: true})
	if err != nil {
		t.Fatal(err)
	}
	indices := make([]int, 30)
	for i := range indices {
		indices[i] = i
	}
	b := read(t, s, sample.Draw{Augment: true}, indices...)
	plain := read(t, s, sample.Draw{}, indices...)
	moved := 0
	for i, v := range b.Label.Ints {
		if float32(v) != b.Inputs[1].Floats[i] {
			t.Fatalf("position %d: label %d on map %g", i, v, b.Inputs[1].Floats[i])
		}
		if v != plain.Label.Ints[i] {
			moved++
		}
	}
	if moved == 0 {
		t.Error("nothing moved")
	}
}

// A probability of p changes a share of p, within four standard deviations.
func TestFlipProbability(t *testing.T) {
	const n, p = 2000, .3
	flips := 0
	for i := range n {
		m := &augment.Map{Height: 1, Width: 2, Channels: 1, Values: []float32{0, 1}}
		augment.Options{Flip: p}.Apply(sample.Draw{Seed: 1}, i, &augment.Sample{Maps: []*augment.Map{m}})
		if m.Values[0] == 1 {
			flips++
		}
	}
	if d := math.Abs(float64(flips)/n - p); d > 4*math.Sqrt(p*(1-p)/n) {
		t.Errorf("%d of %d flipped, want a share of %g", flips, n, p)
	}
}

func TestRefusals(t *testing.T) {
	for want, o := range map[string]augment.Options{
		"flip": {Flip: 1.5}, "rotate": {Rotate: -1}, "hue": {Hue: .6}, "blur_width": {BlurWidth: []float64{2, 1}},
		"noise": {Noise: math.NaN()}, "brightness": {Brightness: math.Inf(1)}, `"vector"`: {Modalities: []string{"vector"}},
	} {
		if _, err := augment.NewSource(set(t, 1), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want an error with %s", o, err, want)
		}
	}
	if (augment.Options{}).Active() || !(augment.Options{Turn: true}).Active() || !(augment.Options{Hue: .1}).Active() {
		t.Error("Active does not tell options that change something")
	}
	vectors, err := sample.NewSet([]sample.Column{{Layout: sample.Layout{Name: "v", Dims: []int{1}}, Floats: []float32{1}}},
		sample.Column{Layout: sample.Layout{Name: "label", Kind: sample.Int}, Ints: []int32{1}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := augment.NewSource(vectors, augment.Options{}); err == nil || !strings.Contains(err.Error(), "no modality is a map") {
		t.Errorf("a source without maps: got %v", err)
	}
	s, err := augment.NewSource(set(t, 1), augment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(t.Context(), []int{9}, sample.Draw{Augment: true}); err == nil {
		t.Error("an index outside must be refused")
	}
}

func ExampleOptions_Apply() {
	o := augment.Options{Flip: 1}
	m := &augment.Map{Height: 1, Width: 3, Channels: 1, Values: []float32{1, 2, 3}}
	o.Apply(sample.Draw{Seed: 1}, 0, &augment.Sample{Maps: []*augment.Map{m}})
	fmt.Println(m.Values)
	// Output: [3 2 1]
}

func BenchmarkRead(b *testing.B) {
	column := sample.Column{Layout: sample.Layout{Name: "picture", Kind: sample.Byte, Dims: []int{224, 224, 3}}, Bytes: make([]uint8, 8*224*224*3)}
	label := sample.Column{Layout: sample.Layout{Name: "label", Kind: sample.Int}, Ints: make([]int32, 8)}
	set, err := sample.NewSet([]sample.Column{column}, label, nil)
	if err != nil {
		b.Fatal(err)
	}
	s, err := augment.NewSource(set, augment.Options{Flip: .5, Brightness: .4, Contrast: .4, Saturation: .4, Hue: .1, Grayscale: .2, Blur: .5})
	if err != nil {
		b.Fatal(err)
	}
	epoch := 0
	for b.Loop() {
		epoch++
		if _, err := s.Read(context.Background(), []int{0, 1, 2, 3, 4, 5, 6, 7}, sample.Draw{Epoch: epoch, Augment: true}); err != nil {
			b.Fatal(err)
		}
	}
}
