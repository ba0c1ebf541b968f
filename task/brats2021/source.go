package brats2021

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"cggm/augment"
	"cggm/data"
	"cggm/pretrained/cache"
	"cggm/sample"
)

// source gives one slice per patient.
type source struct {
	crop     int
	store    *cache.Store // nil: none
	patients []*patient
}

var _ sample.Source = (*source)(nil)

// store opens the cache that the settings name.
func (t Task) store() (*cache.Store, error) {
	if t.Config.Cache == "" {
		return nil, nil //nolint:nilnil // no cache is no error
	}
	s, err := cache.Open(t.Config.Cache)
	if err != nil {
		return nil, fmt.Errorf("brats2021: %w", err)
	}
	return s, nil
}

// each calls do for the numbers below n, several at a time, and returns the
// joined errors.
func each(ctx context.Context, n int, do func(i int) error) error {
	errs := make([]error, n)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		workers.Go(func() {
			for i := range next {
				errs[i] = do(i)
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(errs...)
}

// survey finds the slices with tumour of all patients.
func (s *source) survey(ctx context.Context) error {
	return each(ctx, len(s.patients), func(i int) error {
		p := s.patients[i]
		v, err := p.labels()
		if err != nil {
			return fmt.Errorf("brats2021: patient %s: %w", p.id, err)
		}
		p.rows, p.columns, p.tumour, p.voxels = v.rows, v.columns, make([]int, v.depth), [Classes]int{}
		if min(v.rows, v.columns) < s.crop {
			return fmt.Errorf("brats2021: patient %s: %s has slices of %d x %d, smaller than the crop: set data.settings.crop to at most %d",
				p.id, p.name(), v.rows, v.columns, min(v.rows, v.columns))
		}
		for z := range v.depth {
			for _, y := range cropped(v.slice(z), v.rows, v.columns, s.crop) {
				p.voxels[y]++
				if y != 0 {
					p.tumour[z]++
				}
			}
		}
		return nil
	})
}

// empty counts the patients without tumour.
func (s *source) empty() int {
	n := 0
	for _, p := range s.patients {
		if len(p.diseased()) == 0 {
			n++
		}
	}
	return n
}

// diseased returns the slices with tumour.
func (p *patient) diseased() []int {
	var out []int
	for z, n := range p.tumour {
		if n > 0 {
			out = append(out, z)
		}
	}
	return out
}

// choose returns the slice that stands for the patient with the given number.
func (p *patient) choose(draw sample.Draw, index int) int {
	diseased := p.diseased()
	switch {
	case len(diseased) == 0:
		return len(p.tumour) / 2
	case draw.Augment:
		return diseased[augment.Random(draw, index, "slice").IntN(len(diseased))]
	}
	best := 0
	for z, n := range p.tumour {
		if n > p.tumour[best] {
			best = z
		}
	}
	return best
}

// fingerprint is the hash of the patients, their files' sizes and tumours.
func (s *source) fingerprint() string {
	h := sha256.New()
	for _, p := range s.patients {
		_, _ = fmt.Fprintf(h, "%s %d %d %d %v\n", p.id, s.crop, p.rows, p.columns, p.tumour) // a hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Len implements sample.Source.
func (s *source) Len() int { return len(s.patients) }

// Inputs implements sample.Source.
func (s *source) Inputs() []sample.Layout {
	out := make([]sample.Layout, len(Modalities))
	for m, name := range Modalities {
		out[m] = sample.Layout{Name: name, Dims: []int{s.crop, s.crop, 1}}
	}
	return out
}

// Label implements sample.Source.
func (s *source) Label() sample.Layout {
	return sample.Layout{Name: "label", Kind: sample.Int, Dims: []int{s.crop, s.crop}}
}

// Complete says that every patient has all modalities.
func (*source) Complete() bool { return true }

// Read implements sample.Source.
func (s *source) Read(ctx context.Context, indices []int, draw sample.Draw) (*sample.Batch, error) {
	n := s.crop * s.crop
	b := &sample.Batch{Label: sample.Column{Layout: s.Label(), Ints: make([]int32, len(indices)*n)}}
	for _, l := range s.Inputs() {
		b.Inputs = append(b.Inputs, sample.Column{Layout: l, Floats: make([]float32, len(indices)*n)})
	}
	for _, i := range indices {
		if i < 0 || i >= len(s.patients) {
			return nil, fmt.Errorf("brats2021: index %d outside [0,%d)", i, len(s.patients))
		}
	}
	// The last batch of an evaluation repeats a sample: read it once.
	first := make(map[int]int)
	var rows []int
	for row, i := range indices {
		if _, ok := first[i]; !ok {
			first[i] = row
			rows = append(rows, row)
		}
	}
	err := each(ctx, len(rows), func(k int) error {
		row := rows[k]
		p := s.patients[indices[row]]
		values, err := s.read(ctx, p, p.choose(draw, indices[row]))
		if err != nil {
			return fmt.Errorf("brats2021: patient %s: %w", p.id, err)
		}
		for m := range b.Inputs {
			copy(b.Inputs[m].Floats[row*n:], values[m*n:(m+1)*n])
		}
		for j, y := range values[len(Modalities)*n:] {
			b.Label.Ints[row*n+j] = int32(y)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for row, i := range indices {
		from := first[i]
		for m := range b.Inputs {
			copy(b.Inputs[m].Floats[row*n:(row+1)*n], b.Inputs[m].Floats[from*n:(from+1)*n])
		}
		copy(b.Label.Ints[row*n:(row+1)*n], b.Label.Ints[from*n:(from+1)*n])
	}
	return b, nil
}

// read returns the cropped modalities and labels of a slice, one after the
// other, from the cache if there is one.
func (s *source) read(ctx context.Context, p *patient, z int) ([]float32, error) {
	if s.store == nil {
		all, err := s.load(ctx, p, []int{z})
		if err != nil {
			return nil, err
		}
		return all[0], nil
	}
	identity, err := p.identity()
	if err != nil {
		return nil, err
	}
	key := func(z int) cache.Key {
		return cache.NewKey([]byte("brats2021/1"), []byte(identity), fmt.Appendf(nil, "%d/%d", s.crop, z))
	}
	a, ok, err := s.store.Get(key(z))
	if err != nil {
		return nil, err
	}
	if values, fits := a.Values.([]float32); ok && fits && len(values) == (len(Modalities)+1)*s.crop*s.crop {
		return values, nil
	}
	// Reading a volume costs more than keeping all that it may be asked for.
	wanted := p.diseased()
	if len(wanted) == 0 {
		wanted = []int{z}
	}
	all, err := s.load(ctx, p, wanted)
	if err != nil {
		return nil, err
	}
	var found []float32
	for i, w := range wanted {
		if err := s.store.Put(key(w), data.Array{Shape: []int{len(Modalities) + 1, s.crop, s.crop}, Values: all[i]}); err != nil {
			return nil, err
		}
		if w == z {
			found = all[i]
		}
	}
	return found, nil
}

// load reads slices from the patient's files.
func (s *source) load(ctx context.Context, p *patient, wanted []int) ([][]float32, error) {
	v, err := p.labels()
	if err != nil {
		return nil, err
	}
	if v.rows != p.rows || v.columns != p.columns || v.depth != len(p.tumour) {
		return nil, fmt.Errorf("%s: the files have changed since the training began", p.name())
	}
	images, err := p.images(ctx, wanted)
	if err != nil {
		return nil, err
	}
	out := make([][]float32, len(wanted))
	for i, z := range wanted {
		for m, values := range images[i] {
			if len(values) != p.rows*p.columns {
				return nil, fmt.Errorf("%s: %d voxels in a slice of %s, %d x %d in one of the labels", p.name(), len(values), Modalities[m], p.rows, p.columns)
			}
			out[i] = append(out[i], cropped(values, p.rows, p.columns, s.crop)...)
		}
		for _, y := range cropped(v.slice(z), p.rows, p.columns, s.crop) {
			out[i] = append(out[i], float32(y))
		}
	}
	return out, nil
}

// cropped returns the square around the centre.
func cropped[T any](values []T, rows, columns, crop int) []T {
	top, left := (rows-crop+1)/2, (columns-crop+1)/2
	out := make([]T, 0, crop*crop)
	for r := range crop {
		out = append(out, values[(top+r)*columns+left:][:crop]...)
	}
	return out
}
