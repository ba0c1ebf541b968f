package brats2021

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// The made-up patients: how many per split, and the extent of their volumes.
const (
	madeTrain, madeVal, madeTest = 48, 16, 16
	madeSide, madeDepth          = 40, 9
)

// madeUp is a patient without files: an ellipsoid brain with an ellipsoid
// tumour of three shells, each of which stands out in other modalities.
type madeUp struct {
	id   string
	seed uint64
}

var _ scan = madeUp{}

// generate returns made-up patients.
func generate(seed uint64) *cohort {
	all := &cohort{warnings: []string{
		"the data is generated: simple shapes in the layout of BraTS 2021, no scans; scores on it say nothing about medicine. Give the published files with --data DIR",
	}}
	n := 0
	for i, size := range [3]int{madeTrain, madeVal, madeTest} {
		for range size {
			id := fmt.Sprintf("generated_%03d", n)
			all.splits[i] = append(all.splits[i], &patient{id: id, scan: madeUp{id, seed<<16 + uint64(n)}})
			n++
		}
	}
	return all
}

func (m madeUp) name() string { return m.id }

func (m madeUp) identity() (string, error) { return fmt.Sprintf("generated %d", m.seed), nil }

func (madeUp) examine() []string { return nil }

// shells are the squared radii, as shares of the tumour's, inside which are
// necrotic core, enhancing tumour and oedema.
var shells = []struct {
	inside float64
	label  uint8
}{{.15, 1}, {.45, 3}, {1, 2}}

// tissue is the brightness of a label in t1, t1ce, t2 and flair.
var tissue = [Classes][4]float64{{.5, .5, .4, .4}, {.3, .2, .8, .5}, {.4, .4, .7, .9}, {.45, 1, .6, .7}}

// draw returns the labels, and calls brain, if given, for every voxel inside
// the brain.
func (m madeUp) draw(brain func(z, at int, label uint8)) *volume {
	rng := rand.New(rand.NewPCG(m.seed, 0x6272617473))
	around := func(middle, reach float64) float64 { return middle + reach*(2*rng.Float64()-1) }
	half, centre := float64(madeSide)/2, float64(madeDepth)/2
	place := [3]float64{around(half, 6), around(half, 6), around(centre, 1)}
	radius := [3]float64{around(8.5, 2), around(8.5, 2), around(3.5, .5)}
	v := &volume{depth: madeDepth, rows: madeSide, columns: madeSide, values: make([]uint8, madeDepth*madeSide*madeSide)}
	distance := func(p, middle, radius [3]float64) float64 {
		sum := 0.
		for i := range p {
			d := (p[i] - middle[i]) / radius[i]
			sum += float64(d * d)
		}
		return sum
	}
	for z := range madeDepth {
		for r := range madeSide {
			for c := range madeSide {
				p := [3]float64{float64(r) + .5, float64(c) + .5, float64(z) + .5}
				if distance(p, [3]float64{half, half, centre}, [3]float64{half - 1, half - 3, centre + 2}) > 1 {
					continue
				}
				label, at := uint8(0), r*madeSide+c
				d := distance(p, place, radius)
				for _, s := range shells {
					if d < s.inside {
						label = s.label
						break
					}
				}
				v.values[z*madeSide*madeSide+at] = label
				if brain != nil {
					brain(z, at, label)
				}
			}
		}
	}
	return v
}

func (m madeUp) labels() (*volume, error) { return m.draw(nil), nil }

func (m madeUp) images(_ context.Context, wanted []int) ([][4][]float32, error) {
	var all [4][]float32
	const size = madeSide * madeSide
	for i := range all {
		all[i] = make([]float32, madeDepth*size)
	}
	rng := rand.New(rand.NewPCG(m.seed, 0x6e6f697365))
	m.draw(func(z, at int, label uint8) {
		for i := range all {
			all[i][z*size+at] = float32(tissue[label][i] + .12*rng.NormFloat64())
		}
	})
	for i := range all {
		standardise(all[i])
	}
	out := make([][4][]float32, len(wanted))
	for k, z := range wanted {
		for i := range all {
			out[k][i] = all[i][z*size : (z+1)*size]
		}
	}
	return out, nil
}
