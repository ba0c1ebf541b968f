package kernel

import "sync"

// GemmArgs describes a batch of matrix products C = A·B, with options to add to what C held before and to finish the result.
// All strides are in elements.
type GemmArgs struct {
	M, N, K int // C is [M, N], A [M, K], B [K, N]

	A          []float32
	ARow, ACol int // element (i, p) of A is A[i*ARow+p*ACol]; a transposed A swaps the two
	B          []float32
	BRow, BCol int // element (p, j) of B is B[p*BRow+j*BCol]
	C          []float32
	LDC        int // element (i, j) of C is C[i*LDC+j]; C must not overlap A or B

	// Batch is the number of products; 0 stands for 1. Product b begins at A[b*AStride], B[b*BStride] and C[b*CStride]; AStride
	// and BStride may be 0.
	Batch                     int
	AStride, BStride, CStride int

	Accumulate bool // add the product to what C holds

	// Epilogue, when not nil, is called once for each finished piece of C, from the worker that computed it while it is in
	// cache: c[i*ldc+j] for i < rows and j < cols is the element of row i0+i and column j0+j, where i0 counts the rows of all
	// products, product b beginning at row b*M. It may change the piece.
	Epilogue func(c []float32, ldc, i0, j0, rows, cols int)
}

// Gemm computes the products described by args. Each element of C is a sum over p in increasing order, in one run or in runs
// that depend on M, N and K alone.
func Gemm(p Parallel, args GemmArgs) {
	call := borrowCall(args)
	defer call.giveBack()
	g := &call.args
	g.Batch = max(g.Batch, 1)
	if g.M <= 0 || g.N <= 0 {
		return
	}
	g.check()
	switch {
	case gemmDots(p, g):
	case gemmSplit(p, g):
	case gemmDeep(p, g):
	default:
		call.run.cut(g)
		call.run.do(p)
	}
}

// calls keeps what calls of Gemm need, which otherwise makes most of the garbage of a training step.
var calls = sync.Pool{New: func() any { return &gemmCall{} }}

type gemmCall struct {
	args GemmArgs
	run  gemmRun
}

func borrowCall(g GemmArgs) *gemmCall {
	call := calls.Get().(*gemmCall)
	call.args = g
	return call
}

func (call *gemmCall) giveBack() {
	call.args = GemmArgs{}
	call.run = gemmRun{chunks: call.run.chunks[:0]}
	calls.Put(call)
}

// blocked computes a product in blocks.
func blocked(p Parallel, g GemmArgs) {
	call := borrowCall(g)
	defer call.giveBack()
	call.run.cut(&call.args)
	call.run.do(p)
}

// check panics when a slice is too short for the matrices it is said to hold: the assembly does not look.
func (g *GemmArgs) check() {
	last := func(what string, s []float32, rows, cols, row, col, stride int) {
		if row < 0 || col < 0 || stride < 0 {
			panic("kernel: negative stride of " + what)
		}
		if rows > 0 && cols > 0 {
			_ = s[(g.Batch-1)*stride+(rows-1)*row+(cols-1)*col]
		}
	}
	last("A", g.A, g.M, g.K, g.ARow, g.ACol, g.AStride)
	last("B", g.B, g.K, g.N, g.BRow, g.BCol, g.BStride)
	last("C", g.C, g.M, g.N, g.LDC, 1, g.CStride)
}

// finish calls the epilogue for rows [i0, i1) and columns [j0, j1) of product b, which begins at C[at].
func (g *GemmArgs) finish(b, at, i0, i1, j0, j1 int) {
	if g.Epilogue != nil {
		g.Epilogue(g.C[at+i0*g.LDC+j0:], g.LDC, b*g.M+i0, j0, i1-i0, j1-j0)
	}
}
