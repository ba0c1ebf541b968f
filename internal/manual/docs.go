package manual

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"reflect"
	"regexp"
	"strings"

	"cggm/balance"
)

// docs holds the doc comments of a package's types and of their fields.
type docs struct {
	pkg    *doc.Package
	types  map[string]string
	fields map[string]string // by TYPE.FIELD
}

// read parses the Go files of a folder, tests left out. path is the package's.
func read(path string, files fs.FS) (*docs, error) {
	names, err := fs.Glob(files, "*.go")
	if err != nil {
		return nil, fmt.Errorf("manual: %w", err)
	}
	set := token.NewFileSet()
	var parsed []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("manual: %w", err)
		}
		file, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("manual: %w", err)
		}
		parsed = append(parsed, file)
	}
	d := &docs{types: make(map[string]string), fields: make(map[string]string)}
	if d.pkg, err = doc.NewFromFiles(set, parsed, path); err != nil {
		return nil, fmt.Errorf("manual: %w", err)
	}
	for _, t := range d.pkg.Types {
		d.types[t.Name] = t.Doc
		for _, spec := range t.Decl.Specs {
			if s, ok := spec.(*ast.TypeSpec).Type.(*ast.StructType); ok {
				d.readFields(t.Name, s)
			}
		}
	}
	return d, nil
}

// readFields keeps the comments of a struct's fields. A field without one has
// that of the field before when it names both.
func (d *docs) readFields(typeName string, s *ast.StructType) {
	before := ""
	for _, field := range s.Fields.List {
		for _, name := range field.Names {
			text := strings.Join(strings.Fields(field.Doc.Text()), " ")
			if text == "" && regexp.MustCompile(`\b`+name.Name+`\b`).MatchString(before) {
				text = before
			}
			d.fields[typeName+"."+name.Name] = text
			before = text
		}
	}
}

// of returns the doc comment of a method's type.
func (d *docs) of(m balance.Method) (string, error) {
	name := reflect.Indirect(reflect.ValueOf(m)).Type().Name()
	comment := d.types[name]
	if comment == "" {
		return "", fmt.Errorf("manual: type %s has no doc comment", name)
	}
	return comment, nil
}

// textWidth is the length of lines of text for a terminal.
const textWidth = 80

func (d *docs) text(comment string) string {
	printer := d.pkg.Printer()
	printer.TextWidth, printer.TextCodePrefix = textWidth, "    "
	return string(printer.Text(d.pkg.Parser().Parse(comment)))
}

func (d *docs) markdown(comment string) string {
	return string(d.pkg.Printer().Markdown(d.pkg.Parser().Parse(comment)))
}

// paper matches the reference at the start of a paragraph: authors, title in
// quotation marks, venue with the year, and what follows up to the sentence's end.
var paper = regexp.MustCompile(`^[^"]*"[^"]+",? .*?\b20\d\d\b.*?(?:[.;:] |\.?$)`)

// reference returns the paper that a doc comment ends with, "" when it names none.
func reference(comment string) string {
	found := ""
	for paragraph := range strings.SplitSeq(comment, "\n\n") {
		if match := paper.FindString(strings.Join(strings.Fields(paragraph), " ")); match != "" {
			found = strings.TrimRight(match, ".;: ")
		}
	}
	return found
}
