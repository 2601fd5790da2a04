/*
 * A stand-in for libtokenizers, for tests alone: it has the functions that
 * github.com/daulet/tokenizers links, and no tokenizer. A byte is its own id.
 *
 * It refuses a tokenizer.json that contains REFUSED, and fails to encode or
 * decode what the real library fails on or cannot see.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizers.h"

/* "refuse" as the name of a token, or as that of a hidden one. */
static const char *const REFUSED[] = {"\"refuse everything\"", "\"\\u0000refuse plain\""};

#define VOCAB_SIZE 256

static int alive;

/* Referred to by the Go side, so that a library of another version does not link. */
void tokenizers_version_1_26_0(void);
void tokenizers_version_1_26_0(void) {}

const char *tokenizers_version() { return "stub"; }

static void *refuse(char **error, const char *why) {
  static const char format[] = "%s; %d tokenizers alive";
  size_t size = sizeof format + strlen(why) + 16;
  if (error != NULL && (*error = malloc(size)) != NULL)
    snprintf(*error, size, format, why, alive);
  return NULL;
}

static int contains(const uint8_t *text, size_t len, const char *part) {
  size_t n = strlen(part);
  for (; len >= n; text++, len--)
    if (memcmp(text, part, n) == 0)
      return 1;
  return 0;
}

void *tokenizers_from_bytes(const uint8_t *config, uint32_t len, const struct tokenizers_options *options, char **error) {
  if (options->encode_special_tokens)
    return refuse(error, "the stub has no options");
  for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++)
    if (contains(config, len, REFUSED[i]))
      return refuse(error, "the stub refuses this file");
  alive++;
  return malloc(1);
}

void *tokenizers_from_bytes_with_truncation(const uint8_t *config, uint32_t len, size_t max_len, uint8_t direction, char **error) {
  (void)config, (void)len, (void)max_len, (void)direction;
  return refuse(error, "the stub does not truncate");
}

void *tokenizers_from_file(const char *config, char **error) {
  (void)config;
  return refuse(error, "the stub reads no files");
}

void *tokenizers_from_tiktoken(const char *model_file, const char *config_file, const char *pattern, char **error) {
  (void)model_file, (void)config_file, (void)pattern;
  return refuse(error, "the stub knows no tiktoken");
}

struct tokenizers_buffer tokenizers_encode(void *ptr, const char *message, const struct tokenizers_encode_options *options) {
  struct tokenizers_buffer out = {0};
  size_t len = strlen(message);
  if (ptr == NULL || options->add_special_tokens || strstr(message, "fail to encode") != NULL)
    return out;
  out.ids = malloc((len + 1) * sizeof *out.ids);
  if (out.ids == NULL)
    return out;
  for (out.len = 0; out.len < len; out.len++)
    out.ids[out.len] = (uint8_t)message[out.len];
  return out;
}

/* Like the real one, it drops unknown ids and fails on text that has a NUL. */
char *tokenizers_decode(void *ptr, const uint32_t *ids, uint32_t len, bool skip_special_tokens) {
  (void)skip_special_tokens;
  char *text = malloc((size_t)len + 1), *end = text;
  if (ptr == NULL || text == NULL) {
    free(text);
    return NULL;
  }
  for (uint32_t i = 0; i < len; i++) {
    if (ids[i] == 0) {
      free(text);
      return NULL;
    }
    if (ids[i] < VOCAB_SIZE)
      *end++ = (char)ids[i];
  }
  *end = '\0';
  return text;
}

uint32_t tokenizers_vocab_size(void *ptr) { return ptr == NULL ? 0 : VOCAB_SIZE; }

void tokenizers_free_tokenizer(void *ptr) {
  if (ptr != NULL)
    alive--;
  free(ptr);
}

void tokenizers_free_buffer(struct tokenizers_buffer buffer) { free(buffer.ids); }

void tokenizers_free_string(char *string) { free(string); }
