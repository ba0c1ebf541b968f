package kernel

import "slices"

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
	case width <= 8 && active == levelAVX2 && halves:
		return 6
	case width <= 8 && active != levelPortable:
		return 12
	default:
		return g.tall
	}
}

// panels appends to starts the first columns of the panels of a matrix of n columns, followed by n. Where A is packed, in tiles of one
// height, no panel may be wider than a step.
func (g geometry) panels(starts []int, n int, packA bool) []int {
	widest := g.widest
	if packA {
		widest = g.step
	}
	starts = slices.Grow(starts, n/g.step+2)
	j := 0
	for ; n-j > widest; j += g.step {
		starts = append(starts, j)
	}
	return append(starts, j, n)
}

// split cuts count rows into as few tiles of at most tall rows as will do: taller tiles of rows rows, the others one less.
func split(count, tall int) (tiles, taller, rows int) {
	tiles = (count + tall - 1) / tall
	rows, taller = count/tiles, count%tiles
	if taller == 0 {
		return tiles, tiles, rows
	}
	return tiles, taller, rows + 1
}

// tileArgs describes the product of some tiles, one below the other: rows by width, over k. The first tiles, taller in
// number, have the given rows, the others one less. The sums begin with what C holds if add is set.
type tileArgs struct {
	tiles, taller, rows int
	width, k            int
	a                   []float32
	ars, aks            int
	packed              bool // the tiles of A follow one another, each column by column; ars is 1 and aks the height
	b                   []float32
	bks                 int
	c                   []float32
	ldc                 int
	add                 bool
}

func (t *tileArgs) run() {
	if !t.fast() {
		t.portable()
	}
}

func (t *tileArgs) portable() {
	a, at := t.a, 0
	for tile := range t.tiles {
		rows := t.rows
		if tile >= t.taller {
			rows--
		}
		ars, aks := t.ars, t.aks
		if t.packed {
			aks = rows
		}
		for i := range rows {
			t.row(a, i*ars, aks, at+i)
		}
		at += rows
		switch {
		case t.packed:
			a = a[rows*t.k:]
		case t.k > 0 && tile < t.tiles-1:
			a = a[rows*ars:]
		}
	}
}

// row computes row i of the tiles; its element of A for the first k is a[at].
func (t *tileArgs) row(a []float32, at, aks, i int) {
	var numbers [8]float32
	sums := numbers[:t.width]
	if t.add {
		copy(sums, t.c[i*t.ldc:])
	}
	for p := range t.k {
		x := a[at+p*aks]
		for j, y := range t.b[p*t.bks:][:len(sums)] {
			sums[j] += x * y
		}
	}
	copy(t.c[i*t.ldc:], sums)
}
