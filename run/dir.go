// Package run keeps a training in a folder, the only place where anything
// about it is kept:
//
//	config.yaml        the resolved configuration
//	env.json           versions, machine, data fingerprints
//	events.jsonl       what happened, one JSON object a line, appended
//	checkpoints/       last.ckpt and best.ckpt
//	result.json        the outcome, once there is one
//	lock               held while a process works in the folder
//
// Files are replaced atomically: a crash, a full disk or a kill leaves the
// file of before. Events after the last checkpoint are cut off on resuming,
// since the training that continues there writes them again.
package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Names of the files of a run folder.
const (
	ConfigFile = "config.yaml"
	EnvFile    = "env.json"
	EventsFile = "events.jsonl"
	ResultFile = "result.json"
	Last       = "last"
	Best       = "best"

	lockFile       = "lock"
	checkpointsDir = "checkpoints"
)

var (
	// ErrNotRun marks a folder that holds no run.
	ErrNotRun = errors.New("not a run folder")
	// ErrLocked marks a run that another process works on.
	ErrLocked = errors.New("run is in use")
)

// Dir is a locked run folder.
type Dir struct {
	path   string
	lock   *os.File
	events *Events
}

// Create makes a new folder root/stem-N with the first free number and locks
// it.
func Create(root, stem string) (*Dir, error) {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, fmt.Errorf("run: create the folder for runs: %w", err)
	}
	for n := 1; n < 1_000_000; n++ {
		path := filepath.Join(root, fmt.Sprintf("%s-%d", stem, n))
		err := os.Mkdir(path, 0o755)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("run: create a run folder: %w", err)
		}
		if err := os.Mkdir(filepath.Join(path, checkpointsDir), 0o755); err != nil {
			return nil, fmt.Errorf("run: create a run folder: %w", err)
		}
		return lock(path)
	}
	return nil, fmt.Errorf("run: no free name for %s in %s: choose another folder with --out", stem, root)
}

// At locks the folder path, which it makes when there is none.
func At(path string) (*Dir, error) {
	if err := os.MkdirAll(filepath.Join(path, checkpointsDir), 0o755); err != nil {
		return nil, fmt.Errorf("run: create a run folder: %w", err)
	}
	return lock(path)
}

// Open locks an existing run folder.
func Open(path string) (*Dir, error) {
	if err := Check(path); err != nil {
		return nil, err
	}
	return lock(path)
}

// Check reports whether the folder holds a run.
func Check(path string) error {
	if _, err := os.Stat(filepath.Join(path, ConfigFile)); err != nil {
		return fmt.Errorf("run: %s: %w: it has no %s: name a folder that cggm train made", path, ErrNotRun, ConfigFile)
	}
	return nil
}

func lock(path string) (*Dir, error) {
	f, err := acquire(filepath.Join(path, lockFile))
	if err != nil {
		return nil, fmt.Errorf("run: %s: %w", path, err)
	}
	d := &Dir{path: path, lock: f}
	d.tidy()
	return d, nil
}

// temporary marks the names of files that are being written.
const temporary = ".tmp"

// tidy removes what a process left that was killed while it wrote. Those files
// are of no use and may be large; one that stays does no harm.
func (d *Dir) tidy() {
	for _, dir := range []string{d.path, d.File(checkpointsDir)} {
		files, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, f := range files {
			if f.Type().IsRegular() && strings.Contains(f.Name(), temporary) {
				_ = os.Remove(filepath.Join(dir, f.Name()))
			}
		}
	}
}

// Path returns the folder.
func (d *Dir) Path() string { return d.path }

// File returns the path of a file in the folder.
func (d *Dir) File(name string) string { return filepath.Join(d.path, name) }

// Close releases the folder.
func (d *Dir) Close() error {
	var err error
	if d.events != nil {
		err = d.events.Close()
	}
	return errors.Join(err, release(d.lock))
}

// Write replaces a file of the folder atomically.
func (d *Dir) Write(name string, data []byte) error {
	return replace(d.File(name), func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// replace is Replace with an error for users.
func replace(path string, write func(f *os.File) error) error {
	if err := Replace(path, 0o644, write); err != nil {
		return fmt.Errorf("run: write %s: %w: the earlier file is untouched: free some space or choose another folder with --out", path, err)
	}
	return nil
}

// Replace writes a temporary file beside path, syncs it and renames it, so that
// at any moment there is the old file or the new one.
func Replace(path string, mode os.FileMode, write func(f *os.File) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+temporary+"*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
			_ = os.Remove(f.Name())
		}
	}()
	if err = write(f); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Chmod(f.Name(), mode); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
