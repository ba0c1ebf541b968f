package score

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestSegmentation(t *testing.T) {
	for _, e := range readExpected(t).Segmentation {
		classDice, err := ClassDice(e.Pred, e.Truth, 4)
		if err != nil {
			t.Fatal(err)
		}
		for class, want := range e.ClassDice {
			near(t, "class Dice", classDice[class], nil, want)
		}
		value, err := MeanDice(e.Pred, e.Truth, 4)
		near(t, "mean Dice", value, err, (e.ClassDice[1]+e.ClassDice[2]+e.ClassDice[3])/3)

		dice, err := BraTSDice(e.Pred, e.Truth)
		near(t, "WT", dice.WT, err, e.Dice.WT)
		near(t, "TC", dice.TC, err, e.Dice.TC)
		near(t, "ET", dice.ET, err, e.Dice.ET)
		near(t, "mean", dice.Mean(), err, (e.Dice.WT+e.Dice.TC+e.Dice.ET)/3)

		distance, err := BraTSHausdorff95(e.Pred, e.Truth, Grid{Shape: e.Shape, Spacing: e.Spacing})
		near(t, "HD95 of WT", distance.WT, err, e.HD95.WT)
		near(t, "HD95 of TC", distance.TC, err, e.HD95.TC)
		near(t, "HD95 of ET", distance.ET, err, e.HD95.ET)
	}
}

// TestMasks measures the masks of the same cases directly.
func TestMasks(t *testing.T) {
	for _, e := range readExpected(t).Segmentation {
		grid := Grid{Shape: e.Shape, Spacing: e.Spacing}
		for region, want := range map[Region][2]float64{
			WholeTumour: {e.Dice.WT, e.HD95.WT}, TumourCore: {e.Dice.TC, e.HD95.TC}, EnhancingTumour: {e.Dice.ET, e.HD95.ET},
		} {
			pred, truth := region.Mask(e.Pred), region.Mask(e.Truth)
			value, err := Dice(pred, truth)
			near(t, "Dice of the mask", value, err, want[0])
			value, err = Hausdorff95(pred, truth, grid)
			near(t, "HD95 of the mask", value, err, want[1])
		}
		c, err := NewConfusion(4)
		if err != nil {
			t.Fatal(err)
		}
		half := len(e.Pred) / 2
		if err := errors.Join(c.Add(e.Pred[:half], e.Truth[:half]), c.Add(e.Pred[half:], e.Truth[half:])); err != nil {
			t.Fatal(err)
		}
		classDice, err := c.ClassDice()
		if err != nil {
			t.Fatal(err)
		}
		for class, want := range e.ClassDice {
			near(t, "class Dice of the matrix", classDice[class], nil, want)
		}
		value, err := c.MeanDice()
		near(t, "mean Dice of the matrix", value, err, (e.ClassDice[1]+e.ClassDice[2]+e.ClassDice[3])/3)
	}
}

// TestEmptyMasks pins the convention of the BraTS challenge.
func TestEmptyMasks(t *testing.T) {
	grid := Grid{Shape: [3]int{240, 240, 155}, Spacing: [3]float64{1, 1, 1}}
	voxels := 240 * 240 * 155
	empty, one := make([]bool, voxels), make([]bool, voxels)
	one[voxels/2] = true
	for _, c := range []struct {
		name           string
		pred, truth    []bool
		dice, distance float64
	}{
		{"both empty", empty, empty, 1, 0},
		{"prediction empty", empty, one, 0, math.Sqrt(139225)}, // 373.1287
		{"truth empty", one, empty, 0, math.Sqrt(139225)},
		{"equal", one, one, 1, 0},
	} {
		value, err := Dice(c.pred, c.truth)
		near(t, c.name, value, err, c.dice)
		value, err = Hausdorff95(c.pred, c.truth, grid)
		near(t, c.name, value, err, c.distance)
	}
	dice, err := ClassDice([]int32{0, 1}, []int32{0, 1}, 3)
	if err != nil || dice[2] != 1 {
		t.Errorf("absent class: %v, %v", dice, err)
	}
}

