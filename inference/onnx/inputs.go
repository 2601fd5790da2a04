package onnx

import (
	"fmt"
	"strings"
)

// keepInput is the input of newer exports by which a graph is told of how many of
// the last positions logits are wanted.
const keepInput = "num_logits_to_keep"

// unknownInput says why a graph with an input of that name is not run, where the
// name tells what kind of model it is.
func unknownInput(name string) error {
	why := ""
	switch {
	case name == "use_cache_branch":
		why = "two graphs in one, as older exports are; export the model anew, as one graph with a cache (Optimum from 1.14 on does)"
	case name == "inputs_embeds", name == "pixel_values", strings.HasPrefix(name, "image"), strings.HasPrefix(name, "per_layer_inputs"):
		why = "it reads embeddings that another graph makes, as models of several media do; gloss runs those of text alone"
	case strings.HasPrefix(name, "past_conv"), strings.HasPrefix(name, "past_ssm"), strings.HasPrefix(name, "past_recurrent"):
		why = "it has layers other than attention (convolutions, state spaces, linear attention), whose state gloss does not keep"
	case strings.HasPrefix(name, "past_key_values"), strings.HasPrefix(name, "past_"):
		why = "its cache is not one key and one value for each layer"
	default:
		why = "gloss feeds input_ids, attention_mask, position_ids, " + keepInput + " and past_key_values.N.{key,value}"
	}
	return fmt.Errorf("input %.80q is unknown: %s", name, why)
}
