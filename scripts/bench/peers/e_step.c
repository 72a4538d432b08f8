/* One E step of the 2PL over packed answers, in a plain loop and on one thread: the yardstick.

   log P1 - log P0 = a theta + d, so an answer gathers one row of log P0 and a right one adds its a
   and d; the posterior is scattered to the item's expected counts, and a right answer keeps the
   person's mean. Rows are `nodes` floats, a multiple of 16. Tables of floats lose small terms after
   some 1e5 additions: they are emptied into doubles after each block of persons.

   cc -O3 -march=native -shared -fPIC; vectors are the compiler's own, so AVX2 and NEON work too. */

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { LANES = 16, PERSONS_IN_BLOCK = 65536, MOST_NODES = 256 };
typedef float lanes __attribute__((vector_size(4 * LANES), aligned(4 * LANES)));
typedef int32_t whole __attribute__((vector_size(4 * LANES), aligned(4 * LANES)));
typedef struct { float a, d; } item_parameters;

static inline lanes all(float x) { return x - (lanes){0}; }
static inline lanes greater(lanes x, lanes y) {
  const whole more = x > y;
  return (lanes)(((whole)x & more) | ((whole)y & ~more));
}

/* Relative error below 2e-7 on [-40, 0]: 2^n by the exponent's bits, times a polynomial of the rest. */
static inline lanes exponential(lanes x) {
  const lanes round = all(12582912.0f); /* 1.5 * 2^23 */
  x = greater(x, all(-40.0f));          /* denormals would cost eight times the step */
  lanes n = x * 1.44269504f + round;
  whole bits = ((whole)n - (whole)round) << 23;
  n -= round;
  lanes r = x - n * 0.693359375f + n * 2.12194440e-4f;
  lanes p = all(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return (lanes)((whole)p + bits);
}

#define HALVED(NAME, COMBINE)                                        \
  static inline float NAME(lanes x) {                                \
    float v[LANES] __attribute__((aligned(64)));                     \
    memcpy(v, &x, sizeof v);                                         \
    for (int width = LANES / 2; width; width /= 2)                   \
      for (int i = 0; i < width; i++) v[i] = COMBINE(v[i], v[i + width]); \
    return v[0];                                                     \
  }
#define PLUS(x, y) ((x) + (y))
#define MAXIMUM(x, y) ((x) > (y) ? (x) : (y))
HALVED(sum, PLUS)
HALVED(largest, MAXIMUM)

/* `width` vectors of a row stay in registers over all of a person's answers: constant, so unrolled.
   Rows soon needed are asked for early (with 10,000 items that saves 40 %): while log P0 is gathered
   those of the counts, while counts are scattered the next person's rows of log P0. */
static inline __attribute__((always_inline)) void gather(
    const int width, const uint32_t *codes, int64_t count, int nodes, const float *table,
    const float *counts, lanes *to) {
  lanes held[4];
  for (int w = 0; w < width; w++) held[w] = to[w];
  for (int64_t k = 0; k < count; k++) {
    const size_t at = (size_t)(codes[k] >> 1) * nodes;
    for (int w = 0; w < width; w++) {
      held[w] += *(const lanes *)(table + at + w * LANES);
      __builtin_prefetch(counts + at + w * LANES, 1);
    }
  }
  for (int w = 0; w < width; w++) to[w] = held[w];
}

static inline __attribute__((always_inline)) void scatter(
    const int width, const uint32_t *codes, const uint32_t *ahead, int64_t count, int nodes,
    const float *table, float *counts, const lanes *from) {
  lanes held[4];
  for (int w = 0; w < width; w++) held[w] = from[w];
  for (int64_t k = 0; k < count; k++) {
    float *row = counts + (size_t)(codes[k] >> 1) * nodes;
    for (int w = 0; w < width; w++) {
      *(lanes *)(row + w * LANES) += held[w];
      __builtin_prefetch(table + (size_t)(ahead[k] >> 1) * nodes + w * LANES);
    }
  }
}

#define BY_WIDTH(DO, ...)                    \
  switch (width) {                           \
    case 1: DO(1, __VA_ARGS__); break;       \
    case 2: DO(2, __VA_ARGS__); break;       \
    case 3: DO(3, __VA_ARGS__); break;       \
    default: DO(4, __VA_ARGS__);             \
  }

static void empty(float *counts, double *total, size_t length) {
  for (size_t i = 0; i < length; i++) total[i] += counts[i];
  memset(counts, 0, length * sizeof *counts);
}

/* Returns the log-likelihood. `counts` are zeros at the start and at the end; all rows are aligned. */
double e_step(int64_t persons, const int64_t *starts, const uint32_t *codes, int items, int nodes,
              const item_parameters *parameters, const float *wrong, const float *theta,
              const float *prior, float *counts, double *expected, double *right_means) {
  lanes posterior[MOST_NODES / LANES];
  const lanes *node = (const lanes *)theta, *weight = (const lanes *)prior;
  const int vectors = nodes / LANES;
  double log_likelihood = 0, product = 1;
  for (int64_t person = 0; person < persons; person++) {
    const uint32_t *own = codes + starts[person];
    const int64_t count = starts[person + 1] - starts[person];
    const uint32_t *ahead = starts[person + 1] + count <= starts[persons] ? own + count : own;
    float slope = 0, offset = 0;
    for (int64_t k = 0; k < count; k++) {
      const item_parameters item = parameters[own[k] >> 1];
      const float right = own[k] & 1;
      slope += right * item.a;
      offset += right * item.d;
    }
    for (int v = 0; v < vectors; v++) posterior[v] = weight[v] + slope * node[v] + offset;
    for (int v = 0; v < vectors; v += 4) {
      const int width = vectors - v;
      BY_WIDTH(gather, own, count, nodes, wrong + v * LANES, counts + v * LANES, posterior + v)
    }

    lanes peaks = posterior[0];
    for (int v = 1; v < vectors; v++) peaks = greater(peaks, posterior[v]);
    const float peak = largest(peaks);
    lanes sums = all(0), means = all(0);
    for (int v = 0; v < vectors; v++) {
      posterior[v] = exponential(posterior[v] - peak);
      sums += posterior[v];
      means += posterior[v] * node[v];
    }
    const float mass = sum(sums), mean = sum(means) / mass, scale = 1 / mass;
    for (int v = 0; v < vectors; v++) posterior[v] *= scale;
    log_likelihood += peak;
    product *= mass; /* one logarithm for a hundred persons */
    if (product > 1e280) {
      log_likelihood += log(product);
      product = 1;
    }

    for (int v = 0; v < vectors; v += 4) {
      const int width = vectors - v;
      BY_WIDTH(scatter, own, ahead, count, nodes, wrong + v * LANES, counts + v * LANES, posterior + v)
    }
    for (int64_t k = 0; k < count; k++) right_means[own[k] >> 1] += (own[k] & 1) * mean;
    if ((person + 1) % PERSONS_IN_BLOCK == 0) empty(counts, expected, (size_t)items * nodes);
  }
  empty(counts, expected, (size_t)items * nodes);
  return log_likelihood + log(product);
}
