package manifest

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"cggm/objective"
)

// Limits of a manifest.
const (
	maxModalities = 8
	maxSide       = 4096 // of pictures and spectrograms
	maxLength     = 1 << 16
	maxVocabulary = 1 << 20
)

// Defaults of settings that are left out.
const (
	defaultVocabulary = 8000
	defaultWords      = 64
	defaultSide       = 32
	defaultFrames     = 64
	defaultMels       = 40
)

// Validate reports every setting that is missing, out of range or contradicts
// another.
func (m *Manifest) Validate() error {
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, args...)...))
	}
	kinds := []objective.Task{objective.Classification, objective.MultiLabel, objective.Regression, objective.Dense}
	if !slices.Contains(kinds, m.Task) {
		fail("task %q: want one of %v", m.Task, kinds)
	}
	if n := len(m.Modalities); n < 1 || n > maxModalities {
		fail("%d modalities: want 1 to %d", n, maxModalities)
	}
	seen := make(map[string]bool)
	for i, mod := range m.Modalities {
		if mod.Name == "" || seen[mod.Name] {
			fail("modality %d: name %q is empty or used twice", i+1, mod.Name)
		}
		seen[mod.Name] = true
		if err := mod.validate(); err != nil {
			fail("modality %q: %w", mod.Name, err)
		}
		if m.File == "" && mod.File == "" {
			fail("modality %q: no file: set file here or for the whole manifest", mod.Name)
		}
	}
	if err := m.Label.validate(m.Task); err != nil {
		fail("label: %w", err)
	}
	if m.File == "" && m.Label.File == "" {
		fail("label: no file: set file here or for the whole manifest")
	}
	if err := m.validateSplit(); err != nil {
		fail("split: %w", err)
	}
	for _, f := range m.files() {
		if err := checkName(f); err != nil {
			fail("%w", err)
		}
	}
	return errors.Join(errs...)
}

func (m Modality) validate() error {
	given := 0
	source := ""
	for name, is := range map[string]bool{
		"array": m.Array != "" && m.Files == "", "files": m.Files != "", "columns": len(m.Columns) > 0, "text": m.Text != "", "image": m.Image != "", "wav": m.Wav != "",
	} {
		if is {
			given++
			source = name
		}
	}
	if given != 1 {
		return fmt.Errorf("%d sources given: set exactly one of array, columns, text, image, wav, files", given)
	}
	for _, s := range []struct {
		name string
		set  bool
		fits []string
	}{
		{"shape", m.Shape != nil, []string{"array", "files"}},
		{"lengths", m.Lengths != "", []string{"array"}},
		{"vocabulary", m.Vocabulary != 0, []string{"array", "files", "text"}},
		{"length", m.Length != 0, []string{"array", "files", "text"}},
		{"folder", m.Folder != "", []string{"image", "wav", "files"}},
		{"size", m.Size != nil, []string{"image"}},
		{"gray", m.Gray, []string{"image"}},
		{"sequence", m.Sequence, []string{"wav"}},
		{"frames", m.Frames != 0, []string{"wav"}},
		{"mels", m.Mels != 0, []string{"wav"}},
		{"raw", m.Raw, []string{"array", "files", "columns", "wav"}},
	} {
		if s.set && !slices.Contains(s.fits, source) {
			return fmt.Errorf("%s does not fit %s: it belongs to %s", s.name, source, strings.Join(s.fits, " and "))
		}
	}
	for _, s := range []struct {
		name      string
		value     int
		low, high int
	}{
		{"vocabulary", m.Vocabulary, 3, maxVocabulary},
		{"length", m.Length, 1, maxLength},
		{"frames", m.Frames, 1, maxSide},
		{"mels", m.Mels, 1, 512},
	} {
		if s.value != 0 && (s.value < s.low || s.value > s.high) {
			return fmt.Errorf("%s %d: want %d to %d", s.name, s.value, s.low, s.high)
		}
	}
	if err := checkSize(m.Size); err != nil {
		return err
	}
	if len(m.Shape) > 3 || slices.ContainsFunc(m.Shape, func(n int) bool { return n < 1 || n > maxLength }) {
		return fmt.Errorf("shape %v: want one to three sizes, each at least 1", m.Shape)
	}
	return nil
}

func checkSize(size []int) error {
	if size != nil && (len(size) != 2 || min(size[0], size[1]) < 1 || max(size[0], size[1]) > maxSide) {
		return fmt.Errorf("size %v: want [height, width], each 1 to %d", size, maxSide)
	}
	return nil
}

