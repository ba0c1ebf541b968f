// Package cpu is an engine for GoMLX graphs on the processor: pure Go with
// assembly kernels, no cgo and nothing to install. It registers itself as
// "cpu".
//
// A graph is recorded as a list of nodes and compiled once: what nobody uses
// is dropped, what depends on constants alone is computed, equal nodes are
// merged, chains of elementwise operations with the broadcasts that feed them
// become one pass over cache-sized tiles, transposes are read in place by the
// matrix products they feed, and every result is given a buffer that is reused
// once its last reader has run. Steps that do not wait for each other run at
// the same time. Operations without a kernel here run, one at a time, on
// GoMLX's own Go engine, which also infers all shapes.
//
// Work inside an operation is cut into blocks whose borders depend on its size
// alone, and reductions add their blocks in a fixed order, so results have the
// same bytes for any number of threads.
package cpu

import (
	"fmt"
	"reflect"
	"runtime"
	"sync/atomic"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"

	"cggm/backend/cpu/internal/kernel"
)

// Name is the name under which the engine is registered.
const Name = "cpu"

// newFallback returns the Go engine that runs what has no kernel here, as one
// thread: its parallel mode can deadlock, and some of its operations race and
// sum in an order that depends on the number of threads. Its setting for that
// prints to standard output, hence the detour.
func newFallback() (compute.Backend, error) {
	b, err := gobackend.New("ops_sequential")
	if err != nil {
		return nil, err
	}
	if v := reflect.Indirect(reflect.ValueOf(b)); v.Kind() == reflect.Struct {
		if workers := v.FieldByName("Workers"); workers.IsValid() && workers.CanInterface() {
			if w, ok := workers.Interface().(interface{ SetMaxParallelism(int) }); ok {
				w.SetMaxParallelism(0)
				return b, nil
			}
		}
	}
	b.Finalize()
	return nil, fmt.Errorf("the number of workers of %T cannot be set: cggm needs the version of its go.mod", b)
}

func init() { compute.Register(Name, New) }

// Backend is the engine.
type Backend struct {
	other     compute.Backend
	memory    pool
	finalized atomic.Bool
}

var _ compute.Backend = (*Backend)(nil)

// New returns an engine. It has no settings: config must be empty.
func New(config string) (compute.Backend, error) {
	if config != "" {
		return nil, fmt.Errorf("cpu: engine setting %q: the engine has no settings: use %q", config, Name)
	}
	other, err := newFallback()
	if err != nil {
		return nil, fmt.Errorf("cpu: open the fallback engine: %w", err)
	}
	return &Backend{other: other}, nil
}

// Name implements compute.Backend.
func (b *Backend) Name() string { return Name }

// String implements compute.Backend.
func (b *Backend) String() string { return Name }

// Description implements compute.Backend.
func (b *Backend) Description() string {
	return fmt.Sprintf("CPU engine (%s, %d threads)", kernel.Level(), runtime.GOMAXPROCS(0))
}

// NumDevices implements compute.Backend.
func (b *Backend) NumDevices() int { return 1 }

// DeviceDescription implements compute.Backend.
func (b *Backend) DeviceDescription(compute.DeviceNum) string { return b.Description() }

// Capabilities implements compute.Backend. The fused operations are left to
// GoMLX's decompositions, which the compiler here fuses again together with
// their surroundings.
func (b *Backend) Capabilities() compute.Capabilities {
	c := b.other.Capabilities().Clone()
	for _, op := range []compute.OpType{
		compute.OpTypeFusedSoftmax, compute.OpTypeFusedLayerNorm, compute.OpTypeFusedGelu, compute.OpTypeFusedDense,
		compute.OpTypeFusedScaledDotProductAttention, compute.OpTypeFusedScaledDotProductAttentionVJP,
		compute.OpTypeFusedAttentionQKVProjection, compute.OpTypeFusedQuantizedDense, compute.OpTypeQuantizedEmbeddingLookup,
		compute.OpTypeDynamicReshape, compute.OpTypeDynamicShape, compute.OpTypeDynamicDimensionSize,
		compute.OpTypeAllReduce, compute.OpTypeCollectiveBroadcast, compute.OpTypeAllGather,
	} {
		delete(c.Operations, op)
	}
	for _, op := range []compute.OpType{
		compute.OpTypeBatchNormForInference, compute.OpTypeBatchNormForTraining, compute.OpTypeBatchNormGradient,
		compute.OpTypeDynamicSlice, compute.OpTypeDynamicUpdateSlice,
	} {
		c.Operations[op] = true
	}
	c.DynamicAxes = false
	return c
}

// Finalize implements compute.Backend.
func (b *Backend) Finalize() {
	if !b.finalized.Swap(true) {
		b.other.Finalize()
		b.memory.clear()
	}
}

// IsFinalized implements compute.Backend.
func (b *Backend) IsFinalized() bool { return b.finalized.Load() }

// BufferFromFlatData implements compute.Backend.
func (b *Backend) BufferFromFlatData(device compute.DeviceNum, flat any, shape shapes.Shape) (compute.Buffer, error) {
	if device != 0 {
		return nil, fmt.Errorf("cpu: device %d: there is device 0 only", device)
	}
	data, err := b.memory.take(shape.DType, size(shape))
	if err != nil {
		return nil, err
	}
	if err := assign(data, flat); err != nil {
		return nil, fmt.Errorf("cpu: buffer of shape %s: %w", shape, err)
	}
	return &buffer{backend: b, shape: shape, data: data}, nil
}

// HasSharedBuffers implements compute.Backend: the memory of buffers can be
// used directly.
func (b *Backend) HasSharedBuffers() bool { return true }

// NewSharedBuffer implements compute.Backend.
func (b *Backend) NewSharedBuffer(device compute.DeviceNum, shape shapes.Shape) (compute.Buffer, any, error) {
	if device != 0 {
		return nil, nil, fmt.Errorf("cpu: device %d: there is device 0 only", device)
	}
	data, err := b.memory.zeroed(shape.DType, size(shape))
	if err != nil {
		return nil, nil, err
	}
	return &buffer{backend: b, shape: shape, data: data}, data, nil
}

// Builder implements compute.Backend.
func (b *Backend) Builder(name string) compute.Builder { return newBuilder(b, name) }

func size(s shapes.Shape) int {
	if s.DType == dtypes.InvalidDType {
		return 0
	}
	return s.Size()
}
