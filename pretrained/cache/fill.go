package cache

import (
	"context"
	"fmt"

	"cggm/data"
)

// Fill returns the entries of the keys. What the store lacks compute is asked
// for, with the positions of up to chunk keys at a time; its answers are stored
// before the next are asked for, so that a crash loses one chunk at most. Keys
// that are alike are computed once. The entries of alike keys share memory.
func (s *Store) Fill(ctx context.Context, keys []Key, chunk int,
	compute func(ctx context.Context, positions []int) ([]data.Array, error),
) ([]data.Array, error) {
	out := make([]data.Array, len(keys))
	first := make(map[Key]int)
	var missing []int
	for i, k := range keys {
		if _, seen := first[k]; seen {
			continue
		}
		first[k] = i
		a, ok, err := s.Get(k)
		if err != nil {
			return nil, err
		}
		if out[i] = a; !ok {
			missing = append(missing, i)
		}
	}
	for len(missing) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		some := missing[:min(max(chunk, 1), len(missing))]
		missing = missing[len(some):]
		arrays, err := compute(ctx, some)
		if err != nil {
			return nil, err
		}
		if len(arrays) != len(some) {
			return nil, fmt.Errorf("cache: %d arrays computed for %d entries", len(arrays), len(some))
		}
		for k, i := range some {
			if err := s.Put(keys[i], arrays[k]); err != nil {
				return nil, err
			}
			out[i] = arrays[k]
		}
	}
	for i, k := range keys {
		out[i] = out[first[k]]
	}
	return out, nil
}
