package stats_test

import (
	"fmt"

	"cggm/stats"
)

// Accuracies of two methods with the same five seeds.
func Example() {
	joint := []float64{.712, .705, .719, .708, .715}
	other := []float64{.731, .718, .733, .729, .724}
	mean, err := stats.Mean(other)
	if err != nil {
		fmt.Println(err)
		return
	}
	interval, err := stats.TInterval(other, .95)
	if err != nil {
		fmt.Println(err)
		return
	}
	test, err := stats.PairedT(other, joint)
	if err != nil {
		fmt.Println(err)
		return
	}
	adjusted, err := stats.Holm([]float64{test.P, .03})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("mean %.3f, 95%% interval %.3f to %.3f\n", mean, interval.Low, interval.High)
	fmt.Printf("t = %.2f, p = %.4f, after Holm %.4f\n", test.Statistic, test.P, adjusted[0])
	// Output:
	// mean 0.727, 95% interval 0.719 to 0.735
	// t = 7.06, p = 0.0021, after Holm 0.0043
}
