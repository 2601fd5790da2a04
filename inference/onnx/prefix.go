package onnx

// maxPrefixTokens bounds what is kept for one prefix; a longer one is read
// again each time.
const maxPrefixTokens = 512

// readPrefix fills the empty cache with the first n tokens of prompt and
// returns how many of them it had kept from before. At least one token of
// prompt is left to read, because its logits are wanted.
func (s *sequence) readPrefix(prompt []int64, n int) (reused int, err error) {
	n = min(n, len(prompt)-1)
	if n == 0 || n > maxPrefixTokens {
		return 0, nil
	}
	key := string(asBytes(prompt[:n]))
	if kept, ok := s.model.prefixes.Get(key); ok {
		s.cache.restore(s.place, kept, n)
		return n, nil
	}
	if _, err := s.forward(prompt[:n]); err != nil {
		return 0, err
	}
	s.model.prefixes.Add(key, s.save(0))
	return 0, nil
}
