package main

import "github.com/mmcloughlin/avo/reg"

// cpuid writes the function that asks what the processor is.
func cpuid() {
	ctx.Function("cpuid")
	ctx.Attributes(noSplit)
	ctx.SignatureExpr("func(leaf uint32) uint32")
	ctx.Doc("cpuid returns the first word, EAX, of what the processor says of itself under the number leaf.")
	ctx.Load(ctx.Param("leaf"), reg.EAX)
	ctx.XORL(reg.ECX, reg.ECX)
	ctx.CPUID()
	ctx.Store(reg.EAX, ctx.ReturnIndex(0))
	ctx.RET()
}
