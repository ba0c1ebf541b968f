package compare

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"cggm/run"
)

// Record is what is kept of one run.
type Record struct {
	Task   string `json:"task"`
	Method string `json:"method"`
	// Tuning marks a run that only helps to choose a setting: it has no test
	// scores.
	Tuning bool `json:"tuning,omitempty"`
	// Trial numbers the settings of a method from 1, its defaults.
	Trial int `json:"trial"`
	// Settings lists what the trial and the variant change, as for "cggm train --set".
	Settings []string `json:"settings,omitempty"`
	Seed     uint64   `json:"seed"`
	// Epochs is the number of epochs done, Epoch the selected one, from 1.
	Epochs int `json:"epochs,omitempty"`
	Epoch  int `json:"epoch,omitempty"`
	// Data holds the fingerprints of the training, validation and test set.
	Data [3]string `json:"data"`
	// Primary names the score that selects and is compared.
	Primary   string             `json:"primary"`
	Larger    bool               `json:"larger_is_better"`
	ValIsTest bool               `json:"val_is_test,omitempty"`
	Val       map[string]float64 `json:"val,omitempty"`
	Test      map[string]float64 `json:"test,omitempty"`
	Seconds   float64            `json:"seconds,omitempty"`
	// Memory is the largest live heap of the process during training, in bytes;
	// 0 where several runs shared it or the training was over before.
	Memory uint64 `json:"memory,omitempty"`
	// Jobs is the number of runs that shared the processors.
	Jobs       int `json:"jobs"`
	Parameters int `json:"parameters,omitempty"`
	// Failed says why there are no scores.
	Failed string `json:"failed,omitempty"`
}

// store keeps records as files, one each, in a folder per task.
type store struct{ dir string }

func (s store) path(j *job) string {
	return filepath.Join(s.dir, "results", j.task.Name, j.name+".json")
}

// read returns the record of a job, nil when there is none.
func (s store) read(j *job) (*Record, error) {
	text, err := os.ReadFile(s.path(j))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("compare: read a result: %w", err)
	}
	r := &Record{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("compare: result %s is damaged: %w: remove the file to run it again", s.path(j), err)
	}
	return r, nil
}

// write keeps a record; a crash leaves the whole file or none.
func (s store) write(j *job, r *Record) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("compare: result of %s: %w", j.name, err)
	}
	return replace(s.path(j), append(text, '\n'))
}

// replace writes a file so that at any moment there is the old one or the new.
func replace(path string, text []byte) error {
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = run.Replace(path, 0o600, func(f *os.File) error {
			_, err := f.Write(text)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("compare: write %s: %w", path, err)
	}
	return nil
}

// finite returns the scores that are numbers.
func finite(scores map[string]float64) map[string]float64 {
	kept := make(map[string]float64, len(scores))
	for name, v := range scores {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			kept[name] = v
		}
	}
	return kept
}
