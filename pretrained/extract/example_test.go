package extract_test

import (
	"context"
	"fmt"
	"os"

	"cggm/backend"
	"cggm/pretrained/cache"
	"cggm/pretrained/extract"
)

func ExamplePicture_Features() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a folder for temporary files
	store, err := cache.Open(dir)
	if err != nil {
		panic(err)
	}
	engine, err := backend.Open()
	if err != nil {
		panic(err)
	}
	x, err := extract.OpenPicture(engine, "../vit/testdata/small", store)
	if err != nil {
		panic(err)
	}
	for range 2 {
		features, err := x.Features(context.Background(), []string{"testdata/apple.png"})
		if err != nil {
			panic(err)
		}
		fmt.Println(features[0].Shape, store.Counts().Stored, "computed", store.Counts().Hits, "found")
	}
	// Output:
	// [10 24] 1 computed 0 found
	// [10 24] 1 computed 1 found
}
