package food101

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cggm/data"
	"cggm/data/table"
	"cggm/task/internal/split"
)

// published is the number of classes of the published set.
const published = 101

// splitSeed cuts validation from training, the same for everybody.
const splitSeed = 101

// dish is one sample.
type dish struct {
	// id is the picture's name, as in apple_pie_0.jpg.
	id, title string
	class     int
	// path is the picture's file; "" for made-up samples, which have pixels.
	path   string
	size   int64
	pixels data.Array
}

// menu holds the samples of the three splits.
type menu struct {
	splits   [3][]dish
	classes  []string
	warnings []string
	// generated says that no file is behind it.
	generated bool
}

// row is a line of a table, not yet matched with a class number.
type row struct {
	image, title, class string
}

// find returns the samples of a folder.
func find(dir string) (*menu, error) {
	if isListed(dir) {
		return findListed(dir)
	}
	if err := expect(dir); err != nil {
		return nil, err
	}
	m := &menu{}
	var rows [2][]row
	for i, name := range [2]string{"train", "test"} {
		var err error
		if rows[i], err = readTitles(filepath.Join(dir, "texts", name+"_titles.csv")); err != nil {
			return nil, err
		}
		for _, r := range rows[i] {
			m.classes = append(m.classes, r.class)
		}
	}
	m.sortClasses()
	var dishes [2][]dish
	for i, name := range [2]string{"train", "test"} {
		var err error
		if dishes[i], err = m.match(filepath.Join(dir, "images", name), name, rows[i]); err != nil {
			return nil, err
		}
	}
	return m, m.cut(dishes[0], dishes[1])
}

// sortClasses makes every class one of the menu's.
func (m *menu) sortClasses() {
	slices.Sort(m.classes)
	m.classes = slices.Compact(m.classes)
	if len(m.classes) != published {
		m.warnings = append(m.warnings, fmt.Sprintf("%d classes, %d are published", len(m.classes), published))
	}
}

// cut takes a tenth of the published training samples for validation.
func (m *menu) cut(train, test []dish) error {
	labels := make([]int32, len(train))
	for i, d := range train {
		labels[i] = int32(d.class)
	}
	sets, err := split.Stratified(labels, split.Parts{Train: 9, Val: 1}, splitSeed)
	if err != nil {
		return fmt.Errorf("cut %d training samples 90:10 for validation: %w", len(train), err)
	}
	m.splits[2] = test
	for i, picked := range [2][]int{sets.Train, sets.Val} {
		for _, k := range picked {
			m.splits[i] = append(m.splits[i], train[k])
		}
	}
	return nil
}

// expect reports what the folder lacks, all at once.
func expect(dir string) error {
	var missing []string
	for _, name := range []string{"images/train", "images/test", "texts/train_titles.csv", "texts/test_titles.csv"} {
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			missing = append(missing, name)
		case err != nil:
			return err
		case info.IsDir() != strings.HasPrefix(name, "images"):
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s: no %s: want images/{train,test}/CLASS/*.jpg and texts/{train,test}_titles.csv with image, title and class, or train.json, dev.json and test.json", dir, strings.Join(missing, ", "))
	}
	return nil
}

// columns are the names of the cells, where a table has a header.
var columns = []string{"image", "title", "class"}

// readTitles reads a table of image, title and class, with or without a
// header.
func readTitles(path string) ([]row, error) {
	t, err := table.ReadCSV(path, table.CSV{})
	if err != nil {
		return nil, err
	}
	names := t.Names()
	if len(names) != len(columns) {
		return nil, fmt.Errorf("%s: %d columns: want 3, image, title and class", path, len(names))
	}
	var cells [3][]string
	for i, name := range names {
		a, err := t.Column(name)
		if err != nil {
			return nil, err
		}
		if cells[i], err = a.Strings(); err != nil {
			return nil, fmt.Errorf("%s: column %s: %w", path, columns[i], err)
		}
	}
	var out []row
	for i := range cells[0] {
		r := row{strings.TrimSpace(cells[0][i]), cells[1][i], strings.TrimSpace(cells[2][i])}
		if i == 0 && strings.EqualFold(r.image, columns[0]) {
			continue
		}
		// A name from a table must not lead out of the folder.
		if r.image == "" || r.class == "" || strings.ContainsAny(r.image+r.class, `/\`) || r.class == ".." || r.image == ".." {
			return nil, fmt.Errorf("%s: row %d: image %q of class %q: want the names of a file and of its folder", path, i+1, r.image, r.class)
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no rows: want image, title and class", path)
	}
	return out, nil
}

// match finds the pictures of the rows. Rows without a picture, and pictures
// without a row, are left out with a warning: the published set has some.
func (m *menu) match(dir, name string, rows []row) ([]dish, error) {
	files, err := listPictures(dir)
	if err != nil {
		return nil, err
	}
	var out []dish
	seen := make(map[string]bool)
	var lost []string
	for _, r := range rows {
		id := r.class + "/" + r.image
		if seen[id] {
			return nil, fmt.Errorf("texts/%s_titles.csv: picture %s has two titles: keep one", name, id)
		}
		seen[id] = true
		size, ok := files[id]
		if !ok {
			lost = append(lost, id)
			continue
		}
		class, _ := slices.BinarySearch(m.classes, r.class)
		out = append(out, dish{id: r.image, title: r.title, class: class, path: filepath.Join(dir, r.class, r.image), size: size})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: none of the %d pictures of texts/%s_titles.csv is there, such as %s", dir, len(rows), name, lost[0])
	}
	if len(lost) > 0 {
		m.warnings = append(m.warnings, fmt.Sprintf("%d of %d titles of the %s table have no picture and are left out, such as %s", len(lost), len(rows), name, lost[0]))
	}
	if n := len(files) - len(out); n > 0 {
		m.warnings = append(m.warnings, fmt.Sprintf("%d of %d pictures of images/%s have no title and are left out", n, len(files), name))
	}
	return out, nil
}

// extensions are those of pictures.
var extensions = []string{".jpg", ".jpeg", ".png", ".webp", ".gif"}

// listPictures returns the sizes of the pictures of a split by class/name.
func listPictures(dir string) (map[string]int64, error) {
	classes, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	out := make(map[string]int64)
	for _, class := range classes {
		if !class.IsDir() {
			continue
		}
		files, err := os.ReadDir(filepath.Join(dir, class.Name()))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if f.IsDir() || !slices.Contains(extensions, strings.ToLower(filepath.Ext(f.Name()))) {
				continue
			}
			info, err := f.Info()
			if err != nil {
				return nil, err
			}
			out[class.Name()+"/"+f.Name()] = info.Size()
		}
	}
	return out, nil
}

// fingerprint is the hash of the titles, and of the pictures' names and sizes.
func fingerprint(dishes []dish) string {
	h := sha256.New()
	for _, d := range dishes {
		_, _ = fmt.Fprintf(h, "%d %q %d %q\n", d.class, d.id, d.size, d.title) // a hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}
