package mel_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"

	"cggm/data"
	"cggm/data/mel"
	"cggm/data/npz"
)

func ExampleSpectrogram_Apply() {
	s, err := mel.New(mel.Options{Rate: 8000, Frames: 32})
	if err != nil {
		fmt.Println(err)
	}
	sound := make([]float32, 4000) // half a second
	fmt.Println(s.Apply(sound).Shape, s.Options().Window, s.Options().Hop, s.Options().FFT)
	// Output: [32 40] 200 80 256
}

func expected(t *testing.T) (sound []float32, want data.Array) {
	t.Helper()
	a, err := npz.Open("testdata/expected.npz")
	if err != nil {
		t.Fatal(err)
	}
	x, err := a.Array("sound")
	if err != nil {
		t.Fatal(err)
	}
	if want, err = a.Array("mel"); err != nil {
		t.Fatal(err)
	}
	if sound, err = x.Float32(); err != nil {
		t.Fatal(err)
	}
	return sound, want
}

// The expected values are numpy's: testdata/generate.py.
func TestAgreesWithNumpy(t *testing.T) {
	sound, want := expected(t)
	s, err := mel.New(mel.Options{Rate: 8000, Mels: 32})
	if err != nil {
		t.Fatal(err)
	}
	got := s.Apply(sound)
	if !reflect.DeepEqual(got.Shape, want.Shape) {
		t.Fatalf("shape %v, want %v", got.Shape, want.Shape)
	}
	g, w := got.Values.([]float32), want.Values.([]float32)
	for i := range g {
		if d := math.Abs(float64(g[i] - w[i])); d > 1e-4 {
			t.Fatalf("value %d is %v, want %v", i, g[i], w[i])
		}
	}
}

func TestPadAndCrop(t *testing.T) {
	sound, want := expected(t)
	all := want.Values.([]float32)
	silence := float32(math.Log(1e-6))
	for _, frames := range []int{1, want.Shape[0], want.Shape[0] + 3} {
		s, err := mel.New(mel.Options{Rate: 8000, Mels: 32, Frames: frames})
		if err != nil {
			t.Fatal(err)
		}
		got := s.Apply(sound).Values.([]float32)
		if len(got) != frames*32 || s.Frames(len(sound)) != frames {
			t.Fatalf("%d values for %d frames", len(got), frames)
		}
		for i, v := range got {
			w := silence
			if i < len(all) {
				w = all[i]
			}
			if math.Abs(float64(v-w)) > 1e-4 {
				t.Fatalf("%d frames: value %d is %v, want %v", frames, i, v, w)
			}
		}
	}
}

func TestShortSounds(t *testing.T) {
	s, err := mel.New(mel.Options{Rate: 8000})
	if err != nil {
		t.Fatal(err)
	}
	for n, frames := range map[int]int{0: 1, 1: 1, 199: 1, 200: 1, 279: 1, 280: 2} {
		if got := s.Apply(make([]float32, n)); got.Shape[0] != frames || got.Check() != nil {
			t.Errorf("%d samples: shape %v, want %d frames", n, got.Shape, frames)
		}
	}
}

func TestConcurrent(t *testing.T) {
	sound, _ := expected(t)
	s, err := mel.New(mel.Options{Rate: 8000})
	if err != nil {
		t.Fatal(err)
	}
	want := s.Apply(sound)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got := s.Apply(sound); !reflect.DeepEqual(got, want) {
				t.Error("another result")
			}
		})
	}
	wg.Wait()
}

func TestRefuses(t *testing.T) {
	for want, o := range map[string]mel.Options{
		"rate is 0":            {},
		"window is -1":         {Rate: 8000, Window: -1},
		"hop is -1":            {Rate: 8000, Hop: -1},
		"FFT is 100":           {Rate: 8000, FFT: 100},
		"mels is -2":           {Rate: 8000, Mels: -2},
		"band is 0 to 5000 Hz": {Rate: 8000, High: 5000},
		"band is NaN":          {Rate: 8000, Low: math.NaN()},
		"floor is -1":          {Rate: 8000, Floor: -1},
		"frames is -1":         {Rate: 8000, Frames: -1},
		"want fewer mels":      {Rate: 8000, Mels: 128},
	} {
		if _, err := mel.New(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
}
