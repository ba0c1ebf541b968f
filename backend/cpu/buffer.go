package cpu

import (
	"errors"
	"fmt"
	"reflect"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// ErrFinalized marks the use of a buffer that was given back.
var ErrFinalized = errors.New("cpu: buffer is finalized")

// buffer is a tensor in memory: a flat slice of the Go type of its dtype.
type buffer struct {
	backend *Backend
	shape   shapes.Shape
	data    any
}

var _ compute.Buffer = (*buffer)(nil)

// Backend implements compute.Buffer.
func (b *buffer) Backend() compute.Backend { return b.backend }

// Finalize implements compute.Buffer.
func (b *buffer) Finalize() error {
	if b.data != nil {
		b.backend.memory.give(b.data)
		b.data = nil
	}
	return nil
}

// Shape implements compute.Buffer.
func (b *buffer) Shape() (shapes.Shape, error) {
	if b.data == nil {
		return shapes.Shape{}, ErrFinalized
	}
	return b.shape, nil
}

// DeviceNum implements compute.Buffer.
func (b *buffer) DeviceNum() (compute.DeviceNum, error) { return 0, nil }

// ToFlatData implements compute.Buffer.
func (b *buffer) ToFlatData(flat any) error {
	if b.data == nil {
		return ErrFinalized
	}
	return assign(flat, b.data)
}

// Data implements compute.Buffer.
func (b *buffer) Data() (any, error) {
	if b.data == nil {
		return nil, ErrFinalized
	}
	return b.data, nil
}

// CopyToDevice implements compute.Buffer.
func (b *buffer) CopyToDevice(device compute.DeviceNum) (compute.Buffer, error) {
	if b.data == nil {
		return nil, ErrFinalized
	}
	return b.backend.BufferFromFlatData(device, b.data, b.shape)
}

// assign copies one flat slice into another of the same type and length.
func assign(dst, src any) error {
	if d, ok := dst.([]float32); ok {
		if s, ok := src.([]float32); ok && len(s) == len(d) {
			copy(d, s)
			return nil
		}
	}
	d, s := reflect.ValueOf(dst), reflect.ValueOf(src)
	if d.Kind() != reflect.Slice || s.Kind() != reflect.Slice || d.Type().Elem() != s.Type().Elem() || d.Len() != s.Len() {
		return fmt.Errorf("cpu: copy between %s of length %d and %s of length %d: types and lengths must be equal",
			d.Type(), length(d), s.Type(), length(s))
	}
	reflect.Copy(d, s)
	return nil
}

func length(v reflect.Value) int {
	if v.Kind() != reflect.Slice {
		return 0
	}
	return v.Len()
}

// pool keeps the memory of finalized buffers for the next ones.
type pool struct {
	mu   sync.Mutex
	free map[poolKey][]any
	held int
}

type poolKey struct {
	kind reflect.Type
	len  int
}

// maxPooled bounds the elements that a pool keeps.
const maxPooled = 1 << 28

// goType returns the Go type of the elements of a dtype.
func goType(dtype dtypes.DType) (reflect.Type, error) {
	t := dtype.GoType()
	if t == nil || dtype.IsPacked() {
		return nil, fmt.Errorf("cpu: dtype %s is not supported: convert it to float32", dtype)
	}
	return t, nil
}

func (p *pool) take(dtype dtypes.DType, n int) (any, error) {
	t, err := goType(dtype)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	key := poolKey{t, n}
	if list := p.free[key]; len(list) > 0 {
		data := list[len(list)-1]
		p.free[key] = list[:len(list)-1]
		p.held -= n
		p.mu.Unlock()
		return data, nil
	}
	p.mu.Unlock()
	if t.Kind() == reflect.Float32 {
		return make([]float32, n), nil
	}
	return reflect.MakeSlice(reflect.SliceOf(t), n, n).Interface(), nil
}

func (p *pool) zeroed(dtype dtypes.DType, n int) (any, error) {
	data, err := p.take(dtype, n)
	if err != nil {
		return nil, err
	}
	if f, ok := data.([]float32); ok {
		clear(f)
		return f, nil
	}
	reflect.ValueOf(data).Clear()
	return data, nil
}

func (p *pool) give(data any) {
	v := reflect.ValueOf(data)
	key := poolKey{v.Type().Elem(), v.Len()}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held+key.len > maxPooled {
		return
	}
	if p.free == nil {
		p.free = make(map[poolKey][]any)
	}
	p.free[key] = append(p.free[key], data)
	p.held += key.len
}

func (p *pool) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free, p.held = nil, 0
}
