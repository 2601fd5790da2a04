package onnx

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	ort "github.com/yalue/onnxruntime_go"
)

// parts are the graphs of an encoder-decoder model, named as in Hugging Face's
// exports: an encoder, a decoder that reads the first tokens of an output, and
// one that reads a token after others. The decoders may be branches of one
// graph, between which an input chooses; first and next are then the same.
type parts struct {
	encoder, first, next *part

	width      int // of what the encoder gives for each token
	hiddenType DType
}

// part is one graph, and how it is fed.
type part struct {
	graph   Graph
	src     source
	proto   *proto
	inputs  []slot
	outputs []slot // of those that are asked for
	session *ort.DynamicAdvancedSession
}

// slot is an input or output of a part.
type slot struct {
	Tensor
	role role
	k    int // layer 0's key and value, layer 1's, ..., of roleOwn and roleCross
}

type role int

const (
	roleIDs    role = iota
	roleMask        // which tokens the encoder reads
	roleHidden      // what the encoder gives
	roleBranch      // whether there is a past
	roleLogits
	roleOwn   // the decoder's cache of the tokens that it has read
	roleCross // its cache of what the encoder gives
)

var errNoPast = errors.New("it reads no past: decoder_with_past_model.onnx must be beside it, or decoder_model_merged.onnx in its place, which has both")

// readParts opens the graphs of g, for the caller to close.
func readParts(g Graph) (ps *parts, err error) {
	ps = &parts{}
	defer func() {
		if err != nil {
			err = errors.Join(err, ps.close())
		}
	}()
	read := func(path string) (*part, error) {
		d := &part{graph: Graph{Path: path}}
		d.src, d.proto, err = d.graph.read()
		return d, err
	}
	if ps.encoder, err = read(g.Encoder); err != nil {
		ps.encoder = nil
		return ps, err
	}
	if ps.first, err = read(g.Path); err != nil {
		ps.first = nil
		return ps, err
	}
	ps.next = ps.first
	if g.WithPast != "" {
		if ps.next, err = read(g.WithPast); err != nil {
			ps.next = ps.first
		}
	}
	return ps, err
}

// each lists the parts, each once.
func (ps *parts) each() []*part {
	all := []*part{ps.first, ps.next, ps.encoder}
	return slices.DeleteFunc(slices.Compact(all), func(d *part) bool { return d == nil })
}

func (ps *parts) close() error {
	var errs []error
	for _, d := range ps.each() {
		errs = append(errs, d.src.Close())
	}
	return errors.Join(errs...)
}

// size is that of all files, and external says that there are others beside them.
func (ps *parts) size() (bytes int64, external bool) {
	for _, d := range ps.each() {
		bytes += d.proto.size
		external = external || d.proto.external
	}
	return bytes, external
}

// refuse says why a part is not given to ONNX Runtime, or nil.
func (ps *parts) refuse() error {
	for _, d := range ps.each() {
		if err := d.graph.refuse(d.src); err != nil {
			return fmt.Errorf("%s is refused: %w", d.graph, err)
		}
	}
	return nil
}

// signature reads how the parts are fed, and what they give. Its error says
// which of them cannot do its part, and why.
func (ps *parts) signature(c Config) (*signature, error) {
	s := &signature{rows: -1, encodes: true, context: positions(ps.first.proto, c)}
	if err := ps.readEncoder(); err != nil {
		return nil, fmt.Errorf("%s: %w", ps.encoder.graph, err)
	}
	for _, d := range slices.Compact([]*part{ps.first, ps.next}) {
		if err := ps.readDecoder(d, s, c); err != nil {
			return nil, fmt.Errorf("%s: %w", d.graph, err)
		}
	}
	return s, nil
}

