package brats2021

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cggm/task/internal/split"
)

// splitNames are the splits in the order of a cohort.
var splitNames = [3]string{"train", "val", "test"}

// splitFolders are the names of their folders, where there are such.
var splitFolders = [3][]string{{"train"}, {"valid", "val"}, {"test"}}

// splitSeed cuts the patients of a folder without splits, the same for
// everybody.
const splitSeed = 2021

// published is the number of patients with published labels.
const published = 1251

// cohort holds the patients of the three splits.
type cohort struct {
	splits   [3][]*patient
	warnings []string
}

// find returns the patients of a folder.
func find(dir string) (*cohort, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("brats2021: %w", err)
	}
	all := &cohort{}
	given := 0
	for i, names := range splitFolders {
		for _, e := range entries {
			if e.IsDir() && slices.Contains(names, e.Name()) {
				more, err := list(filepath.Join(dir, e.Name()))
				if err != nil {
					return nil, err
				}
				all.splits[i] = append(all.splits[i], more...)
				given++
			}
		}
	}
	if given > 0 {
		err = all.check(dir)
	} else {
		err = all.cut(dir)
	}
	if err != nil {
		return nil, err
	}
	if n := len(all.splits[0]) + len(all.splits[1]) + len(all.splits[2]); n != published {
		all.warnings = append(all.warnings, fmt.Sprintf("%d patients, %d are published with labels", n, published))
	}
	return all, nil
}

// check refuses splits that lack patients or share them.
func (c *cohort) check(dir string) error {
	in := make(map[string]int)
	var errs []error
	for i, patients := range c.splits {
		if len(patients) == 0 {
			errs = append(errs, fmt.Errorf("brats2021: %s: no patients for the split %s: want folders train, valid and test, or none of them", dir, splitNames[i]))
		}
		for _, p := range patients {
			if other, ok := in[p.id]; ok && other != i {
				errs = append(errs, fmt.Errorf("brats2021: %s: patient %s is in %s and in %s: the score on a patient seen in training is not a test",
					dir, p.id, splitNames[other], splitNames[i]))
			}
			in[p.id] = i
		}
	}
	return errors.Join(errs...)
}

// cut splits the patients of a folder.
func (c *cohort) cut(dir string) error {
	patients, err := list(dir)
	if err != nil {
		return err
	}
	sets, err := split.Stratified(make([]int32, len(patients)), split.Parts{Train: 8, Val: 1, Test: 1}, splitSeed)
	if err != nil {
		return fmt.Errorf("brats2021: %s: split %d patients 80:10:10: %w", dir, len(patients), err)
	}
	for i, rows := range [3][]int{sets.Train, sets.Val, sets.Test} {
		for _, row := range rows {
			c.splits[i] = append(c.splits[i], patients[row])
		}
	}
	return nil
}

// sliceName tells the patient and the number of a file with one slice.
var sliceName = regexp.MustCompile(`(?i)^(.+?)_slice_?(\d+)$`)

// list returns the patients of one folder, by name.
func list(dir string) ([]*patient, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("brats2021: %w", err)
	}
	var out []*patient
	var errs []error
	slicesOf := make(map[string]map[int]string)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		extension := strings.ToLower(filepath.Ext(e.Name()))
		stem := strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			s, err := findVolumes(path)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			out = append(out, &patient{id: e.Name(), scan: s})
		case extension != ".h5" && extension != ".hdf5":
		case sliceName.MatchString(stem):
			parts := sliceName.FindStringSubmatch(stem)
			z, err := strconv.Atoi(parts[2])
			if err != nil {
				return nil, fmt.Errorf("brats2021: %s: the number of the slice: %w", path, err)
			}
			if slicesOf[parts[1]] == nil {
				slicesOf[parts[1]] = make(map[int]string)
			}
			slicesOf[parts[1]][z] = path
		default:
			out = append(out, &patient{id: stem, scan: hdf5Scan{[]string{path}}})
		}
	}
	for id, files := range slicesOf {
		out = append(out, &patient{id: id, scan: hdf5Scan{inOrder(files)}})
	}
	slices.SortFunc(out, func(a, b *patient) int { return strings.Compare(a.id, b.id) })
	for i := range out {
		if i > 0 && out[i].id == out[i-1].id {
			errs = append(errs, fmt.Errorf("brats2021: %s: patient %s is there twice, as %s and %s", dir, out[i].id, out[i-1].name(), out[i].name()))
		}
	}
	if len(out) == 0 && len(errs) == 0 {
		errs = append(errs, fmt.Errorf("brats2021: %s: no patients: want folders PATIENT with PATIENT_{t1,t1ce,t2,flair,seg}.nii.gz, or files PATIENT.h5 with image and label", dir))
	}
	return out, errors.Join(errs...)
}

// inOrder returns the files by number.
func inOrder(files map[int]string) []string {
	var numbers []int
	for z := range files {
		numbers = append(numbers, z)
	}
	slices.Sort(numbers)
	out := make([]string, len(numbers))
	for i, z := range numbers {
		out[i] = files[z]
	}
	return out
}

// findVolumes returns the five files of a patient's folder.
func findVolumes(dir string) (niftiScan, error) {
	s := niftiScan{folder: dir}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return s, fmt.Errorf("brats2021: %w", err)
	}
	places := map[string]*string{"seg": &s.seg}
	for m, name := range Modalities {
		places[name] = &s.files[m]
	}
	for _, e := range entries {
		name := strings.ToLower(e.Name())
		stem, ok := strings.CutSuffix(strings.TrimSuffix(name, ".gz"), ".nii")
		if !ok {
			continue
		}
		place, known := places[stem[strings.LastIndexByte(stem, '_')+1:]]
		if !known {
			continue
		}
		if *place != "" {
			return s, fmt.Errorf("brats2021: %s and %s are the same image: keep one", *place, filepath.Join(dir, e.Name()))
		}
		*place = filepath.Join(dir, e.Name())
	}
	var missing []string
	for _, name := range append(Modalities[:], "seg") {
		if *places[name] == "" {
			missing = append(missing, fmt.Sprintf("%s_%s.nii.gz", filepath.Base(dir), name))
		}
	}
	if len(missing) > 0 {
		return s, fmt.Errorf("brats2021: %s: no %s: a patient has t1, t1ce, t2, flair and seg", dir, strings.Join(missing, ", "))
	}
	return s, nil
}
