package raw

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"reflect"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	many := make([]float64, 20001)
	for i := range many {
		many[i] = float64(i) / 3
	}
	for _, v := range []any{
		[]bool{true, false},
		[]int8{-128, 127},
		[]int16{-32768, 1},
		[]int32{math.MinInt32, 2},
		[]int64{math.MinInt64, 3},
		[]uint8{255, 0},
		[]uint16{65535, 1},
		[]uint32{math.MaxUint32, 1},
		[]uint64{math.MaxUint64, 1},
		[]float32{float32(math.Inf(-1)), .1},
		[]float64{math.MaxFloat64, .1},
		many,
	} {
		var b bytes.Buffer
		if err := Write(&b, v); err != nil {
			t.Fatal(err)
		}
		k, err := KindOf(v)
		if err != nil {
			t.Fatal(err)
		}
		if b.Len() != k.Size()*reflect.ValueOf(v).Len() {
			t.Errorf("%T: %d bytes", v, b.Len())
		}
		little := b.Bytes()
		got, err := Read(bytes.NewReader(little), k, binary.LittleEndian, reflect.ValueOf(v).Len(), 0)
		if err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%T: %v, want the values written", v, err)
		}
		big := make([]byte, 0, len(little))
		for i := 0; i < len(little); i += k.Size() {
			for j := k.Size() - 1; j >= 0; j-- {
				big = append(big, little[i+j])
			}
		}
		got, err = Read(bytes.NewReader(big), k, binary.BigEndian, reflect.ValueOf(v).Len(), int64(len(big)))
		if err != nil || !reflect.DeepEqual(got, v) {
			t.Errorf("%T big-endian: %v, want the values written", v, err)
		}
		_, err = Read(bytes.NewReader(little[:len(little)-1]), k, binary.LittleEndian, reflect.ValueOf(v).Len(), 0)
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%T cut: %v, want an unexpected end", v, err)
		}
	}
}

// The bit patterns and values are those of the tables of IEEE 754-2008 binary16.
func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float32{
		0x0000: 0,
		0x3c00: 1,
		0xc000: -2,
		0x7bff: 65504,
		0x0400: 0x1p-14,
		0x03ff: 0x1.ff8p-15,
		0x0001: 0x1p-24,
		0x3555: 0.333251953125,
		0x7c00: float32(math.Inf(1)),
		0xfc00: float32(math.Inf(-1)),
	} {
		if got := half(bits); got != want {
			t.Errorf("half(%#04x) = %v, want %v", bits, got, want)
		}
	}
	if got := half(0x8000); got != 0 || !math.Signbit(float64(got)) {
		t.Errorf("half(0x8000) = %v, want -0", got)
	}
	if got := half(0x7e00); got == got {
		t.Errorf("half(0x7e00) = %v, want NaN", got)
	}
}

// A claim of many numbers costs no memory before bytes arrive.
func TestReadDoesNotReserveClaims(t *testing.T) {
	n := testing.AllocsPerRun(1, func() {
		if _, err := Read(bytes.NewReader(make([]byte, 10)), Float64, binary.LittleEndian, math.MaxInt/8, 10); err == nil {
			t.Error("read more than there was")
		}
	})
	if n > 10 {
		t.Errorf("%v allocations", n)
	}
	if _, err := Read(bytes.NewReader(nil), Float64, binary.LittleEndian, math.MaxInt, 0); err == nil {
		t.Error("no error for a size that overflows")
	}
}

func TestReserve(t *testing.T) {
	if n, err := Reserve([]int{2, 3}, 4, 24); n != 6 || err != nil {
		t.Errorf("exact fit: %d, %v", n, err)
	}
	for _, c := range []struct {
		shape []int
		size  int
		have  int64
	}{
		{[]int{2, 3}, 4, 23},
		{[]int{7}, 0, 100},
		{[]int{math.MaxInt}, 8, math.MaxInt64},
		{[]int{-1}, 8, 100},
	} {
		if _, err := Reserve(c.shape, c.size, c.have); err == nil {
			t.Errorf("Reserve(%v, %d, %d) is no error", c.shape, c.size, c.have)
		}
	}
}

// numpy.arange(24).reshape(2, 3, 4).ravel(order="F") gives the input.
func TestFromFortran(t *testing.T) {
	in := []int32{0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23}
	got, ok := FromFortran(in, []int{2, 3, 4}).([]int32)
	if !ok {
		t.Fatal("another type came back")
	}
	for i, v := range got {
		if int(v) != i {
			t.Fatalf("element %d is %d in %v", i, v, got)
		}
	}
	if got := FromFortran([]string{}, []int{2, 0, 3}); len(got.([]string)) != 0 {
		t.Errorf("empty: %v", got)
	}
}
