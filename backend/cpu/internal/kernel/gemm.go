package kernel

// GemmArgs describes a batch of matrix products C = A·B, with options to add what C held before and to finish the result.
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

	Accumulate bool      // add the product to what C holds
	BiasCol    []float32 // length N, added to every row; nil: none
	BiasRow    []float32 // length M, added to every column; nil: none
	ReLU       bool      // then replace negative numbers by 0

	// Epilogue, when not nil, is called once for each finished piece of C, from the worker that computed it while it is in
	// cache: c[i*ldc+j] for i < rows and j < cols is the element of row i0+i and column j0+j, where i0 counts the rows of all
	// products, product b beginning at row b*M. It may change the piece.
	Epilogue func(c []float32, ldc, i0, j0, rows, cols int)
}

// PackedB is the right factor of a matrix product in the order the inner kernel reads it; see [PackB].
type PackedB struct {
	k, n int
	b    []float32
}

// PackB copies B, [k, n] with element (p, j) at b[p*row+j*col], into the order [GemmPacked] reads. It pays when the same B
// multiplies many A.
func PackB(_ Parallel, k, n int, b []float32, row, col int) *PackedB {
	packed := &PackedB{k: k, n: n, b: make([]float32, k*n)}
	for p := range k {
		for j := range n {
			packed.b[p*n+j] = b[p*row+j*col]
		}
	}
	return packed
}

// GemmPacked computes the products described by g with b in place of g.B, g.BRow, g.BCol and g.BStride.
func GemmPacked(p Parallel, g GemmArgs, b *PackedB) {
	g.B, g.BRow, g.BCol, g.BStride = b.b, b.n, 1, 0
	Gemm(p, g)
}

// Gemm computes the products described by g. Each element of C is a sum over p in increasing order, in one run or in runs
// that depend on M, N and K alone.
func Gemm(p Parallel, g GemmArgs) {
	if g.Batch == 0 {
		g.Batch = 1
	}
	p.run(g.Batch, func(b int) {
		for i := range g.M {
			row := g.C[b*g.CStride+i*g.LDC:][:g.N]
			for j := range row {
				var sum float32
				if g.Accumulate {
					sum = row[j]
				}
				for q := range g.K {
					sum += g.A[b*g.AStride+i*g.ARow+q*g.ACol] * g.B[b*g.BStride+q*g.BRow+j*g.BCol]
				}
				if g.BiasCol != nil {
					sum += g.BiasCol[j]
				}
				if g.BiasRow != nil {
					sum += g.BiasRow[i]
				}
				if g.ReLU {
					sum = max(sum, 0)
				}
				row[j] = sum
			}
		}
		if g.Epilogue != nil && g.M > 0 && g.N > 0 {
			g.Epilogue(g.C[b*g.CStride:], g.LDC, b*g.M, 0, g.M, g.N)
		}
	})
}
