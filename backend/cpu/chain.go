package cpu

import "github.com/gomlx/compute"

// chain builds several operations and keeps the first error.
type chain struct {
	*function
	err error
}

func (b *chain) do(v compute.Value, err error) compute.Value {
	if b.err == nil {
		b.err = err
	}
	return v
}
