package experiment

import (
	"fmt"
	"os"
	"strings"

	"cggm/data"
	"cggm/data/safetensors"
	"cggm/run"
	"cggm/trainer"
)

// Weights writes the best parameters of a run to a safetensors file, under the
// names and in the layout that the model gives them, with the run's
// configuration as metadata. The data is not needed.
func Weights(dir, path string) error {
	d, err := run.Open(dir)
	if err != nil {
		return usage(err)
	}
	defer d.Close() //nolint:errcheck // nothing was written there
	if !d.HasCheckpoint(run.Best) {
		return fmt.Errorf("experiment: %s has no best parameters yet: continue it with cggm train --resume %s", dir, dir)
	}
	c, err := d.Load(run.Best)
	if err != nil {
		return err
	}
	config, err := os.ReadFile(d.File(run.ConfigFile))
	if err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	tensors := make(map[string]data.Array, len(c.Arrays))
	for _, a := range c.Arrays {
		// What optimizers and methods remember is no weight.
		if name, ok := strings.CutPrefix(a.Name, trainer.ParamPrefix); ok {
			tensors[name] = data.Array{Shape: a.Dims, Values: a.Values}
		}
	}
	err = run.Replace(path, 0o644, func(f *os.File) error {
		return safetensors.Write(f, tensors, map[string]string{"config": string(config)})
	})
	if err != nil {
		return fmt.Errorf("experiment: write the weights of %s: %w", dir, err)
	}
	return nil
}
