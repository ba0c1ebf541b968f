package manifest

import (
	"context"
	"path/filepath"
	"runtime"
	"sync"
)

// each calls f for 0 to n-1 on several goroutines and returns the error with
// the lowest number, or that of the context.
func each(ctx context.Context, n int, f func(i int) error) error {
	errs := make([]error, n)
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				errs[i] = f(i)
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
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// filesOf returns the file that every sample names, "" where it names none.
func filesOf(s *series, base, folder string) ([]string, error) {
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	within, err := locate(base, filepath.FromSlash(folder))
	if folder == "" {
		within, err = base, nil
	}
	if err != nil {
		return nil, err
	}
	out := make([]string, len(names))
	for i, name := range names {
		if name == "" {
			continue
		}
		if out[i], err = locate(within, filepath.FromSlash(name)); err != nil {
			return nil, &rowError{s.at(i), err}
		}
	}
	return out, nil
}

// rowError tells which sample an error about a file belongs to.
type rowError struct {
	at  string
	err error
}

func (e *rowError) Error() string { return e.at + ": " + e.err.Error() }

func (e *rowError) Unwrap() error { return e.err }

// presence tells which samples name a file, nil when all do.
func presence(files []string) []bool {
	out := make([]bool, len(files))
	all := true
	for i, f := range files {
		out[i] = f != ""
		all = all && out[i]
	}
	if all {
		return nil
	}
	return out
}
