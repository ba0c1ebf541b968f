// Command asm writes the assembly of package kernel, one file for each instruction set, with the Go declarations of what
// they hold. It is run in its own folder by go generate of
// the package.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

func main() {
	files := []struct {
		name     string
		generate func(s isa)
	}{
		{"gemm", gemmTiles},
		{"transpose", transposeFunctions},
		{"unary", unaryFunctions},
		{"binary", binaryFunctions},
		{"ternary", ternaryFunctions},
		{"logic", logicFunctions},
		{"rows", rowFunctions},
		{"reduce", reduceFunctions},
		{"philox", philox},
		{"narrow", narrowFunctions},
	}
	for _, f := range files {
		for _, s := range []isa{avx2, avx512} {
			check(write("..", f.name+"_"+strings.ToLower(s.String()), func() { f.generate(s) }))
		}
	}
	check(write("..", "cpuid", cpuid))
	check(writeDispatch(".."))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "asm:", err)
		os.Exit(1)
	}
}

// ctx receives the instructions of the file being generated.
var ctx *build.Context

// onlyAVX512 finds vector registers that AVX2 lacks.
var onlyAVX512 = regexp.MustCompile(`\b([XYZ](1[6-9]|2[0-9]|3[01])|Z[0-9]+)\b`)

// flags of every function: no stack to grow, no pointers kept.
const noSplit = attr.NOSPLIT

func write(folder, name string, generate func()) error {
	ctx, symbols = build.NewContext(), map[string]operand.Mem{}
	ctx.ConstraintExpr("amd64,!purego")
	generate()
	file, err := ctx.Result()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if len(file.Sections) == 0 {
		return nil
	}
	if err := pass.Compile.Execute(file); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	config := printer.Config{Name: "the module in asm", Pkg: "kernel"}
	for suffix, p := range map[string]printer.Printer{
		"_amd64.s": printer.NewGoAsm(config), "_stubs_amd64.go": printer.NewStubs(config),
	} {
		text, err := p.Print(file)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if suffix == "_amd64.s" && strings.HasSuffix(name, "_"+strings.ToLower(avx2.String())) && onlyAVX512.Match(text) {
			return fmt.Errorf("%s: the registers do not suffice: it would need those of AVX-512", name)
		}
		if err := os.WriteFile(filepath.Join(folder, name+suffix), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
