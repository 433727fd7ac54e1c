package verify

const (
	LongestSums     = longestSums
	LongestSumsLine = longestSumsLine
)
