package hdf5

import (
	"bytes"
	"fmt"
	"path"
	"strings"
)

// maxDepth bounds groups within groups, and trees.
const maxDepth = 64

// walker finds the datasets of a file.
type walker struct {
	*blocks
	file *File
	// groups are those seen, by address, with their first name.
	groups map[uint64]string
	// links are names that stand for other names.
	links [][2]string
}

// group lists what is in a group.
func (w *walker) group(name string, h header, depth int) error {
	if depth > maxDepth {
		return h[0].body.bad(fmt.Sprintf("groups within groups, %d deep", depth), fmt.Sprintf("at most %d", maxDepth))
	}
	if m := h.first(msgSymbolTable); m != nil {
		tree, heap := m.body.address(), m.body.address()
		if err := m.body.end(); err != nil {
			return err
		}
		names, err := w.heap(heap)
		if err != nil {
			return err
		}
		return w.tree(name, tree, names, depth, -1)
	}
	if m := h.first(msgLinkInfo); m != nil {
		m.body.take(1)
		if flags := m.body.u8(); flags&1 != 0 {
			m.body.take(8)
		}
		heap, tree := m.body.address(), m.body.address()
		if err := m.body.end(); err != nil {
			return err
		}
		if heap != undefined {
			return w.dense(name, heap, tree, depth)
		}
	}
	for _, m := range h {
		if m.kind == msgLink {
			if err := w.link(name, m.body, depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// heap reads the names of a group.
func (w *walker) heap(address uint64) ([]byte, error) {
	c, err := w.signed(address, int64(8+2*w.lengths+w.offsets), "HEAP", "the names of a group")
	if err != nil {
		return nil, err
	}
	c.take(4)
	size := c.length()
	c.length()
	c, err = w.at(c.address(), int64(min(size, 1<<62)), "the names of a group")
	if err != nil {
		return nil, err
	}
	return c.b, nil
}

// tree walks the tree over the members of a group. level is what the node must
// have, -1 for the root.
func (w *walker) tree(name string, address uint64, names []byte, depth, level int) error {
	c, used, at, err := w.node(address, 0, level, w.lengths)
	if err != nil {
		return err
	}
	for range used {
		c.take(w.lengths)
		child := c.address()
		if at > 0 {
			err = w.tree(name, child, names, depth, at-1)
		} else {
			err = w.members(name, child, names, depth)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// node reads a node of a tree: kind 0 for groups, 1 for chunks.
func (b *blocks) node(address uint64, kind, level, key int) (c *cursor, used, at int, err error) {
	size := 8 + 2*b.offsets
	c, err = b.signed(address, int64(size), "TREE", "a tree")
	if err != nil {
		return nil, 0, 0, err
	}
	got := c.u8()
	at, used = c.u8(), c.u16()
	if got != kind || (level >= 0 && at != level) {
		return nil, 0, 0, c.bad(fmt.Sprintf("a tree of kind %d at level %d", got, at), fmt.Sprintf("kind %d, levels that count down", kind))
	}
	c, err = b.at(address+uint64(size), int64(used*(key+b.offsets)), "a tree")
	return c, used, at, err
}

// members reads a node of the symbol table.
func (w *walker) members(name string, address uint64, names []byte, depth int) error {
	c, err := w.signed(address, 8, "SNOD", "a symbol table")
	if err != nil {
		return err
	}
	c.take(2)
	count := c.u16()
	if c, err = w.at(address+8, int64(count*(2*w.offsets+24)), "a symbol table"); err != nil {
		return err
	}
	for range count {
		label, target := c.address(), c.address()
		cache := c.u32()
		c.take(4)
		scratch := c.take(16)
		key, ok := text(names, label)
		if !ok {
			return c.bad(fmt.Sprintf("a name at %d of %d bytes", label, len(names)), "a place among the names")
		}
		if cache == 2 { // a soft link: the scratch space says where its text is
			link, ok := text(names, c.over(scratch).number(4))
			if !ok {
				return c.bad("a soft link beyond the names", "a place among them")
			}
			w.soft(name, key, link)
			continue
		}
		if err := w.member(path.Join(name, key), target, depth); err != nil {
			return err
		}
	}
	return nil
}

// text returns the string at a place of a heap.
func text(heap []byte, at uint64) (string, bool) {
	if at >= uint64(len(heap)) {
		return "", false
	}
	end := bytes.IndexByte(heap[at:], 0)
	if end < 0 {
		return "", false
	}
	return string(heap[at : at+uint64(end)]), true
}

// link reads a link message.
func (w *walker) link(name string, c *cursor, depth int) error {
	version, flags, kind := c.u8(), c.u8(), 0
	if flags&8 != 0 {
		kind = c.u8()
	}
	if flags&4 != 0 {
		c.take(8)
	}
	if flags&16 != 0 {
		c.take(1)
	}
	key := string(c.take(int(min(c.number(1<<(flags&3)), 1<<31))))
	if version != 1 || key == "" {
		return c.bad(fmt.Sprintf("a link of version %d named %q", version, key), "version 1 and a name")
	}
	switch kind {
	case 0:
		target := c.address()
		if err := c.end(); err != nil {
			return err
		}
		return w.member(path.Join(name, key), target, depth)
	case 1:
		w.soft(name, key, string(c.take(c.u16())))
	default:
		w.file.lost[path.Join(name, key)] = "a link to another file"
	}
	return c.end()
}

func (w *walker) soft(group, key, target string) {
	if !strings.HasPrefix(target, "/") {
		target = path.Join(group, target)
	}
	w.links = append(w.links, [2]string{path.Join(group, key), strings.TrimPrefix(path.Clean(target), "/")})
}

// member notes a dataset, or walks a group unless it was seen before.
func (w *walker) member(name string, address uint64, depth int) error {
	if first, ok := w.groups[address]; ok {
		w.file.lost[name] = fmt.Sprintf("a second name of the group %q", "/"+first)
		return nil
	}
	if known, ok := w.file.objects[address]; ok {
		w.file.add(name, w.file.sets[known])
		return nil
	}
	h, err := w.object(address)
	if err != nil {
		return err
	}
	switch {
	case h.first(msgLayout) != nil:
		w.file.objects[address] = name
		w.file.add(name, &dataset{name: name, header: h})
	case h.first(msgSymbolTable) != nil || h.first(msgLinkInfo) != nil || h.first(msgLink) != nil:
		w.groups[address] = name
		w.file.groups[name] = h
		return w.group(name, h, depth+1)
	default:
		w.file.lost[name] = "neither a dataset nor a group"
	}
	return nil
}

// resolve turns soft links to datasets into names.
func (w *walker) resolve() {
	for _, link := range w.links {
		if d := w.file.sets[link[1]]; d != nil {
			w.file.add(link[0], d)
		} else {
			w.file.lost[link[0]] = fmt.Sprintf("a link to %q, which is no dataset", "/"+link[1])
		}
	}
}
