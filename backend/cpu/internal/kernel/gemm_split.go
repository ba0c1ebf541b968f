package kernel

// gemmDots computes products that are dot products of contiguous lines: one column with the rows of A, or one row with the
// columns of B. It reports whether g is one of them.
func gemmDots(p Parallel, g *GemmArgs) bool {
	column := g.N == 1 && g.ACol == 1 && g.M > 1
	row := g.M == 1 && g.BRow == 1 && g.N > 1
	if g.K < 4 || !column && !row {
		return false
	}
	lines := max(g.M, g.N)
	group := max(1, gemmTask/8/g.K)
	parts := (lines + group - 1) / group
	p.run(g.Batch*parts, func(task int) {
		n, lo := task/parts, task%parts*group
		hi := min(lo+group, lines)
		a, b, c := g.A[n*g.AStride:], g.B[n*g.BStride:], g.C[n*g.CStride:]
		line, lineStep, vector, vectorStep, cStep := a, g.ARow, b, g.BRow, g.LDC
		if row {
			line, lineStep, vector, vectorStep, cStep = b, g.BCol, a, g.ACol, 1
		}
		if vectorStep != 1 {
			gathered := getScratch(g.K)
			defer putScratch(gathered)
			for q := range g.K {
				gathered.data[q] = vector[q*vectorStep]
			}
			vector = gathered.data
		}
		for i := lo; i < hi; i++ {
			sum := Dot(line[i*lineStep:i*lineStep+g.K], vector)
			if g.Accumulate {
				sum += c[i*cStep]
			}
			c[i*cStep] = sum
		}
		if row {
			g.finish(n, n*g.CStride, 0, 1, lo, hi)
		} else {
			g.finish(n, n*g.CStride, lo, hi, 0, 1)
		}
	})
	return true
}

// gemmSplit computes a product that is long and has a small result, such as the gradient of a weight matrix, by cutting the
// contracted length into runs whose sums are added in order. It reports whether g is one of them.
func gemmSplit(p Parallel, g *GemmArgs) bool {
	size := g.M * g.N
	tasks := size * g.K / gemmTask
	runs := min(8, tasks, g.K/256)
	if g.Batch > 1 || size > 128*128 || runs < 2 {
		return false
	}
	partial := getScratch(runs * size)
	defer putScratch(partial)
	p.run(runs, func(i int) {
		lo, hi := g.K*i/runs, g.K*(i+1)/runs
		part := GemmArgs{
			M: g.M, N: g.N, K: hi - lo, Batch: 1, A: g.A[lo*g.ACol:], ARow: g.ARow, ACol: g.ACol,
			B: g.B[lo*g.BRow:], BRow: g.BRow, BCol: g.BCol, C: partial.data[i*size : (i+1)*size], LDC: g.N,
		}
		blocked(nil, part)
	})
	for i := 1; i < runs; i++ {
		Add(partial.data[:size], partial.data[:size], partial.data[i*size:(i+1)*size])
	}
	for i := range g.M {
		row, sum := g.C[i*g.LDC:i*g.LDC+g.N], partial.data[i*g.N:(i+1)*g.N]
		if g.Accumulate {
			Add(row, row, sum)
		} else {
			copy(row, sum)
		}
	}
	g.finish(0, 0, 0, g.M, 0, g.N)
	return true
}
