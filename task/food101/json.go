package food101

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// listed are the files of the layout that the published code of CGGM reads, by
// split.
var listed = [3]string{"train.json", "dev.json", "test.json"}

// entry is one sample of such a file.
type entry struct {
	ID     json.RawMessage `json:"id"`
	Path   string          `json:"img_path"`
	Label  string          `json:"label"`
	Tokens []string        `json:"text_tokens"`
}

// isListed reports whether the folder has that layout.
func isListed(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, listed[0]))
	return err == nil
}

// findListed returns the samples of a folder with that layout.
func findListed(dir string) (*menu, error) {
	m := &menu{}
	var all [3][]entry
	for i, name := range listed {
		var err error
		if all[i], err = readListed(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
		for _, e := range all[i] {
			m.classes = append(m.classes, e.Label)
		}
	}
	m.sortClasses()
	for i, entries := range all {
		lost := 0
		for _, e := range entries {
			d := dish{id: strings.Trim(string(e.ID), `"`), title: strings.Join(e.Tokens, " "), path: filepath.Join(dir, filepath.FromSlash(e.Path))}
			info, err := os.Stat(d.path)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				lost++
				continue
			case err != nil:
				return nil, err
			}
			d.class, _ = slices.BinarySearch(m.classes, e.Label)
			d.size = info.Size()
			m.splits[i] = append(m.splits[i], d)
		}
		if len(m.splits[i]) == 0 {
			return nil, fmt.Errorf("%s: none of the %d pictures of %s is there, such as %s", dir, len(entries), listed[i], entries[0].Path)
		}
		if lost > 0 {
			m.warnings = append(m.warnings, fmt.Sprintf("%d of %d samples of %s have no picture and are left out", lost, len(entries), listed[i]))
		}
	}
	return m, nil
}

// readListed reads a file of samples.
func readListed(path string) ([]entry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: want %s", err, strings.Join(listed[:], ", "))
	}
	defer f.Close() //nolint:errcheck // nothing was written
	in := json.NewDecoder(f)
	damaged := func(err error) error {
		return fmt.Errorf("%s: byte %d: %w: want a list of samples with id, img_path, label and text_tokens", path, in.InputOffset(), err)
	}
	switch open, err := in.Token(); {
	case err != nil:
		return nil, damaged(err)
	case open != json.Delim('['):
		return nil, damaged(fmt.Errorf("found %v", open))
	}
	var out []entry
	seen := make(map[string]int)
	for in.More() {
		var e entry
		if err := in.Decode(&e); err != nil {
			return nil, damaged(err)
		}
		// A name from a file must not lead out of the folder.
		if e.Label == "" || !filepath.IsLocal(filepath.FromSlash(e.Path)) {
			return nil, fmt.Errorf("%s: sample %d: label %q, img_path %q: want a class and a path in the folder", path, len(out), e.Label, e.Path)
		}
		if first, ok := seen[e.Path]; ok {
			return nil, fmt.Errorf("%s: samples %d and %d have the picture %s: keep one", path, first, len(out), e.Path)
		}
		seen[e.Path] = len(out)
		out = append(out, e)
	}
	if _, err := in.Token(); err != nil {
		return nil, damaged(err)
	}
	if len(out) == 0 {
		return nil, damaged(errors.New("found no sample"))
	}
	return out, nil
}
