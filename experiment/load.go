package experiment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"cggm/config"
)

// ErrUsage marks a mistake in what was asked for, as opposed to a failure.
var ErrUsage = errors.New("usage")

type usageError struct{ error }

func (u usageError) Unwrap() error      { return u.error }
func (usageError) Is(target error) bool { return target == ErrUsage }

// usage marks an error as a mistake in what was asked for.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}

// Load returns the configuration of a task: the defaults, the task's preset,
// the YAML file where one is given, and the assignments, each overriding the
// one before. An empty task is the file's, or the default task.
//
// A file that describes own data, a manifest, has the key "modalities" with
// files; a file that configures a training has the keys of Config.
func Load(name, file string, sets []string) (*Config, error) {
	return load(name, file, sets, func(*Config) {})
}

// LoadNeutral is Load without what the task's preset sets for methods: all
// methods start from their own defaults.
func LoadNeutral(name, file string, sets []string) (*Config, error) {
	return load(name, file, sets, func(c *Config) { c.Options = nil })
}

// load calls change between the preset and what overrides it.
func load(name, file string, sets []string, change func(*Config)) (*Config, error) {
	var layer *Config
	if file != "" {
		isManifest, err := describesData(file)
		if err != nil {
			return nil, usage(err)
		}
		if isManifest {
			name = TaskOwn
			path, err := filepath.Abs(file)
			if err != nil {
				return nil, err
			}
			sets = append([]string{fmt.Sprintf("data.manifest=%q", path)}, sets...)
			file = ""
		} else {
			layer = &Config{}
			if err := config.Load(file, layer); err != nil {
				return nil, usage(err)
			}
		}
	}
	if name == "" && layer != nil {
		name = layer.Task
	}
	if name == "" {
		name = DefaultTask
	}
	info, err := findTask(name)
	if err != nil {
		return nil, err
	}
	c := Default()
	c.Task = name
	info.preset(c)
	change(c)
	if file != "" {
		if err := config.Load(file, c); err != nil {
			return nil, usage(err)
		}
		c.Task = name
	}
	for _, set := range sets {
		if err := config.Set(c, set); err != nil {
			return nil, usage(err)
		}
	}
	if c.Task != name {
		return nil, usage(fmt.Errorf("experiment: task=%s changes the task after its preset was chosen: name the task as the argument", c.Task))
	}
	return c, usage(c.Validate())
}

// Marshal returns the resolved configuration as YAML.
func Marshal(c *Config) ([]byte, error) { return config.Marshal(c) }

// parse reads a resolved configuration.
func parse(path string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("experiment: read the run's configuration: %w", err)
	}
	c := &Config{}
	if err := config.Merge(path, text, c); err != nil {
		return nil, err
	}
	return c, nil
}
