package mosi

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// names are the names to look for. Those of MMSA are the same for both data
// sets, in the folder itself or in MMSA's own tree of folders.
func (t Task) names() []string {
	return append(append([]string{}, t.Corpus.files...), "aligned_50.pkl", "unaligned_50.pkl")
}

// find returns the pickle's path and the others that are there too. dir may be
// the pickle itself.
func (t Task) find(dir string) (path string, others []string, err error) {
	info, err := os.Stat(dir)
	if err != nil {
		return "", nil, err
	}
	if !info.IsDir() {
		return dir, nil, nil
	}
	if t.Config.File != "" {
		path = t.Config.File
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		_, err := os.Stat(path)
		return path, nil, err
	}
	var found []string
	for _, folder := range []string{".", "Processed", filepath.Join(strings.ToUpper(t.Corpus.Task), "Processed")} {
		for _, name := range t.names() {
			at := filepath.Join(dir, folder, name)
			switch info, err := os.Stat(at); {
			case errors.Is(err, fs.ErrNotExist):
			case err != nil:
				return "", nil, err
			case !info.IsDir():
				found = append(found, at)
			}
		}
	}
	if len(found) == 0 {
		return "", nil, fmt.Errorf("%s: no %s, nor in %s/Processed: put one of them there, or name another with data.settings.file",
			dir, strings.Join(t.names(), ", "), strings.ToUpper(t.Corpus.Task))
	}
	return found[0], found[1:], nil
}
