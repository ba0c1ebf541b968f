package pickle

import (
	"fmt"
	"math"
	"strings"
)

// The opcodes, by the names of Python's pickletools.
const (
	opMark           = '('
	opStop           = '.'
	opPop            = '0'
	opPopMark        = '1'
	opDup            = '2'
	opFloat          = 'F'
	opInt            = 'I'
	opBinInt         = 'J'
	opBinInt1        = 'K'
	opLong           = 'L'
	opBinInt2        = 'M'
	opNone           = 'N'
	opPersID         = 'P'
	opBinPersID      = 'Q'
	opReduce         = 'R'
	opString         = 'S'
	opBinString      = 'T'
	opShortBinString = 'U'
	opUnicode        = 'V'
	opBinUnicode     = 'X'
	opAppend         = 'a'
	opBuild          = 'b'
	opGlobal         = 'c'
	opDict           = 'd'
	opEmptyDict      = '}'
	opAppends        = 'e'
	opGet            = 'g'
	opBinGet         = 'h'
	opInst           = 'i'
	opLongBinGet     = 'j'
	opList           = 'l'
	opEmptyList      = ']'
	opObj            = 'o'
	opPut            = 'p'
	opBinPut         = 'q'
	opLongBinPut     = 'r'
	opSetItem        = 's'
	opTuple          = 't'
	opEmptyTuple     = ')'
	opSetItems       = 'u'
	opBinFloat       = 'G'

	opProto    = 0x80
	opNewObj   = 0x81
	opExt1     = 0x82
	opExt2     = 0x83
	opExt4     = 0x84
	opTuple1   = 0x85
	opTuple2   = 0x86
	opTuple3   = 0x87
	opNewTrue  = 0x88
	opNewFalse = 0x89
	opLong1    = 0x8a
	opLong4    = 0x8b

	opBinBytes      = 'B'
	opShortBinBytes = 'C'

	opShortBinUnicode = 0x8c
	opBinUnicode8     = 0x8d
	opBinBytes8       = 0x8e
	opEmptySet        = 0x8f
	opAddItems        = 0x90
	opFrozenSet       = 0x91
	opNewObjEx        = 0x92
	opStackGlobal     = 0x93
	opMemoize         = 0x94
	opFrame           = 0x95

	opByteArray8     = 0x96
	opNextBuffer     = 0x97
	opReadonlyBuffer = 0x98
)

// highestProtocol is the newest protocol there is.
const highestProtocol = 5

// execute does one opcode other than STOP.
func (m *machine) execute(code byte) error {
	switch code {
	case opProto:
		v, err := m.number(1)
		if err == nil && v > highestProtocol {
			err = bad(fmt.Sprintf("protocol %d", v), fmt.Sprintf("0 to %d", highestProtocol), nil)
		}
		return err
	case opFrame:
		v, err := m.number(8)
		if err == nil && v > uint64(max(0, m.size-m.at)) {
			err = bad(fmt.Sprintf("a frame of %d bytes", v), fmt.Sprintf("at most the %d that follow", m.size-m.at), nil)
		}
		return err
	case opMark:
		m.marks = append(m.marks, len(m.stack))
		return nil
	case opPop:
		if len(m.stack) == m.floor() {
			_, err := m.popMark()
			return err
		}
		_, err := m.pop()
		return err
	case opPopMark:
		_, err := m.popMark()
		return err
	case opDup:
		v, err := m.top()
		if err == nil {
			m.push(v)
		}
		return err
	case opGet, opBinGet, opLongBinGet:
		i, err := m.index(code, opGet, opBinGet)
		if err != nil {
			return err
		}
		return m.get(i)
	case opPut, opBinPut, opLongBinPut:
		i, err := m.index(code, opPut, opBinPut)
		if err != nil {
			return err
		}
		return m.put(i)
	case opMemoize:
		return m.put(uint64(len(m.memo) + len(m.sparse)))
	case opReadonlyBuffer:
		return nil
	case opNextBuffer:
		return bad("a buffer outside of the pickle", "a pickle without buffer_callback", nil)
	case opExt1, opExt2, opExt4:
		return bad("an extension code", "a pickle without copyreg extensions", nil)
	}
	if v, ok, err := m.scalar(code); ok || err != nil {
		if err == nil {
			m.push(v)
		}
		return err
	}
	if ok, err := m.container(code); ok || err != nil {
		return err
	}
	if ok, err := m.object(code); ok || err != nil {
		return err
	}
	return bad(fmt.Sprintf("the byte %#x", code), "an opcode of a pickle", nil)
}

// index reads the number of a memo entry: as text, in one byte or in four.
func (m *machine) index(code, asText, short byte) (uint64, error) {
	switch code {
	case asText:
		s, err := m.line()
		if err != nil {
			return 0, err
		}
		v, err := parseInt(s)
		i, ok := v.(int64)
		if err != nil || !ok || i < 0 {
			return 0, bad(fmt.Sprintf("memo entry %.20q", s), "a number", err)
		}
		return uint64(i), nil
	case short:
		return m.number(1)
	}
	return m.number(4)
}

// scalar reads a plain value.
func (m *machine) scalar(code byte) (v any, ok bool, err error) {
	switch code {
	case opNone:
		return nil, true, nil
	case opNewTrue:
		return true, true, nil
	case opNewFalse:
		return false, true, nil
	case opBinInt:
		n, err := m.number(4)
		return int64(int32(n)), true, err
	case opBinInt1:
		n, err := m.number(1)
		return int64(n), true, err
	case opBinInt2:
		n, err := m.number(2)
		return int64(n), true, err
	case opBinFloat:
		n, err := m.number(8)
		return bigEndianFloat(n), true, err
	case opInt, opLong, opFloat, opString, opUnicode:
		s, err := m.line()
		if err != nil {
			return nil, true, err
		}
		v, err := parseText(code, s)
		if err != nil {
			err = bad(fmt.Sprintf("%.40q", s), "a value written as text", err)
		}
		return v, true, err
	case opLong1:
		b, err := m.sized(1)
		return parseLong(b), true, err
	case opLong4:
		b, err := m.sized(4)
		if err == nil && len(b) > maxLong {
			err = bad(fmt.Sprintf("an integer of %d bytes", len(b)), fmt.Sprintf("at most %d", maxLong), nil)
		}
		if err != nil {
			return nil, true, err
		}
		return parseLong(b), true, nil
	case opBinString:
		n, err := m.number(4)
		if err == nil && n > math.MaxInt32 {
			err = bad("a negative length", "0 or more", nil)
		}
		if err != nil {
			return nil, true, err
		}
		v, err := m.read(n)
		return v, true, err
	}
	if width := map[byte]int{
		opShortBinString: 1, opShortBinBytes: 1, opBinBytes: 4, opBinBytes8: 8, opByteArray8: 8,
	}[code]; width > 0 {
		v, err := m.sized(width)
		return v, true, err
	}
	if width := map[byte]int{opShortBinUnicode: 1, opBinUnicode: 4, opBinUnicode8: 8}[code]; width > 0 {
		b, err := m.sized(width)
		return strings.ToValidUTF8(string(b), "\ufffd"), true, err
	}
	return nil, false, nil
}