func (l Label) validate(task objective.Task) error {
	given := 0
	for _, is := range []bool{l.From != "", len(l.Columns) > 0, l.Image != ""} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return fmt.Errorf("%d sources given: set exactly one of from, columns, image", given)
	case len(l.Columns) > 0 && task != objective.Regression && task != objective.MultiLabel:
		return fmt.Errorf("columns belong to regression and multilabel, not to %s", task)
	case l.Image != "" && task != objective.Dense:
		return fmt.Errorf("image belongs to dense, not to %s", task)
	case (l.Folder != "" || l.Size != nil) && l.Image == "":
		return fmt.Errorf("folder and size need image")
	case l.Separator != "" && (task != objective.MultiLabel || l.From == ""):
		return fmt.Errorf("separator belongs to a multilabel column of names")
	case len(l.Classes) > 0 && task == objective.Regression:
		return fmt.Errorf("regression has no classes")
	}
	if err := checkSize(l.Size); err != nil {
		return err
	}
	for i, c := range l.Classes {
		if slices.Contains(l.Classes[:i], c) {
			return fmt.Errorf("class %q is listed twice", c)
		}
	}
	return nil
}

func (m *Manifest) validateSplit() error {
	s := m.Split
	perSplit := 0
	for _, name := range m.sources() {
		if strings.Contains(name, placeholder) {
			perSplit++
		}
	}
	switch {
	case perSplit > 0 && perSplit < len(m.sources()):
		return fmt.Errorf("only some modalities and labels have %s in the name of their file or array: all or none must", placeholder)
	case perSplit > 0 && s.From != "":
		return fmt.Errorf("from and %s in names: choose one", placeholder)
	case perSplit == 0 && s.Files != SplitFiles{}:
		return fmt.Errorf("files is set but no name of a file or array holds %s", placeholder)
	case s.Files != SplitFiles{} && (s.Files.Train == "" || s.Files.Test == ""):
		return fmt.Errorf("files %+v: name at least train and test", s.Files)
	}
	for _, n := range []int{s.Train, s.Val, s.Test} {
		if n < 0 || n > 1<<20 {
			return fmt.Errorf("share %d: want 0 or more", n)
		}
	}
	given := perSplit > 0 || s.From != ""
	if given && s.Test != 0 {
		return fmt.Errorf("test %d: the test samples are given, only val can be cut from train", s.Test)
	}
	shares := s.shares()
	if shares[0] == 0 || shares[1] == 0 || (shares[2] == 0 && !given) {
		return fmt.Errorf("shares %v of train, val and test: each must be above 0", shares)
	}
	return nil
}

// shares returns train, val and test with their defaults.
func (s Split) shares() [3]int {
	if s.Train == 0 && s.Val == 0 && s.Test == 0 {
		return [3]int{60, 20, 20}
	}
	return [3]int{s.Train, s.Val, s.Test}
}

// sources lists the names of file and array, together, of the label and of
// every modality.
func (m *Manifest) sources() []string {
	out := []string{m.fileOf(m.Label.File) + m.Label.From + m.Label.Image}
	for _, mod := range m.Modalities {
		out = append(out, m.fileOf(mod.File)+mod.key())
	}
	return out
}

// files lists the names of all data files.
func (m *Manifest) files() []string {
	var out []string
	add := func(f string) {
		if f != "" && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	add(m.File)
	add(m.Label.File)
	for _, mod := range m.Modalities {
		add(mod.File)
	}
	return out
}

// checkName refuses files that no reader takes and paths out of the folder.
func checkName(name string) error {
	if known := append(slices.Sorted(maps.Keys(containers)), ".csv", ".jsonl", ".parquet"); !slices.Contains(known, extension(name)) {
		return fmt.Errorf("file %q: want one of %s", name, strings.Join(known, ", "))
	}
	_, err := locate(".", name)
	return err
}

// locate returns the path of a file that is named relative to a folder.
// A relative name may not leave the folder; an absolute path is taken as it is.
func locate(folder, name string) (string, error) {
	switch {
	case filepath.IsAbs(name):
		return filepath.Clean(name), nil
	case !filepath.IsLocal(name):
		return "", fmt.Errorf("path %q leaves the folder of the manifest: give an absolute path if that is meant", name)
	}
	return filepath.Join(folder, name), nil
}
