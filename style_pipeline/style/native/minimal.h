// 3x3 convolutions of stride 1 in float, with half of the products: along a row, four neighbours are
// made at a time from sums at six points, by Winograd's minimal filtering F(4, 3) as in Lavin and Gray,
// Fast Algorithms for Convolutional Neural Networks (2015), arXiv:1509.09308. Down a column they are
// plain sums, so that no row depends on which others are made with it.
//
// `weights` are [6 points][3 rows][inputs][outputs, rounded up to 16].

#pragma once

#include <vector>

#include "lanes.h"

namespace {

constexpr int points = 6, neighbours = 4, filter_rows = 3;

// A row, [wide][inputs], at the points of each of its tiles of four neighbours and the next two pixels:
// [points][tiles][inputs]. Beyond its end there are `zeros`.
void at_points(const float* x, std::int64_t wide, std::int64_t tiles, std::int64_t inputs,
               const float* zeros, float* out) {
  const std::int64_t apart = tiles * inputs;
  for (std::int64_t tile = 0; tile < tiles; tile++, out += inputs) {
    const float* from[points];
    for (int i = 0; i < points; i++) {
      const std::int64_t column = tile * neighbours + i;
      from[i] = column < wide ? x + column * inputs : zeros;
    }
    for (std::int64_t c = 0; c < inputs; c++) {
      const float a = from[0][c], b = from[1][c], d = from[2][c], e = from[3][c];
      const float f = from[4][c], g = from[5][c];
      const float even = f - 4 * d, odd = e - 4 * b, even_too = f - d, odd_too = 2 * (e - b);
      out[c] = 4 * a - 5 * d + f;
      out[apart + c] = even + odd;
      out[2 * apart + c] = even - odd;
      out[3 * apart + c] = even_too + odd_too;
      out[4 * apart + c] = even_too - odd_too;
      out[5 * apart + c] = 4 * b - 5 * e + g;
    }
  }
}

// The four neighbours of each of some `tiles`, from their sums at the points; those before column
// `width`, and of their outputs the first `count`.
template <int breadth, int tiles>
void neighbours_of(const float (&sums)[points][tiles][breadth], std::int64_t left,
                   std::int64_t width, std::int64_t outputs, std::int64_t count, float* out) {
  for (int tile = 0; tile < tiles; tile++) {
    float made[neighbours][breadth];
    for (int i = 0; i < breadth; i++) {
      const float one = sums[1][tile][i], two = sums[2][tile][i];
      const float three = sums[3][tile][i], four = sums[4][tile][i];
      const float near = one + two, across = one - two, far = three + four, over = three - four;
      made[0][i] = sums[0][tile][i] + near + far;
      made[1][i] = across + 2 * over;
      made[2][i] = near + 4 * far;
      made[3][i] = across + 8 * over + sums[5][tile][i];
    }
    for (int i = 0; i < neighbours; i++) {
      const std::int64_t column = left + tile * neighbours + i;
      if (column < width) std::copy_n(made[i], count, out + column * outputs);
    }
  }
}

// One row of the result, from three rows at their points.
template <int wide, int tiles>
void minimal_row(const float* const (&rows)[filter_rows], std::int64_t all_tiles,
                 const Convolution& how, std::int64_t width, float* out) {
  constexpr int breadth = wide * lanes;
  alignas(64) float sums[points][tiles][breadth];
  const float* weights = static_cast<const float*>(how.weights);
  const std::int64_t apart = padded(how.outputs), tap = filter_rows * how.inputs * apart;
  for (std::int64_t at = 0; at < all_tiles; at += tiles) {
    const std::int64_t left = std::min(at, all_tiles - tiles);
    for (std::int64_t n = 0; n < how.outputs; n += breadth) {
      for (int point = 0; point < points; point++) {
        const float* from[filter_rows];
        for (int i = 0; i < filter_rows; i++)
          from[i] = rows[i] + (point * all_tiles + left) * how.inputs;
        sums_of_products<wide, tiles>(from, filter_rows, how.inputs, how.inputs,
                                      weights + point * tap + n, apart, &sums[point][0][0], breadth);
      }
      const std::int64_t count = std::min<std::int64_t>(breadth, how.outputs - n);
      neighbours_of(sums, left * neighbours, width, how.outputs, count, out + n);
    }
  }
}

void convolve_minimally(const float* x, std::int64_t line, const Convolution& how,
                        std::int64_t rows, std::int64_t width, float* out) {
  const std::int64_t wide = line / how.inputs, tiles = (width + neighbours - 1) / neighbours;
  const std::int64_t room = points * tiles * how.inputs;
  std::vector<float> zeros(how.inputs), kept(filter_rows * room);
  const auto row = padded(how.outputs) % (2 * lanes)
                       ? (tiles < pixels_of_one ? minimal_row<1, 1> : minimal_row<1, pixels_of_one>)
                       : (tiles < pixels_of_two ? minimal_row<2, 1> : minimal_row<2, pixels_of_two>);
  for (std::int64_t y = 0; y < rows + filter_rows - 1; y++) {
    const auto at = [&](std::int64_t i) { return &kept[i % filter_rows * room]; };
    at_points(x + y * line, wide, tiles, how.inputs, zeros.data(), at(y));
    if (y < filter_rows - 1) continue;
    const float* const last[] = {at(y - 2), at(y - 1), at(y)};
    row(last, tiles, how, width, out + (y - 2) * width * how.outputs);
  }
}

}  // namespace
