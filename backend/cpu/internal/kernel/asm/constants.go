package main

import (
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/operand"
)

// symbols are the tables of the file being generated, by name.
var symbols map[string]Mem

// tailMask returns 8 set words followed by 8 clear ones: read at word 8-n it is the mask of the first n lanes.
func tailMask() Mem {
	words := make([]uint32, 16)
	for i := range 8 {
		words[i] = math.MaxUint32
	}
	return table("tailMask", words...)
}

// table returns the address of a read-only table of words, made at its first use.
func table(name string, words ...uint32) Mem {
	if m, ok := symbols[name]; ok {
		return m
	}
	m := ctx.StaticGlobal(name)
	ctx.DataAttributes(attr.RODATA | attr.NOPTR)
	for _, w := range words {
		ctx.AppendDatum(U32(w))
	}
	symbols[name] = m
	return m
}
