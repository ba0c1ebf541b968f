package manifest

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/task"
)

func encodePNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// plain returns a picture of one colour.
func plain(width, height int, c color.Color) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		m.Set(i%width, i/width, c)
	}
	return m
}

func TestPictures(t *testing.T) {
	var blue bytes.Buffer
	if err := jpeg.Encode(&blue, plain(20, 10, color.NRGBA{B: 255, A: 255}), nil); err != nil {
		t.Fatal(err)
	}
	files := map[string]any{
		"photos/red.png":  encodePNG(t, plain(3, 5, color.NRGBA{R: 255, A: 255})),
		"photos/none.png": encodePNG(t, plain(4, 4, color.NRGBA{})),
		"photos/blue.jpg": blue.Bytes(),
		"rows.csv": rowsOf("shot,y,part", 10, func(i int) string {
			return fmt.Sprintf("%s,%d,%s", []string{"red.png", "blue.jpg", "", "none.png"}[i%4], i%2, partOf(i))
		}),
	}
	manifest := "task: classification\nfile: rows.csv\nmodalities: [{name: shot, image: shot, folder: photos, size: [2, 4]}, {name: gray, image: shot, folder: photos, size: [1, 1], gray: true}, {name: y, columns: [y]}]\nlabel: {from: y}\nsplit: {from: part}\n"
	d, _ := open(t, manifest, files)
	inputs, _, present := columns(t, d.Train)
	if !slices.Equal(inputs[0].Dims, []int{2, 4, 3}) || !slices.Equal(inputs[1].Dims, []int{1, 1, 1}) {
		t.Fatalf("shapes %v and %v", inputs[0].Dims, inputs[1].Dims)
	}
	for k, want := range [][3]uint8{{255, 0, 0}, {0, 0, 254}, {0, 0, 0}, {255, 255, 255}} {
		got := inputs[0].Bytes[k*24:][:24]
		for i, v := range got {
			if diff := int(v) - int(want[i%3]); diff < -2 || diff > 2 { // JPEG rounds
				t.Errorf("picture %d is %v, want %v", k, got, want)
				break
			}
		}
		if there := present[3*k] == 1; there != (k != 2) || present[3*k+1] != present[3*k] {
			t.Errorf("sample %d: present %v", k, present[3*k:][:3])
		}
	}
	// The luma of red is .299 of white.
	if g := inputs[1].Bytes; g[0] < 75 || g[0] > 77 || g[3] != 255 {
		t.Errorf("gray %v", g)
	}
	for name, change := range map[string]struct{ file, content, want string }{
		"damaged":  {"photos/red.png", string(files["photos/red.png"].([]byte)[:40]), `rows.csv, row 1, column "shot": `},
		"text":     {"photos/red.png", "red", `photos/red.png`},
		"absent":   {"rows.csv", strings.ReplaceAll(files["rows.csv"].(string), "blue.jpg", "green.jpg"), `rows.csv, row 2, column "shot": `},
		"escape":   {"rows.csv", strings.ReplaceAll(files["rows.csv"].(string), "blue.jpg", "../m.yaml/../../x.jpg"), `leaves the folder`},
		"no names": {"rows.csv", strings.ReplaceAll(files["rows.csv"].(string), "shot,", "shoot,"), `did you mean "shoot"?`},
	} {
		dir := folder(t, files)
		put(t, dir, change.file, change.content)
		put(t, dir, "m.yaml", manifest)
		_, err := Task{filepath.Join(dir, "m.yaml")}.Open(context.Background(), task.Options{})
		if err == nil || !strings.Contains(err.Error(), change.want) {
			t.Errorf("%s: error %v\nwant %s", name, err, change.want)
		}
	}
}

func TestClassMaps(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 4, 2))
	gray.Pix = []uint8{0, 0, 1, 1, 2, 2, 1, 1}
	indexed := image.NewPaletted(image.Rect(0, 0, 4, 2), color.Palette{color.Black, color.White, color.NRGBA{R: 200, A: 255}})
	indexed.Pix = []uint8{2, 2, 2, 2, 1, 0, 1, 0}
	deep := image.NewGray16(image.Rect(0, 0, 4, 2))
	deep.SetGray16(3, 1, color.Gray16{Y: 2})
	files := map[string]any{
		"gray.png": encodePNG(t, gray), "indexed.png": encodePNG(t, indexed), "deep.png": encodePNG(t, deep),
		"colour.png": encodePNG(t, plain(4, 2, color.NRGBA{R: 1, A: 255})), "large.png": encodePNG(t, image.NewGray(image.Rect(0, 0, 8, 4))),
		"rows.csv": rowsOf("mask,part", 10, func(i int) string { return []string{"gray", "indexed", "deep"}[i%3] + ".png," + partOf(i) }),
	}
	manifest := "task: dense\nfile: rows.csv\nmodalities: [{name: scan, image: mask, size: [2, 4], gray: true}]\nlabel: {image: mask}\nsplit: {from: part}\n"
	d, _ := open(t, manifest, files)
	_, label, _ := columns(t, d.Train)
	want := []int32{0, 0, 1, 1, 2, 2, 1, 1, 2, 2, 2, 2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2}
	if d.Outputs != 3 || !slices.Equal(label.Dims, []int{2, 4}) || !slices.Equal(label.Ints[:24], want) {
		t.Errorf("%d classes, maps %v %v", d.Outputs, label.Dims, label.Ints)
	}
	d, _ = open(t, strings.Replace(manifest, "label: {image: mask}", "label: {image: mask, size: [1, 2], classes: [a, b, c]}", 1), files)
	if _, label, _ = columns(t, d.Train); !slices.Equal(label.Ints[:4], []int32{0, 1, 2, 2}) {
		t.Errorf("maps scaled to %v", label.Ints)
	}
	for name, want := range map[string]string{
		"colour.png": "a colour picture: class maps are grayscale or have a palette",
		"large.png":  "4 x 8 pixels, but 2 x 4 in the first sample: set the label's size",
		"":           "the label is empty",
		"x.png":      "no such file",
	} {
		changed := make(map[string]any)
		for k, v := range files {
			changed[k] = v
		}
		changed["rows.csv"] = strings.Replace(files["rows.csv"].(string), "indexed.png", name, 1)
		// The scan is there even where the map is not.
		_, _, err := tryOpen(t, strings.Replace(manifest, "image: mask, size: [2, 4], gray: true", "columns: [part]", 1), changed)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `rows.csv, row 2, column "mask"`) {
			t.Errorf("map %q: error %v", name, err)
		}
	}
}
