// 3x3 convolutions in bfloat16, by the tiles of AMX.
//
// `weights` are [outputs / 16][inputs / depth][3][3], each a tile of [depth / 2][16][2] for `depth`
// inputs, at most 32, and 16 outputs. oneDNN also adds up 32 inputs at a time; for most sizes of a
// picture both give the same bits.

#pragma once

#include "lanes.h"

#ifdef __AMX_BF16__
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace {

#ifdef __AMX_BF16__

constexpr int taps = 9;
constexpr int most_parts = 2;  // of 32 inputs each

struct alignas(64) TileShapes {
  std::uint8_t palette = 1, start = 0, reserved[14] = {};
  std::uint16_t bytes[16] = {};
  std::uint8_t rows[16] = {};
};

// Tiles 0 to 3 are sums, [pixels][16 outputs]; 4 and 5 pixels; 6 and 7 weights.
void shape_tiles(int pixels, int depth) {
  TileShapes shapes;
  for (int tile = 0; tile < 8; tile++) {
    shapes.rows[tile] = std::uint8_t(tile < 6 ? pixels : depth / 2);
    shapes.bytes[tile] = std::uint16_t(tile == 4 || tile == 5 ? depth * 2 : 64);
  }
  _tile_loadconfig(&shapes);
}

using Sums = float[4][16][16];

// Of `depth` inputs, from one place in the picture and from another, for `wide` times 16 outputs;
// the weights of the second 16 lie `apart` from those of the first.
template <int wide>
void sum_products(const Half* one, const Half* other, std::int64_t line, std::int64_t inputs,
                  std::int64_t step, const Half* weights, std::int64_t tile, std::int64_t apart,
                  Sums& sums) {
  _tile_zero(0);
  _tile_zero(1);
  if (wide == 2) _tile_zero(2);
  if (wide == 2) _tile_zero(3);
  for (int tap = 0; tap < taps; tap++, weights += tile) {
    const std::int64_t at = tap / 3 * line + tap % 3 * inputs;
    _tile_loadd(6, weights, 64);
    _tile_loadd(4, one + at, step * 2);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(5, other + at, step * 2);
    _tile_dpbf16ps(1, 5, 6);
    if (wide == 1) continue;
    _tile_loadd(7, weights + apart, 64);
    _tile_dpbf16ps(2, 4, 7);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, sums[0], 64);
  _tile_stored(1, sums[1], 64);
  if (wide == 2) _tile_stored(2, sums[2], 64);
  if (wide == 2) _tile_stored(3, sums[3], 64);
}

// Up to 16 `outputs` of some pixels, rounded as AMX rounds.
void put_sums(const Sums* sums, int parts, int which, int pixels, std::int64_t outputs, Half* out,
              std::int64_t apart) {
  const auto mask = __mmask16((1u << std::min<std::int64_t>(outputs, 16)) - 1);
  for (int i = 0; i < pixels; i++, out += apart) {
    __m512 sum = _mm512_load_ps(sums[0][which][i]);
    if (parts == 2) sum = _mm512_add_ps(sum, _mm512_load_ps(sums[1][which][i]));
    _mm256_mask_storeu_epi16(out, mask, (__m256i)_mm512_cvtneps_pbh(sum));
  }
}

// Two runs of pixels at a time; the last ones of a row overlap.
template <int wide>
void convolve_row(const Half* x, std::int64_t line, const Convolution& how, std::int64_t width,
                  int pixels, int depth, Half* out) {
  alignas(64) Sums sums[most_parts];
  const int parts = int(how.inputs) / depth;
  const std::int64_t tile = depth * 16, apart = taps * parts * tile;
  const std::int64_t step = how.inputs * how.stride;
  for (std::int64_t n = 0; n < how.outputs; n += 16 * wide) {
    const Half* weights = static_cast<const Half*>(how.weights) + n / 16 * apart;
    for (std::int64_t at = 0; at < width; at += 2 * pixels) {
      const std::int64_t one = std::min(at, width - pixels);
      const std::int64_t other = std::min(at + pixels, width - pixels);
      for (int part = 0; part < parts; part++)
        sum_products<wide>(x + one * step + part * depth, x + other * step + part * depth, line,
                           how.inputs, step, weights + part * taps * tile, tile, apart,
                           sums[part]);
      for (int which = 0; which < 2 * wide; which++) {
        const std::int64_t first = n + which / 2 * 16;
        put_sums(sums, parts, which, pixels, how.outputs - first,
                 out + (which % 2 ? other : one) * how.outputs + first, how.outputs);
      }
    }
  }
}

void convolve(const Half* x, std::int64_t line, const Convolution& how, std::int64_t rows,
              std::int64_t width, Half* out) {
  const int pixels = int(std::min<std::int64_t>(width, 16));
  const int depth = int(std::min<std::int64_t>(how.inputs, 32));
  const auto row = how.outputs % 32 ? convolve_row<1> : convolve_row<2>;
  shape_tiles(pixels, depth);
  for (std::int64_t y = 0; y < rows; y++)
    row(x + y * how.stride * line, line, how, width, pixels, depth, out + y * width * how.outputs);
  _tile_release();
}

// Whether this machine has AMX, and lets us use it: Linux gives its registers to whom asks for them.
bool tiles_are_fast() {
  constexpr int request_permission = 0x1023, tile_data = 18;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

#else

void convolve(const Half*, std::int64_t, const Convolution&, std::int64_t, std::int64_t, Half*) {}
bool tiles_are_fast() { return false; }

#endif

}  // namespace
