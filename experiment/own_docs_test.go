package experiment_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cggm/data"
	"cggm/data/npz"
	"cggm/experiment"
	"cggm/task"
	"cggm/task/manifest"
)

// manifestsIn returns the YAML blocks of a document that begin with a comment
// that names them.
func manifestsIn(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string)
	for _, m := range regexp.MustCompile("(?s)```yaml\n# (\\w+\\.yaml)[^\n]*\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		out[m[1]] = m[2]
	}
	return out
}

// The manifests of docs/own-data.md and of the README load without a complaint
// of the doctor and learn what the files hold.
func TestDocumentedManifestsTrain(t *testing.T) {
	writers := map[string]func(w *writer){"features.yaml": writeFeatures, "items.yaml": writeItems, "clips.yaml": writeClips, "things.yaml": writeThings}
	manifests := manifestsIn(t, "../docs/own-data.md")
	for name, text := range manifestsIn(t, "../README.md") {
		manifests[name] = text
	}
	if len(manifests) != len(writers) {
		t.Errorf("%d manifests in the documents, %d are tested", len(manifests), len(writers))
	}
	for name, text := range manifests {
		t.Run(name, func(t *testing.T) {
			if writers[name] == nil {
				t.Fatalf("no files are written for %s", name)
			}
			w := &writer{t: t, dir: t.TempDir(), rng: rand.New(rand.NewPCG(3, 7))}
			writers[name](w)
			path := w.file(name, []byte(text))
			report, err := manifest.Task{Path: path}.Doctor(context.Background(), task.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range report.Rows {
				if f.Severity == task.SeverityError {
					t.Errorf("the doctor finds %+v", f)
				}
			}
			c, err := experiment.Load("", path, []string{"train.epochs=15", "train.batch=20", "optimizer.rate=5e-3"})
			if err != nil {
				t.Fatal(err)
			}
			r, err := experiment.Run(context.Background(), experiment.Request{Config: c, Root: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			if acc := r.Scores.Test["accuracy"]; !(acc >= .8) {
				t.Errorf("test accuracy %v, want at least .8: the classes are easy to tell apart", acc)
			}
		})
	}
}

// writer puts files of 200 samples of two classes into a folder.
type writer struct {
	t   *testing.T
	dir string
	rng *rand.Rand
}

const documented = 200

func (w *writer) file(name string, content []byte) string {
	w.t.Helper()
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func (w *writer) noise(n int, mean float64) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(mean + w.rng.NormFloat64())
	}
	return out
}

func (w *writer) picture(name string, side int, c color.Color) {
	m := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			m.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		w.t.Fatal(err)
	}
	w.file(name, b.Bytes())
}

func (w *writer) array(name string, a data.Array) {
	var b bytes.Buffer
	if err := npz.Encode(&b, a); err != nil {
		w.t.Fatal(err)
	}
	w.file(name, b.Bytes())
}

// tone is a quarter of a second of a sine at 8 kHz.
func tone(frequency float64) []byte {
	const rate, samples = 8000, 2000
	le := binary.LittleEndian
	b := append(le.AppendUint32([]byte("RIFF"), 36+2*samples), "WAVEfmt "...)
	b = le.AppendUint16(le.AppendUint16(le.AppendUint32(b, 16), 1), 1)
	b = le.AppendUint16(le.AppendUint16(le.AppendUint32(le.AppendUint32(b, rate), 2*rate), 2), 16)
	b = le.AppendUint32(append(b, "data"...), 2*samples)
	for i := range samples {
		b = le.AppendUint16(b, uint16(int16(9000*math.Sin(2*math.Pi*frequency*float64(i)/rate))))
	}
	return b
}

func writeFeatures(w *writer) {
	text, audio := make([]float32, 0, documented*16), make([]float32, 0, documented*12*5)
	lengths, labels, speakers := make([]int64, documented), make([]string, documented), make([]string, documented)
	for i := range documented {
		mean := float64(i%2) - .5
		text = append(text, w.noise(16, mean)...)
		n := 3 + i%10
		audio = append(append(audio, w.noise(n*5, mean)...), make([]float32, (12-n)*5)...)
		lengths[i], labels[i], speakers[i] = int64(n), []string{"calm", "upset"}[i%2], fmt.Sprint("speaker", i/8)
	}
	var b bytes.Buffer
	err := npz.Write(&b, map[string]data.Array{
		"text":          {Shape: []int{documented, 16}, Values: text},
		"audio":         {Shape: []int{documented, 12, 5}, Values: audio},
		"audio_lengths": {Shape: []int{documented}, Values: lengths},
		"label":         {Shape: []int{documented}, Values: labels},
		"speaker":       {Shape: []int{documented}, Values: speakers},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.file("features.npz", b.Bytes())
}

func writeItems(w *writer) {
	rows := "picture,caption,price,category\n"
	for i := range documented {
		picture := fmt.Sprintf("photos/%d.png", i)
		if i%10 == 0 {
			picture = ""
		} else {
			w.picture(picture, 30, color.NRGBA{uint8(60 + 120*(i%2)), uint8(w.rng.IntN(100)), 50, 255})
		}
		rows += fmt.Sprintf("%s,a %s thing,%.2f,%s\n", picture, []string{"long yellow", "round red"}[i%2], 1+2*float64(i%2)+w.rng.Float64(), []string{"banana", "apple"}[i%2])
	}
	w.file("items.csv", []byte(rows))
}

func writeClips(w *writer) {
	var rows strings.Builder
	for i := range documented {
		part := []string{"train", "train", "train", "val", "test"}[i/2%5]
		w.file(fmt.Sprintf("sound/%d.wav", i), tone(400+600*float64(i%2)+40*w.rng.Float64()))
		w.picture(fmt.Sprintf("stills/%d.png", i), 16, color.Gray{uint8(50 + 100*(i%2) + w.rng.IntN(50))})
		n := 2 + i%5
		w.array(fmt.Sprintf("pose/%d.npy", i), data.Array{Shape: []int{n, 6}, Values: w.noise(n*6, float64(i%2)-.5)})
		fmt.Fprintf(&rows, `{"wav": "sound/%d.wav", "still": "stills/%d.png", "sensors": [%.3f, %.3f, 2.0], "pose": "pose/%d.npy", "event": %q, "part": %q}`+"\n",
			i, i, w.rng.NormFloat64(), float64(i%2)+w.rng.Float64(), i, []string{"door", "dog"}[i%2], part)
	}
	w.file("clips.jsonl", []byte(rows.String()))
}

func writeThings(w *writer) {
	rows := "title,path,size,weight,kind\n"
	for i := range documented {
		w.picture(fmt.Sprintf("%d.png", i), 20, color.NRGBA{uint8(60 + 120*(i%2)), 80, uint8(w.rng.IntN(200)), 255})
		rows += fmt.Sprintf("%s number %d,%d.png,%.2f,%.2f,%s\n", []string{"small", "big"}[i%2], i, i, float64(i%2)+w.rng.Float64(), w.rng.Float64(), []string{"toy", "tool"}[i%2])
	}
	w.file("things.csv", []byte(rows))
}
