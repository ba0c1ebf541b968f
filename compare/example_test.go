package compare_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"cggm/compare"
	"cggm/experiment"
)

func ExampleStudy_Run() {
	dir, err := os.MkdirTemp("", "comparison")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover in the temporary folder does no harm
	study := compare.Study{
		Tasks: []compare.Task{{Name: "synthetic", Load: func(assignments ...string) (*experiment.Config, error) {
			return experiment.LoadNeutral("synthetic", "", append([]string{"train.epochs=2"}, assignments...))
		}}},
		Methods: []string{"joint", "ogm-ge"}, Seeds: 3, Trials: 2, Jobs: 1, Dir: dir,
	}
	outcome, err := study.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range outcome.Tasks[0].Rows {
		fmt.Println(row.Method, row.Test.N, row.Test.Mean > .4)
	}
	fmt.Println(len(outcome.Tasks[0].Records), "runs")
	// Output:
	// joint 3 true
	// ogm-ge 3 true
	// 10 runs
}
