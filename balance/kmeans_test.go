package balance

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// From centres 0 and 1 the points 0, 1, 10, 11 first part into {0} and
// {1, 10, 11}, centres 0 and 22/3; then into {0, 1} and {10, 11}, centres .5 and
// 10.5, which stays: cost 4 (1/2)^2 = 1.
func TestLloyd(t *testing.T) {
	clusters, cost := lloyd([]float32{0, 1, 10, 11}, []float64{0, 1}, 1)
	if !slices.Equal(clusters, []int{0, 0, 1, 1}) || cost != 1 {
		t.Errorf("clusters %v, cost %v, want [0 0 1 1] and 1", clusters, cost)
	}
}

// Four clouds far apart are found, whatever the seed, and the same every time.
func TestKMeansFindsClouds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var points []float32
	var labels []int
	for i := range 120 {
		y := i % 4
		labels = append(labels, y)
		points = append(points, float32(y/2*20)+float32(rng.NormFloat64()), float32(y%2*20)+float32(rng.NormFloat64()))
	}
	for seed := range uint64(5) {
		got := kMeans(points, 2, 4, seed)
		if p := purity(got, labels); p != 1 {
			t.Errorf("seed %d: purity %v of clouds far apart, want 1", seed, p)
		}
		if !slices.Equal(got, kMeans(points, 2, 4, seed)) {
			t.Errorf("seed %d gives two results", seed)
		}
	}
}

// What is degenerate is parted somehow, without a panic.
func TestKMeansDegenerate(t *testing.T) {
	nan := float32(math.NaN())
	for name, points := range map[string][]float32{
		"one point": {3}, "fewer points than clusters": {3, 4}, "all alike": {2, 2, 2, 2, 2, 2}, "no numbers": {nan, nan, nan, nan}, "none": {},
	} {
		if got := kMeans(points, 1, 5, 1); len(got) != len(points) {
			t.Errorf("%s: %d clusters for %d points", name, len(got), len(points))
		}
	}
}

// Cluster 0 holds classes 0 0 1, cluster 1 classes 2 1: (2 + 1)/5.
func TestPurity(t *testing.T) {
	if p := purity([]int{0, 0, 0, 1, 1}, []int{0, 0, 1, 2, 1}); p != .6 {
		t.Errorf("purity %v, want .6", p)
	}
}
