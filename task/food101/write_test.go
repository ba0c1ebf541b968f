package food101

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func put(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// photo returns a JPEG, or a PNG, of one colour with a gradient.
func photo(t testing.TB, name string, shade int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for y := range 30 {
		for x := range 40 {
			img.Set(x, y, color.RGBA{uint8(shade), uint8(6 * x), uint8(8 * y), 255})
		}
	}
	var b bytes.Buffer
	err := error(nil)
	if strings.HasSuffix(name, ".png") {
		err = png.Encode(&b, img)
	} else {
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// kitchen are the classes that the tests write.
var kitchen = []string{"apple_pie", "waffles"}

// write makes a folder with ten training and three test samples a class. The
// titles have commas and quotes.
func write(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for split, count := range map[string]int{"train": 10, "test": 3} {
		var titles strings.Builder
		for c, class := range kitchen {
			for n := range count {
				name := fmt.Sprintf("%s_%d.jpg", class, n)
				shade := 100*c + 4*n
				if split == "test" {
					shade += 50
				}
				put(t, filepath.Join(dir, "images", split, class, name), photo(t, name, shade))
				fmt.Fprintf(&titles, "%s,\"My \"\"%s\"\", number %d\",%s\n", name, strings.ReplaceAll(class, "_", " "), n, class)
			}
		}
		put(t, filepath.Join(dir, "texts", split+"_titles.csv"), []byte(titles.String()))
	}
	return dir
}

// writeListed makes the same samples in the layout of the published code, the
// first test sample of each class for validation.
func writeListed(t testing.TB) string {
	t.Helper()
	dir := write(t)
	lists := make(map[string][]string)
	for split, count := range map[string]int{"train": 10, "test": 3} {
		for _, class := range kitchen {
			for n := range count {
				to := split
				if split == "test" && n == 0 {
					to = "dev"
				}
				lists[to] = append(lists[to], fmt.Sprintf(
					`{"id": "%s_%s_%d", "img_path": "images/%s/%s/%s_%d.jpg", "label": "%s", "text_tokens": ["my", "%s", "pie"]}`,
					split, class, n, split, class, class, n, class, class[:5]))
			}
		}
	}
	for split, list := range lists {
		put(t, filepath.Join(dir, split+".json"), []byte("["+strings.Join(list, ",\n")+"]\n"))
	}
	if err := os.RemoveAll(filepath.Join(dir, "texts")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// addCheckpoints puts small networks of random weights where those of the
// published size are expected.
func addCheckpoints(t testing.TB, dir string) {
	t.Helper()
	for name, from := range map[string]string{textFolder: "bert", pictureFolder: "vit"} {
		to := filepath.Join(dir, name)
		if err := os.CopyFS(to, os.DirFS(filepath.Join("..", "..", "pretrained", from, "testdata", "small"))); err != nil {
			t.Fatal(err)
		}
	}
	words := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "my", "apple", "pie", "waffle", "##s"}
	put(t, filepath.Join(dir, textFolder, "vocab.txt"), []byte(strings.Join(words, "\n")+"\n"))
}
