package food101

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cggm/task"
)

// The splits of the published code's layout stand, and its doctor is content.
func TestListed(t *testing.T) {
	dir := writeListed(t)
	m, err := find(dir)
	if err != nil {
		t.Fatal(err)
	}
	if n := [3]int{len(m.splits[0]), len(m.splits[1]), len(m.splits[2])}; n != [3]int{20, 2, 4} || len(m.classes) != 2 {
		t.Errorf("splits of %v, classes %q", n, m.classes)
	}
	if d := m.splits[0][0]; d.id != "train_apple_pie_0" || d.title != "my apple pie" || d.class != 0 || d.size == 0 {
		t.Errorf("first dish %+v", d)
	}
	r, err := Task{Config: Default(), Small: true}.Doctor(context.Background(), task.Options{Dir: dir})
	if err != nil || r.Count(task.SeverityError) > 0 {
		t.Errorf("doctor: %v, %+v", err, r)
	}
}

func TestListedRefuses(t *testing.T) {
	good := `{"id": 1, "img_path": "images/train/waffles/waffles_1.jpg", "label": "waffles", "text_tokens": ["a"]}`
	for name, test := range map[string][2]string{
		"no list":     {`{"a": 1}`, "byte 1: found {: want a list of samples with id"},
		"cut":         {"[" + good + ",", "EOF"},
		"unfinished":  {"[" + good, "EOF"},
		"empty":       {"[]", "no sample"},
		"kind":        {`[{"img_path": 3}]`, "cannot unmarshal number"},
		"outside":     {`[{"img_path": "../x.jpg", "label": "waffles"}]`, `sample 0: label "waffles", img_path "../x.jpg": want a class and a path in the folder`},
		"no label":    {`[{"img_path": "x.jpg"}]`, `label ""`},
		"twice":       {"[" + good + "," + good + "]", "samples 0 and 1 have the picture"},
		"no pictures": {`[{"img_path": "x.jpg", "label": "waffles"}]`, "none of the 1 pictures of dev.json is there"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := writeListed(t)
			put(t, filepath.Join(dir, "dev.json"), []byte(test[0]))
			if _, err := find(dir); err == nil || !strings.Contains(err.Error(), test[1]) || !strings.Contains(err.Error(), "dev.json") {
				t.Errorf("got %v, want %q", err, test[1])
			}
		})
	}
	dir := writeListed(t)
	if err := os.Remove(filepath.Join(dir, "test.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := find(dir); err == nil || !strings.Contains(err.Error(), "want train.json, dev.json, test.json") {
		t.Errorf("without test.json: %v", err)
	}
}

// Whatever the file holds, paths stay in the folder.
func FuzzReadListed(f *testing.F) {
	f.Add([]byte(`[{"id": 1, "img_path": "a/b.jpg", "label": "waffles", "text_tokens": ["a"]}]`))
	f.Add([]byte(`[{"img_path": "/x", "label": "b"}, {"img_path": "a/../../x", "label": "b"}]`))
	f.Fuzz(func(t *testing.T, in []byte) {
		path := filepath.Join(t.TempDir(), "train.json")
		put(t, path, in)
		entries, err := readListed(path)
		if err == nil && len(entries) == 0 {
			t.Fatal("no samples and no error")
		}
		for _, e := range entries {
			if !filepath.IsLocal(e.Path) || e.Label == "" {
				t.Fatalf("entry %+v", e)
			}
		}
	})
}
