package score

// Region is a part of a brain tumour that the BraTS challenge scores: a union of labels.
type Region uint8

// The regions of BraTS. Labels: 1 necrotic core, 2 oedema, 3 enhancing tumour (4 in the published files).
const (
	WholeTumour     Region = iota // WT: labels 1, 2, 3
	TumourCore                    // TC: labels 1, 3
	EnhancingTumour               // ET: label 3
)

// has says which labels belong to a region.
var has = [3][4]bool{
	WholeTumour:     {1: true, 2: true, 3: true},
	TumourCore:      {1: true, 3: true},
	EnhancingTumour: {3: true},
}

// Mask returns where the labels belong to the region. Labels outside 0..3 belong to none: BraTS refuses them.
func (r Region) Mask(labels []int32) []bool {
	mask := make([]bool, len(labels))
	for i, label := range labels {
		mask[i] = label >= 0 && label < 4 && has[r][label]
	}
	return mask
}

// Regions holds one number for each region of BraTS.
type Regions struct {
	WT, TC, ET float64
}

// Mean returns the mean of the three regions.
func (r Regions) Mean() float64 {
	return (r.WT + r.TC + r.ET) / 3
}

// BraTSDice returns the Dice score of each region of one case, labels 0..3. As in the challenge, a region that is neither
// there nor predicted scores 1, and one that is there alone or predicted alone scores 0.
func BraTSDice(pred, truth []int32) (Regions, error) {
	return regions(pred, truth, Dice)
}

// BraTSHausdorff95 returns the Hausdorff95 distance of each region of one case, labels 0..3, in the unit of the grid's
// spacing.
func BraTSHausdorff95(pred, truth []int32, grid Grid) (Regions, error) {
	return regions(pred, truth, func(p, t []bool) (float64, error) { return Hausdorff95(p, t, grid) })
}

func regions(pred, truth []int32, measure func(pred, truth []bool) (float64, error)) (Regions, error) {
	if err := sameLength(len(pred), len(truth)); err != nil {
		return Regions{}, err
	}
	for _, labels := range [][]int32{pred, truth} {
		if err := labelled(labels, 4); err != nil {
			return Regions{}, err
		}
	}
	var values [3]float64
	for region := range values {
		r := Region(region)
		var err error
		if values[region], err = measure(r.Mask(pred), r.Mask(truth)); err != nil {
			return Regions{}, err
		}
	}
	return Regions{WT: values[WholeTumour], TC: values[TumourCore], ET: values[EnhancingTumour]}, nil
}
