package manifest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"cggm/config"
	"cggm/task"
	"cggm/task/internal/split"
)

// Task opens the data that a manifest describes.
type Task struct {
	// Path is the manifest.
	Path string
}

var (
	_ task.Opener = Task{}
	_ task.Doctor = Task{}
)

// Open reads the manifest and its files. o.Dir replaces the folder of the
// manifest as the place where paths begin; o.Seed, combined with the seed of
// the manifest, chooses a made split.
func (t Task) Open(ctx context.Context, o task.Options) (*task.Data, error) {
	d, _, err := t.open(ctx, o)
	return d, err
}

// Doctor reads the data and examines it.
func (t Task) Doctor(ctx context.Context, o task.Options) (*task.Report, error) {
	return task.Diagnose(ctx, o, t.open)
}

func (t Task) open(ctx context.Context, o task.Options) (*task.Data, *task.Groups, error) {
	m, err := Load(t.Path)
	if err != nil {
		return nil, nil, err
	}
	folder := o.Dir
	if folder == "" {
		folder = filepath.Dir(t.Path)
	}
	d, groups, err := m.open(ctx, folder, o.Seed)
	if err != nil && ctx.Err() == nil {
		return nil, nil, fmt.Errorf("manifest: %w", err)
	}
	return d, groups, err
}

// Load reads and validates the manifest at path.
func Load(path string) (*Manifest, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if info.Size() > config.MaxBytes {
		return nil, fmt.Errorf("manifest: %s holds %d bytes: %w: at most %d", path, info.Size(), ErrInvalid, config.MaxBytes)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	return Parse(path, text)
}

// open reads all files relative to the folder and divides the samples.
func (m *Manifest) open(ctx context.Context, folder string, seed uint64) (*task.Data, *task.Groups, error) {
	r := newReader(m, folder)
	defer r.close()
	label, sizes, err := m.readLabel(ctx, r)
	if err != nil {
		return nil, nil, fmt.Errorf("label: %w", err)
	}
	rows := label.column.Len()
	drafts := make([]*draft, len(m.Modalities))
	for i, mod := range m.Modalities {
		if drafts[i], err = mod.read(ctx, r, m.fileOf(mod.File)); err != nil {
			return nil, nil, fmt.Errorf("modality %q: %w", mod.Name, err)
		}
		if n := drafts[i].rows(); n != rows {
			return nil, nil, fmt.Errorf("modality %q: %d samples, but %d labels: all must be of the same samples in the same order", mod.Name, n, rows)
		}
	}
	sets, groups, err := m.divide(r, label, sizes, seed)
	if err != nil {
		return nil, nil, fmt.Errorf("split: %w", err)
	}
	for i, mod := range m.Modalities {
		mod.number(drafts[i], sets.Train)
	}
	return m.assemble(label, drafts, sets, groups)
}

func (m *Manifest) fileOf(own string) string {
	if own != "" {
		return own
	}
	return m.File
}

// readLabel reads the label and, when files come by split, their sizes.
func (m *Manifest) readLabel(ctx context.Context, r *reader) (*target, []int, error) {
	file := m.fileOf(m.Label.File)
	var given []*series
	var sizes []int
	var err error
	if len(m.Label.Columns) > 0 {
		given, sizes, err = r.columns(file, m.Label.Columns)
	} else {
		var s *series
		s, sizes, err = r.series(file, m.Label.From+m.Label.Image, false)
		given = []*series{s}
	}
	if err != nil {
		return nil, nil, err
	}
	if given[0].rows() == 0 {
		return nil, nil, fmt.Errorf("%s: no samples", given[0].origin())
	}
	if m.Label.Image != "" {
		if given[0], err = classMaps(ctx, given[0], r.folder, m.Label.Folder, m.Label.Size); err != nil {
			return nil, nil, err
		}
	}
	t, err := m.target(given)
	return t, sizes, err
}

// read reads one modality.
func (m Modality) read(ctx context.Context, r *reader, file string) (*draft, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(m.Columns) > 0 {
		parts, _, err := r.columns(file, m.Columns)
		if err != nil {
			return nil, err
		}
		return m.columns(parts)
	}
	s, _, err := r.series(file, m.key(), m.Lengths != "")
	if err != nil {
		return nil, err
	}
	switch {
	case m.Files != "":
		return m.arrays(ctx, s, r.folder)
	case m.Image != "":
		return m.pictures(ctx, s, r.folder)
	case m.Wav != "":
		return m.sounds(ctx, s, r.folder)
	case m.Text != "":
		texts, err := s.names()
		if err != nil {
			return nil, err
		}
		return &draft{texts: texts}, nil
	case m.Lengths != "":
		lengths, _, err := r.series(file, m.Lengths, false)
		if err != nil {
			return nil, err
		}
		return m.array(s, lengths)
	}
	return m.array(s, nil)
}

func (d *draft) rows() int {
	if d.texts != nil {
		return len(d.texts)
	}
	return d.column.Len()
}

// number turns texts into ids, with a vocabulary built on the training rows.
func (m Modality) number(d *draft, train []int) {
	if d.texts == nil {
		return
	}
	size, limit := m.Vocabulary, m.Length
	if size == 0 {
		size = defaultVocabulary
	}
	if limit == 0 {
		limit = defaultWords
	}
	texts := make([]string, len(train))
	for i, row := range train {
		texts[i] = d.texts[row]
	}
	v := newVocabulary(texts, size)
	d.column, d.vocabulary = v.column(m.Name, d.texts, limit), v.size()
	d.present = nonempty(d.column.Lengths)
}

// divide cuts the samples into train, val and test. sizes are the numbers of
// samples of the files by split.
func (m *Manifest) divide(r *reader, label *target, sizes []int, seed uint64) (split.Sets, []string, error) {
	rows := label.column.Len()
	var given []int
	if len(sizes) > 1 {
		for i, n := range sizes {
			for range n {
				given = append(given, r.numbers[i])
			}
		}
	}
	read := func(key string) (*series, error) {
		s, _, err := r.series(m.fileOf(m.Label.File), key, false)
		if err == nil && s.rows() != rows {
			err = fmt.Errorf("%s: %d values for %d samples", s.origin(), s.rows(), rows)
		}
		return s, err
	}
	var groups []string
	if m.Split.From != "" {
		s, err := read(m.Split.From)
		if err != nil {
			return split.Sets{}, nil, err
		}
		if given, err = splitOf(s); err != nil {
			return split.Sets{}, nil, err
		}
	}
	if m.Split.Group != "" {
		s, err := read(m.Split.Group)
		if err != nil {
			return split.Sets{}, nil, err
		}
		if groups, err = s.names(); err != nil {
			return split.Sets{}, nil, err
		}
		for i, g := range groups {
			if g == "" {
				return split.Sets{}, nil, fmt.Errorf("%s: the group is empty", s.at(i))
			}
		}
	}
	sets, err := m.Split.divide(rows, given, groups, label.strata, seed)
	return sets, groups, err
}
