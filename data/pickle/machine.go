package pickle

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// machine executes the opcodes of a pickle: a stack, marks on it, and a memo
// of values to refer to.
type machine struct {
	r      *bufio.Reader
	at     int64 // of the next byte
	op     int64 // of the opcode being executed
	size   int64
	loader Loader

	stack []any
	marks []int
	memo  []any
	// sparse holds memo entries that are not numbered one by one.
	sparse map[int]any
	// budget is the number of bytes that arrays may still have.
	budget int64
}

// read returns the next n bytes, which must be there.
func (m *machine) read(n uint64) ([]byte, error) {
	if left := m.size - m.at; left < 0 || n > uint64(left) {
		return nil, bad(fmt.Sprintf("a length of %d", n), fmt.Sprintf("at most the %d bytes that follow", max(0, left)), nil)
	}
	b := make([]byte, n)
	k, err := io.ReadFull(m.r, b)
	m.at += int64(k)
	if err != nil {
		return nil, bad("the end of the file", fmt.Sprintf("%d more bytes", n-uint64(k)), err)
	}
	return b, nil
}

// number reads an unsigned number of n <= 8 bytes, little-endian.
func (m *machine) number(n int) (uint64, error) {
	var b [8]byte
	k, err := io.ReadFull(m.r, b[:n])
	m.at += int64(k)
	if err != nil {
		return 0, bad("the end of the file", "an argument", err)
	}
	return binary.LittleEndian.Uint64(b[:]), nil
}

// sized reads bytes whose length comes first, as a number of n bytes.
func (m *machine) sized(n int) ([]byte, error) {
	length, err := m.number(n)
	if err != nil {
		return nil, err
	}
	return m.read(length)
}

// line reads up to the end of the line, which it drops.
func (m *machine) line() (string, error) {
	b, err := m.r.ReadBytes('\n')
	m.at += int64(len(b))
	if err != nil {
		return "", bad("the end of the file", "a line", err)
	}
	return string(bytes.TrimSuffix(b, []byte("\n"))), nil
}

func (m *machine) push(v any) { m.stack = append(m.stack, v) }

// floor is where the part of the stack above the last mark starts.
func (m *machine) floor() int {
	if len(m.marks) == 0 {
		return 0
	}
	return m.marks[len(m.marks)-1]
}

// pop removes the top of the stack, which must lie above the last mark.
func (m *machine) pop() (any, error) {
	if len(m.stack) <= m.floor() {
		return nil, bad("an empty stack", "a value on it", nil)
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v, nil
}

// top returns the top of the stack.
func (m *machine) top() (any, error) {
	if len(m.stack) <= m.floor() {
		return nil, bad("an empty stack", "a value on it", nil)
	}
	return m.stack[len(m.stack)-1], nil
}

// popN removes n values and returns them in the order they were pushed.
func (m *machine) popN(n int) ([]any, error) {
	if len(m.stack)-m.floor() < n {
		return nil, bad(fmt.Sprintf("%d values on the stack", len(m.stack)-m.floor()), fmt.Sprint(n), nil)
	}
	return m.cut(len(m.stack) - n), nil
}

// popMark removes the last mark and returns the values above it.
func (m *machine) popMark() ([]any, error) {
	if len(m.marks) == 0 {
		return nil, bad("no mark on the stack", "one", nil)
	}
	from := m.floor()
	m.marks = m.marks[:len(m.marks)-1]
	return m.cut(from), nil
}

func (m *machine) cut(from int) []any {
	out := append([]any{}, m.stack[from:]...)
	m.stack = m.stack[:from]
	return out
}

// put remembers the top of the stack.
func (m *machine) put(i uint64) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	switch {
	case i < uint64(len(m.memo)):
		m.memo[i] = v
	case i == uint64(len(m.memo)):
		m.memo = append(m.memo, v)
	case i > 1<<62:
		return bad(fmt.Sprintf("memo entry %d", i), "a small number", nil)
	default:
		m.sparse[int(i)] = v
	}
	return nil
}

// get pushes a remembered value.
func (m *machine) get(i uint64) error {
	if i < uint64(len(m.memo)) {
		m.push(m.memo[i])
		return nil
	}
	v, ok := m.sparse[int(min(i, 1<<62))]
	if !ok {
		return bad(fmt.Sprintf("a reference to memo entry %d", i), "an entry that was stored", nil)
	}
	m.push(v)
	return nil
}

// run executes opcodes until STOP and returns the object.
func (m *machine) run() (any, error) {
	for {
		m.op = m.at
		code, err := m.r.ReadByte()
		if err != nil {
			return nil, bad("the end of the file", "more opcodes, the last of them STOP", io.ErrUnexpectedEOF)
		}
		m.at++
		if code == opStop {
			if len(m.stack) != 1 || len(m.marks) > 0 {
				return nil, bad(fmt.Sprintf("%d values on the stack at the end", len(m.stack)), "one", nil)
			}
			return m.stack[0], nil
		}
		if err := m.execute(code); err != nil {
			return nil, err
		}
	}
}
