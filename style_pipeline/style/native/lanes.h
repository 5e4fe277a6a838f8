// Convolutions in float, by vectors of 16 outputs. Products are added one after the other, as oneDNN
// does too: for most sizes of a picture both give the same bits.

#pragma once

#include <algorithm>

#include "passes.h"

namespace {

// `weights` are [kernel][kernel][inputs][outputs] in float; in bfloat16 they are as in `tiles.h`.
struct Convolution {
  const void* weights;
  std::int64_t kernel;
  std::int64_t inputs;
  std::int64_t outputs;
  std::int64_t stride;
};

#ifdef __AVX512F__
constexpr bool lanes_are_fast = true;
#else
constexpr bool lanes_are_fast = false;
#endif

// 16 outputs.
typedef float Lanes __attribute__((vector_size(64)));

// Some `pixels` of the result, `wide` times 16 outputs of each.
template <int wide, int pixels>
void sums_of_products(const float* x, std::int64_t line, const Convolution& how,
                      const float* weights, float* out) {
  const std::int64_t run = how.kernel * how.inputs, step = how.inputs * how.stride;
  Lanes sums[pixels][wide] = {};
  for (std::int64_t tap = 0; tap < how.kernel; tap++, x += line) {
    for (std::int64_t i = 0; i < run; i++, weights += how.outputs) {
      Lanes weight[wide];
      for (int j = 0; j < wide; j++) std::memcpy(&weight[j], weights + 16 * j, sizeof(Lanes));
      for (int p = 0; p < pixels; p++)
        for (int j = 0; j < wide; j++) sums[p][j] += x[p * step + i] * weight[j];
    }
  }
  for (int p = 0; p < pixels; p++, out += how.outputs)
    for (int j = 0; j < wide; j++) std::memcpy(out + 16 * j, &sums[p][j], sizeof(Lanes));
}

template <int wide, int pixels>
void convolve_row(const float* x, std::int64_t line, const Convolution& how, std::int64_t width,
                  float* out) {
  const float* weights = static_cast<const float*>(how.weights);
  for (std::int64_t at = 0; at < width; at += pixels) {
    const std::int64_t left = std::min(at, width - pixels);
    const float* from = x + left * how.inputs * how.stride;
    for (std::int64_t n = 0; n < how.outputs; n += 16 * wide)
      sums_of_products<wide, pixels>(from, line, how, weights + n, out + left * how.outputs + n);
  }
}

void convolve(const float* x, std::int64_t line, const Convolution& how, std::int64_t rows,
              std::int64_t width, float* out) {
  // As many pixels as there are registers for their sums.
  const auto row = how.outputs % 32 ? (width < 16 ? convolve_row<1, 1> : convolve_row<1, 16>)
                                    : (width < 12 ? convolve_row<2, 1> : convolve_row<2, 12>);
  for (std::int64_t y = 0; y < rows; y++)
    row(x + y * how.stride * line, line, how, width, out + y * width * how.outputs);
}

}  // namespace
