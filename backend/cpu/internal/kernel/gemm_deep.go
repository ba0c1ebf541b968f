package kernel

// gemmCached is the most elements of B, 4 MiB of them, that are packed at once: what the third cache keeps for one program.
const gemmCached = 1 << 20

// gemmDeep computes a product with a large right factor as a sum of products of gemmDepth, each of which packs its part of B
// into the same buffer. It reports whether g is one of them.
func gemmDeep(p Parallel, g *GemmArgs) bool {
	if g.Batch > 1 || g.K <= gemmDepth || g.K*g.N <= gemmCached || g.M <= 2*currentGeometry().tall {
		return false
	}
	for k0 := 0; k0 < g.K; k0 += gemmDepth {
		part := *g
		part.K = min(gemmDepth, g.K-k0)
		part.A, part.B = g.A[k0*g.ACol:], g.B[k0*g.BRow:]
		part.Accumulate = g.Accumulate || k0 > 0
		if k0+part.K < g.K {
			part.Epilogue = nil
		}
		blocked(p, part)
	}
	return true
}
