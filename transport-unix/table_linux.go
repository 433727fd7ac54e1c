package unixtransport

// A table knows the streams of a session. The session's lock guards it.
type table struct {
	open map[*stream]struct{} // those that hold a descriptor

	mine    map[uint64]*stream // opened by this side, and the peer is not done with them
	inUse   int                // streams of this side that are open here, or just being opened
	counted int                // streams of this side that are open at either side
	theirs  int                // streams of the peer that are open here
}

func newTable() table {
	return table{open: make(map[*stream]struct{}), mine: make(map[uint64]*stream)}
}

// all returns the streams that hold a descriptor.
func (t *table) all() []*stream {
	all := make([]*stream, 0, len(t.open))
	for st := range t.open {
		all = append(all, st)
	}
	return all
}
