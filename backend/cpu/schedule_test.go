package cpu

import (
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// steps of a made-up program: what each reads and writes.
func made(stores int, list ...step) *program {
	p := &program{workers: parallel, steps: list}
	for range stores {
		p.stores = append(p.stores, store{dtype: dtypes.Float32, len: partWork, slot: -1})
	}
	p.arrange()
	return p
}

func TestScheduleFindsBranches(t *testing.T) {
	// 0 -> 1, 0 -> 2, {1, 2} -> 3
	p := made(5,
		step{reads: []int{0}, writes: []int{1}}, step{reads: []int{1}, writes: []int{2}},
		step{reads: []int{1}, writes: []int{3}}, step{reads: []int{2, 3}, writes: []int{4}})
	if p.schedule == nil {
		t.Fatal("no schedule for two branches")
	}
	if got := p.schedule.before; !slices.Equal(got, []int{0, 1, 1, 2}) {
		t.Errorf("parts wait for %v others, want 0, 1, 1, 2", got)
	}
	chain := made(3, step{reads: []int{0}, writes: []int{1}}, step{reads: []int{1}, writes: []int{2}})
	if chain.schedule != nil {
		t.Error("a chain has a schedule")
	}
	// The second step writes what the first one reads: the third must wait for
	// both, although it reads the second's result only.
	again := made(3, step{reads: []int{0}, writes: []int{1}}, step{reads: []int{2}, writes: []int{0}}, step{reads: []int{1}, writes: []int{2}})
	if again.schedule != nil {
		t.Errorf("steps that share memory may run at once: %v", again.schedule.before)
	}
}

// Two steps that wait for each other end only if both run at once.
func TestBranchesRunAtOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	var meet sync.WaitGroup
	meet.Add(2)
	wait := func(*frame) error {
		meet.Done()
		met := make(chan struct{})
		go func() { meet.Wait(); close(met) }()
		select {
		case <-met:
			return nil
		case <-time.After(time.Minute):
			return errors.New("the other branch did not run meanwhile")
		}
	}
	p := made(3, step{reads: []int{0}, writes: []int{1}, run: wait}, step{reads: []int{0}, writes: []int{2}, run: wait})
	if err := p.execute(&frame{workers: parallel}); err != nil {
		t.Error(err)
	}
}

// Whatever the order in which steps fail, the first one by program order is
// reported, and what follows a failure is not run.
func TestScheduleReportsTheFirstFailure(t *testing.T) {
	first, second := errors.New("first"), errors.New("second")
	var after atomic.Int32
	p := made(4,
		step{reads: []int{0}, writes: []int{1}, run: func(*frame) error { time.Sleep(5 * time.Millisecond); return first }},
		step{reads: []int{0}, writes: []int{2}, run: func(*frame) error { return second }},
		step{reads: []int{1, 2}, writes: []int{3}, run: func(*frame) error { after.Add(1); return nil }})
	for range 20 {
		err := p.execute(&frame{workers: parallel})
		if runtime.GOMAXPROCS(0) > 1 && !errors.Is(err, first) {
			t.Errorf("got %v, want the first step's failure", err)
		}
	}
	if after.Load() > 0 {
		t.Errorf("%d steps ran after a failure", after.Load())
	}
}

// Parallel loops inside of parallel loops, many at a time, end for every
// number of threads.
func TestCrewNests(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, n := range []int{1, 2, 3, 8} {
		runtime.GOMAXPROCS(n)
		var calls atomic.Int64
		var users sync.WaitGroup
		for range 6 {
			users.Go(func() {
				parallel(7, func(int) {
					parallel(5, func(int) { parallel(3, func(int) { calls.Add(1) }) })
				})
			})
		}
		users.Wait()
		if calls.Load() != 6*7*5*3 {
			t.Errorf("%d threads: %d calls, want %d", n, calls.Load(), 6*7*5*3)
		}
	}
}

// Branches of a graph, of encoders that are too different to share a batch,
// give the same bytes for any number of threads.
func TestBranchesDeterministic(t *testing.T) {
	var inputs []any
	p := built(t, func(f compute.Function, check func(compute.Value, error) compute.Value) []compute.Value {
		var outs []compute.Value
		for _, n := range []int{96, 130, 177} {
			x := check(f.Parameter("x", shapes.Make(dtypes.Float32, n, n), nil))
			data := make([]float32, n*n)
			for i := range data {
				data[i] = float32(i*7919%1013)/1013 - .5
			}
			inputs = append(inputs, data)
			y := x
			for range 3 {
				y = check(f.Tanh(check(f.DotGeneral(y, []int{1}, nil, x, []int{0}, nil, compute.DotGeneralConfig{}))))
			}
			outs = append(outs, check(f.ReduceSum(y, 0)))
		}
		return outs
	})
	if p.schedule == nil {
		t.Fatal("the branches run one after the other")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want []any
	for _, n := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(n)
		for range 5 {
			got, err := p.call(inputs)
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = got
			}
			for i := range want {
				if !slices.Equal(got[i].([]float32), want[i].([]float32)) {
					t.Fatalf("%d threads: result %d differs", n, i)
				}
			}
		}
	}
}
