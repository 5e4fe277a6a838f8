// Convolutions in float, by registers of outputs. Products are added one after the other, as oneDNN
// does too: for most sizes of a picture both give the same bits.

#pragma once

#include <algorithm>

#include "passes.h"

namespace {

constexpr int largest_kernel = 5;

// `weights` are [kernel][kernel][inputs][outputs] in float, or as in `minimal.h` where it is `minimal`;
// in bfloat16 they are as in `tiles.h`.
struct Convolution {
  const void* weights;
  std::int64_t kernel;
  std::int64_t inputs;
  std::int64_t outputs;
  std::int64_t stride;
  std::int64_t minimal;
};

std::int64_t padded(std::int64_t outputs) { return (outputs + 15) / 16 * 16; }

// Outputs in a register, and the largest blocks whose sums fit into all registers but those for
// weights: of one register of outputs, and of two.
#if defined(__AVX512F__)
constexpr bool lanes_are_fast = true;
constexpr int lanes = 16, pixels_of_one = 16, pixels_of_two = 12;
#elif defined(__AVX2__) && defined(__FMA__)
constexpr bool lanes_are_fast = true;
constexpr int lanes = 8, pixels_of_one = 12, pixels_of_two = 6;
#else
constexpr bool lanes_are_fast = false;
constexpr int lanes = 4, pixels_of_one = 4, pixels_of_two = 4;
#endif

typedef float Lanes __attribute__((vector_size(lanes * sizeof(float))));

inline Lanes lanes_at(const float* from) {
  Lanes values;
  std::memcpy(&values, from, sizeof values);
  return values;
}

inline void put(const Lanes& values, float* to) { std::memcpy(to, &values, sizeof values); }

// Sums of `run` products from each of some `taps` rows, for `pixels` that lie `step` apart in them;
// `wide` registers of outputs of each. A weight's outputs lie `apart` from the next one's.
template <int wide, int pixels>
void sums_of_products(const float* const* rows, std::int64_t taps, std::int64_t run,
                      std::int64_t step, const float* weights, std::int64_t apart, float* out,
                      std::int64_t out_apart) {
  Lanes sums[pixels][wide] = {};
  for (std::int64_t tap = 0; tap < taps; tap++) {
    const float* x = rows[tap];
    for (std::int64_t i = 0; i < run; i++, weights += apart) {
      Lanes weight[wide];
      for (int j = 0; j < wide; j++) weight[j] = lanes_at(weights + lanes * j);
      for (int p = 0; p < pixels; p++)
        for (int j = 0; j < wide; j++) sums[p][j] += x[p * step + i] * weight[j];
    }
  }
  for (int p = 0; p < pixels; p++, out += out_apart)
    for (int j = 0; j < wide; j++) put(sums[p][j], out + lanes * j);
}

template <int wide, int pixels>
void convolve_row(const float* x, std::int64_t line, const Convolution& how, std::int64_t width,
                  float* out) {
  const float* weights = static_cast<const float*>(how.weights);
  const std::int64_t step = how.inputs * how.stride;
  for (std::int64_t at = 0; at < width; at += pixels) {
    const std::int64_t left = std::min(at, width - pixels);
    const float* rows[largest_kernel];
    for (std::int64_t tap = 0; tap < how.kernel; tap++) rows[tap] = x + tap * line + left * step;
    for (std::int64_t n = 0; n < how.outputs; n += lanes * wide)
      sums_of_products<wide, pixels>(rows, how.kernel, how.kernel * how.inputs, step, weights + n,
                                     how.outputs, out + left * how.outputs + n, how.outputs);
  }
}

void convolve_plainly(const float* x, std::int64_t line, const Convolution& how, std::int64_t rows,
              std::int64_t width, float* out) {
  // As many pixels as there are registers for their sums.
  const auto row =
      how.outputs % (2 * lanes)
          ? (width < pixels_of_one ? convolve_row<1, 1> : convolve_row<1, pixels_of_one>)
          : (width < pixels_of_two ? convolve_row<2, 1> : convolve_row<2, pixels_of_two>);
  for (std::int64_t y = 0; y < rows; y++)
    row(x + y * how.stride * line, line, how, width, out + y * width * how.outputs);
}

}  // namespace
