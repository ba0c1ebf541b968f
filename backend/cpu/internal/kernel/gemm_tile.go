package kernel

// geometry holds the sizes of the tiles of a level.
type geometry struct {
	step   int // columns of a panel of a wide matrix
	widest int // columns of a panel that is the only or last one of a narrow matrix
	tall   int // most rows of a tile of step columns
	squat  int // most rows of a wider tile
}

func currentGeometry() geometry {
	switch active {
	case levelAVX512:
		return geometry{step: 32, widest: 48, tall: 12, squat: 8}
	case levelAVX2:
		return geometry{step: 16, widest: 16, tall: 6, squat: 6}
	default:
		return geometry{step: 8, widest: 8, tall: 4, squat: 4}
	}
}

// height returns the most rows of a tile of the given width.
func (g geometry) height(width int) int {
	switch {
	case width > g.step:
		return g.squat
	case width <= 8 && active != levelPortable:
		return 12
	default:
		return g.tall
	}
}

// panels returns the first columns of the panels of a matrix of n columns, followed by n. Where A is packed, in tiles of one
// height, no panel may be wider than a step.
func (g geometry) panels(n int, packA bool) []int {
	widest := g.widest
	if packA {
		widest = g.step
	}
	starts := make([]int, 0, n/g.step+2)
	j := 0
	for ; n-j > widest; j += g.step {
		starts = append(starts, j)
	}
	return append(starts, j, n)
}

// tileArgs describes the product of one tile: rows by width, over k. init, when not nil, holds what the sums begin with at
// row stride irs.
type tileArgs struct {
	rows, width, k int
	a              []float32
	ars, aks       int
	b              []float32
	bks            int
	c              []float32
	ldc            int
	init           []float32
	irs            int
	relu           bool
}

func (t *tileArgs) run() {
	if !t.fast() {
		t.portable()
	}
}

func (t *tileArgs) portable() {
	var row [8]float32
	for i := range t.rows {
		sums := row[:t.width]
		clear(sums)
		if t.init != nil {
			copy(sums, t.init[i*t.irs:])
		}
		for p := range t.k {
			x := t.a[i*t.ars+p*t.aks]
			for j, y := range t.b[p*t.bks:][:len(sums)] {
				sums[j] += x * y
			}
		}
		if t.relu {
			for j, s := range sums {
				if s < 0 {
					sums[j] = 0
				}
			}
		}
		copy(t.c[i*t.ldc:], sums)
	}
}
