package exchange

// digest hashes s with FNV-1a. Unlike maphash it gives the same on every start
// of every node: what is chosen by it stays chosen.
func digest[T string | []byte](s T) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 0x100000001b3
	}
	return mix(h)
}

// mix spreads every bit of h over all of the result (the finalizer of
// splitmix64); no two h give the same.
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
