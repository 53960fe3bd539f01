package exchange

type pair struct{}