func (ps *parts) readEncoder() error {
	d := ps.encoder
	for _, t := range d.proto.inputs {
		roles := map[string]role{"input_ids": roleIDs, "attention_mask": roleMask}
		r, known := roles[t.Name]
		if !known {
			return fmt.Errorf("it is no encoder that gloss can feed: input %q is unknown; it feeds input_ids and attention_mask", t.Name)
		}
		if t.Type != Int64 {
			return fmt.Errorf("input %s holds %s; only int64 is supported", t.Name, t.Type)
		}
		d.inputs = append(d.inputs, slot{t, r, 0})
	}
	if having(d.inputs, roleIDs) == 0 {
		return errors.New("it is no encoder: there is no input_ids input")
	}
	i := slices.IndexFunc(d.proto.outputs, func(t Tensor) bool { return t.Name == hiddenOutput })
	if i < 0 {
		return fmt.Errorf("it is no encoder: there is no %s output, only %s", hiddenOutput, listing(names(d.proto.outputs)))
	}
	t := d.proto.outputs[i]
	if t.Type != Float32 && t.Type != Float16 || len(t.Dims) != 3 {
		return fmt.Errorf("%s is %s of %d dimensions; expected float32 or float16, [batch, positions, hidden size]", t.Name, t.Type, len(t.Dims))
	}
	ps.hiddenType = t.Type
	if t.Dims[2].Name == "" {
		ps.width = int(t.Dims[2].Size)
	}
	d.outputs = []slot{{t, roleHidden, 0}}
	return nil
}

// hiddenOutput is what exports call the output of an encoder.
const hiddenOutput = "last_hidden_state"

// readDecoder reads what d takes and gives. What has been read of another part
// must fit.
func (ps *parts) readDecoder(d *part, s *signature, c Config) error {
	if outputs := names(d.proto.outputs); index(outputs, "logits") < 0 {
		return fmt.Errorf("it is no decoder: there is no logits output, only %s", listing(outputs))
	}
	for _, t := range d.proto.inputs {
		in := slot{Tensor: t}
		switch t.Name {
		case "input_ids":
			in.role = roleIDs
		case "encoder_attention_mask":
			in.role = roleMask
		case "encoder_hidden_states":
			in.role = roleHidden
		case "use_cache_branch":
			in.role = roleBranch
		default:
			var ok bool
			if in.role, in.k, ok = cacheSlot(t.Name, "past_key_values"); !ok {
				return fmt.Errorf("input %q is unknown: gloss feeds input_ids, encoder_attention_mask, encoder_hidden_states, use_cache_branch and past_key_values.N.{decoder,encoder}.{key,value}", t.Name)
			}
		}
		d.inputs = append(d.inputs, in)
	}
	for _, t := range d.proto.outputs {
		if t.Name == "logits" {
			d.outputs = append(d.outputs, slot{t, roleLogits, 0})
		} else if r, k, ok := cacheSlot(t.Name, "present"); ok {
			d.outputs = append(d.outputs, slot{t, r, k})
		}
	}
	merged := ps.first == ps.next
	pasts, branches := having(d.inputs, roleOwn), having(d.inputs, roleBranch)
	switch {
	case having(d.inputs, roleIDs) == 0:
		return fmt.Errorf("there is no input_ids input, only %s", listing(names(d.proto.inputs)))
	case d == ps.next && pasts == 0:
		return errNoPast
	case merged && branches == 0:
		return errors.New("there is no use_cache_branch input: it is no decoder_model_merged.onnx, and of one with a past alone the other half is missing, decoder_model.onnx")
	case d == ps.first && having(d.inputs, roleHidden) == 0:
		return errors.New("there is no encoder_hidden_states input: it reads nothing of what the encoder gives")
	case having(d.outputs, roleOwn) == 0, having(d.outputs, roleOwn)%2 != 0:
		return errors.New("it gives no present.N.decoder.{key,value}, or not both for each layer: export with --task text2text-generation-with-past")
	case !merged && d == ps.first && pasts > 0:
		return errors.New("it has past_key_values inputs, as decoder_with_past_model.onnx has; expected decoder_model.onnx, which has none")
	}
	for _, t := range append(slices.Clone(d.inputs), d.outputs...) {
		if err := ps.fit(t, s, c); err != nil {
			return err
		}
	}
	if len(s.past) == 0 { // the first decoder says how many layers there are
		s.past = make([]int, having(d.outputs, roleOwn))
	}
	return complete(d, s, d != ps.first || merged, d == ps.first)
}

// complete says which tensor of the cache is missing in d, or too many.
func complete(d *part, s *signature, past, first bool) error {
	for _, group := range []struct {
		what   string
		slots  []slot
		role   role
		wanted bool
	}{
		{"past_key_values.N.decoder", d.inputs, roleOwn, past},
		{"past_key_values.N.encoder", d.inputs, roleCross, past},
		{"present.N.decoder", d.outputs, roleOwn, true},
		{"present.N.encoder", d.outputs, roleCross, first},
	} {
		if !group.wanted {
			continue
		}
		have := map[int]bool{}
		for _, t := range group.slots {
			if t.role == group.role {
				have[t.k] = true
			}
		}
		for k := range max(len(s.past), len(have)) {
			if !have[k] || k >= len(s.past) {
				return fmt.Errorf("%s.{key,value} are of %d layers, but present.N.decoder of the decoder that begins is of %d; all files must be of one export", group.what, (len(have)+1)/2, len(s.past)/2)
			}
		}
	}
	return nil
}

