package compare

import (
	"fmt"
	"os"
	"sync"
)

// keeper removes the folders of runs that nobody needs any more: those with a
// record, except for the best trial so far of every method, whose training the
// run of seed 1 takes over.
type keeper struct {
	mu   sync.Mutex
	best map[kind]best
}

type best struct {
	record *Record
	folder string
}

// tidy is called with every job that has a record.
func (k *keeper) tidy(s *Study, j *job, r *Record) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	folder := s.folder(j)
	if j.tuning && r.Failed == "" {
		of := kind{r.Task, r.Method}
		before := k.best[of]
		switch {
		case before.folder == folder:
			return nil
		case before.record == nil || r.better(before.record):
			if k.best == nil {
				k.best = make(map[kind]best)
			}
			k.best[of] = best{r, folder}
			if before.record == nil {
				return nil
			}
			folder = before.folder
		}
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("compare: remove a finished run: %w", err)
	}
	return nil
}

// better reports whether a trial is chosen rather than another one of the same
// method: for its validation score, or for being earlier.
func (r *Record) better(than *Record) bool {
	a, b := r.Val[r.Primary], than.Val[r.Primary]
	if !r.Larger {
		a, b = -a, -b
	}
	return a > b || a == b && r.Trial < than.Trial
}
