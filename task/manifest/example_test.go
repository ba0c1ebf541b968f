package manifest_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"cggm/task"
	"cggm/task/manifest"
)

func ExampleTask() {
	dir, err := os.MkdirTemp("", "own-data")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a leftover in the temporary folder does no harm
	rows := "title,size,weight,kind\n"
	for i := range 50 {
		rows += fmt.Sprintf("thing %d,%d,%d.5,%s\n", i%7, i, 2*i, []string{"fruit", "tool"}[i%2])
	}
	text := `
task: classification
file: things.csv
modalities:
  - {name: title, text: title}
  - {name: sensors, columns: [size, weight]}
label: {from: kind}
split: {train: 60, val: 20, test: 20}
`
	for name, content := range map[string]string{"things.csv": rows, "things.yaml": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			log.Fatal(err)
		}
	}
	data, err := manifest.Task{Path: filepath.Join(dir, "things.yaml")}.Open(context.Background(), task.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(data.Train.Len(), data.Val.Len(), data.Test.Len(), data.Classes)
	for _, input := range data.Train.Inputs() {
		fmt.Println(input.Name, input.Kind, input.Dims)
	}
	// Output:
	// 30 10 10 [fruit tool]
	// title int [2]
	// sensors float [2]
}