// TestHausdorffByHand: two voxels 3 and 4 steps apart in a plane with spacing 1 and 2: sqrt(9 + 64).
func TestHausdorffByHand(t *testing.T) {
	grid := Grid{Shape: [3]int{1, 8, 9}, Spacing: [3]float64{5, 1, 2}}
	a, b := make([]bool, 72), make([]bool, 72)
	a[1*9+2], b[4*9+6] = true, true
	value, err := Hausdorff95(a, b, grid)
	near(t, "two voxels", value, err, math.Sqrt(73))

	single := Grid{Shape: [3]int{1, 1, 1}, Spacing: [3]float64{1, 1, 1}}
	value, err = Hausdorff95([]bool{true}, []bool{true}, single)
	near(t, "grid of one voxel", value, err, 0)
}

// TestSquaredDistances compares the fast transform with the search over all voxels of the mask.
func TestSquaredDistances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var grid Grid
		size := 1
		for axis := range 3 {
			grid.Shape[axis] = rapid.IntRange(1, 6).Draw(t, "n")
			grid.Spacing[axis] = rapid.SampledFrom([]float64{.5, 1, 1.75, 3}).Draw(t, "spacing")
			size *= grid.Shape[axis]
		}
		mask := make([]bool, size)
		for i := range mask {
			mask[i] = rapid.IntRange(0, 7).Draw(t, "voxel") == 0
		}
		mask[rapid.IntRange(0, size-1).Draw(t, "one")] = true
		at := func(i int) [3]int {
			return [3]int{i / (grid.Shape[1] * grid.Shape[2]), i / grid.Shape[2] % grid.Shape[1], i % grid.Shape[2]}
		}
		for i, got := range squaredDistances(mask, grid) {
			want := math.Inf(1)
			for j, in := range mask {
				if !in {
					continue
				}
				var square float64
				for axis := range 3 {
					d := float64(at(i)[axis]-at(j)[axis]) * grid.Spacing[axis]
					square += d * d
				}
				want = min(want, square)
			}
			if math.Abs(got-want) > tolerance*max(1, want) {
				t.Fatalf("voxel %v: %v, want %v", at(i), got, want)
			}
		}
	})
}

func TestSegmentationErrors(t *testing.T) {
	grid := Grid{Shape: [3]int{1, 1, 2}, Spacing: [3]float64{1, 1, 1}}
	distance := func(pred, truth []bool, grid Grid) error { _, err := Hausdorff95(pred, truth, grid); return err }
	brats := func(pred, truth []int32) error { _, err := BraTSDice(pred, truth); return err }
	two := []bool{true, false}
	for _, c := range []struct {
		name string
		err  error
		want error
	}{
		{"no voxels", distance(nil, nil, grid), ErrEmpty},
		{"other lengths", distance(two, two[:1], grid), ErrLength},
		{"other grid", distance(two, two, Grid{Shape: [3]int{1, 1, 3}, Spacing: grid.Spacing}), ErrLength},
		{"grid of no voxels", distance(two, two, Grid{Spacing: grid.Spacing}), ErrLength},
		{"BraTS label 4", brats([]int32{0}, []int32{4}), ErrLabel},
		{"BraTS of nothing", brats(nil, nil), ErrEmpty},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, c.err, c.want)
		}
	}
	if err := distance(two, two, Grid{Shape: grid.Shape}); err == nil {
		t.Error("a spacing of 0 is accepted")
	}
	if _, err := MeanDice([]int32{0}, []int32{0}, 1); !errors.Is(err, ErrOneClass) {
		t.Errorf("mean Dice of the background: %v", err)
	}
	if _, err := Dice(nil, nil); !errors.Is(err, ErrEmpty) {
		t.Errorf("Dice of nothing: %v", err)
	}
	if _, err := ClassDice(nil, nil, 2); !errors.Is(err, ErrEmpty) {
		t.Errorf("class Dice of nothing: %v", err)
	}
}