// fit checks a tensor of a decoder, and notes in s what it says.
func (ps *parts) fit(t slot, s *signature, c Config) error {
	wanted := map[role][]DType{
		roleIDs: {Int64}, roleMask: {Int64}, roleBranch: {Bool}, roleHidden: {ps.hiddenType},
		roleLogits: {Float32, Float16}, roleOwn: {Float32, Float16}, roleCross: {Float32, Float16},
	}[t.role]
	if !slices.Contains(wanted, t.Type) {
		return fmt.Errorf("%s holds %s; expected %s", t.Name, t.Type, wanted[0])
	}
	rank, known := map[role]int{roleLogits: 3, roleHidden: 3, roleOwn: 4, roleCross: 4}[t.role]
	if known && len(t.Dims) != rank {
		return fmt.Errorf("%s has %d dimensions; expected %d", t.Name, len(t.Dims), rank)
	}
	switch t.role {
	case roleHidden:
		width, err := resolve(t.Tensor, 2, cmp.Or(ps.width, c.HiddenSize), "d_model")
		if err != nil {
			return err
		}
		if ps.width == 0 {
			ps.width = width
		}
		if width != ps.width {
			return fmt.Errorf("%s has %d numbers for each token, but the encoder gives %d: the files are not of one model", t.Name, width, ps.width)
		}
	case roleLogits:
		vocab, err := resolve(t.Tensor, 2, c.VocabSize, "vocab_size")
		if err != nil {
			return err
		}
		if s.vocab == 0 {
			s.vocab, s.logitsType = vocab, t.Type
		}
		if vocab != s.vocab || t.Type != s.logitsType {
			return fmt.Errorf("its vocabulary has %d tokens, but the other decoder's %d: the files are not of one model", vocab, s.vocab)
		}
	case roleOwn, roleCross:
		heads, err := resolve(t.Tensor, 1, c.NumKeyValueHeads, "num_heads")
		if err != nil {
			return err
		}
		size, err := resolve(t.Tensor, 3, c.HeadDim, "d_kv")
		if err != nil {
			return err
		}
		if s.kvHeads == 0 {
			s.kvHeads, s.headDim, s.cacheType = heads, size, t.Type
		}
		if heads != s.kvHeads || size != s.headDim || t.Type != s.cacheType {
			return fmt.Errorf("%s is %s, %d heads of %d, but the rest of the cache is %s, %d heads of %d", t.Name, t.Type, heads, size, s.cacheType, s.kvHeads, s.headDim)
		}
	}
	return nil
}

// cacheSlot reads names such as past_key_values.3.encoder.value.
func cacheSlot(name, prefix string) (r role, k int, ok bool) {
	words := strings.Split(name, ".")
	if len(words) != 4 || words[0] != prefix {
		return 0, 0, false
	}
	layer, err := strconv.ParseUint(words[1], 10, 16)
	r, of := map[string]role{"decoder": roleOwn, "encoder": roleCross}[words[2]]
	kind := slices.Index([]string{"key", "value"}, words[3])
	return r, 2*int(layer) + kind, err == nil && of && kind >= 0
}

// having is how many slots have a role.
func having(slots []slot, r role) (n int) {
	for _, s := range slots {
		if s.role == r {
			n++
		}
	}
	return n
}

// load makes the session of d, whose weights may stay mapped from its file.
func (d *part) load(o Options) (files mapped, err error) {
	inputs, outputs := make([]string, len(d.inputs)), make([]string, len(d.outputs))
	for i, t := range d.inputs {
		inputs[i] = t.Name
	}
	for i, t := range d.outputs {
		outputs[i] = t.Name
	}
	g, _, p, err := leaveWeights(d.graph, d.src, d.proto)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", d.graph, err)
	}
	if files, err = openMapped(g, p); err != nil {
		return nil, err
	}
	if d.session, err = newSession(g, inputs, outputs, o); err != nil {
		return nil, errors.Join(explainSession(g, err), files.close())
	}
	d.proto = nil // the names of a large graph's nodes are megabytes
	return files, nil
}
