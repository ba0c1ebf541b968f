package score

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryScoreIsCompared demands that every exported function and method of
// the package occurs in a test that reads the values of scikit-learn and scipy.
func TestEveryScoreIsCompared(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	exported, compared := make(map[string]bool), make(map[string]bool)
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if !strings.HasSuffix(name, "_test.go") {
				if f.Name.IsExported() {
					exported[f.Name.Name] = true
				}
				continue
			}
			used := make(map[string]bool)
			ast.Inspect(f.Body, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					used[id.Name] = true
				}
				return true
			})
			if used["readExpected"] {
				for id := range used {
					compared[id] = true
				}
			}
		}
	}
	for name := range exported {
		if !compared[name] {
			t.Errorf("%s is compared with no value of testdata/expected.json", name)
		}
	}
}
