package manifest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"cggm/sample"
	"cggm/task"
)

// FuzzOpen opens any table through any manifest that names only this table.
func FuzzOpen(f *testing.F) {
	head := "task: classification\nfile: rows.csv\nlabel: {from: y}\n"
	table := "x,z,y,who\n1,a b,0,p\n2,,1,q\n,c,0,r\n3,d,1,s\n4,e,0,t\n5,f,1,u\n6,g,0,v\n7,h,1,w\n8,i,0,x\n9,j,1,y\n"
	f.Add(head+"modalities: [{name: x, columns: [x]}, {name: z, text: z, vocabulary: 4, length: 1}]\nsplit: {group: who}\n", table)
	f.Add(head+"modalities: [{name: x, array: y, vocabulary: 3}]\nsplit: {train: 2, val: 1, test: 1, seed: 3}\n", table)
	f.Add("task: multilabel\nfile: rows.csv\nmodalities: [{name: x, array: y, lengths: y}]\nlabel: {from: z, separator: ' '}\n", table)
	f.Add("task: regression\nfile: rows.csv\nheaderless: true\nmodalities: [{name: x, columns: ['0:1']}]\nlabel: {columns: ['2']}\nsplit: {from: '3'}\n", "1,2,3,train\n2,3,4,val\n3,4,5,test\n")
	f.Add(head+"modalities: [{name: x, image: z}, {name: y, wav: z}, {name: z, array: y, shape: [1, 1, 1]}]\n", table)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text, rows string) {
		m, err := Parse("m.yaml", []byte(text))
		if err != nil || len(rows) > 1<<16 {
			return
		}
		for _, name := range m.files() {
			if name != "rows.csv" {
				return
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "rows.csv"), []byte(rows), 0o600); err != nil {
			t.Fatal(err)
		}
		d, _, err := m.open(context.Background(), dir, 1)
		if err != nil {
			return
		}
		if _, err := task.Examine(context.Background(), d, nil); err != nil {
			t.Errorf("open data cannot be examined: %v", err)
		}
		for _, s := range []sample.Source{d.Train, d.Val, d.Test} {
			if s.Len() == 0 {
				t.Error("an empty split was opened")
			}
		}
	})
}
