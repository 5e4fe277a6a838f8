// 3x3 convolutions of stride 1 in float, with half of the products: along a row, four neighbours are
// made at a time from sums at six points, by Winograd's minimal filtering F(4, 3) as in Lavin and Gray,
// Fast Algorithms for Convolutional Neural Networks (2015), arXiv:1509.09308. Down a column they are
// plain sums, so that no row depends on which others are made with it.
//
// `weights` are [6 points][3 rows][inputs][outputs, rounded up to 16].

#pragma once

#include <memory>
#include <vector>

#include "lanes.h"

namespace {

constexpr int points = 6, neighbours = 4, filter_rows = 3;

// A row, [wide][inputs], at the points of each of its tiles of four neighbours and the next two pixels:
// [points][tiles][inputs]. Beyond its end there are `zeros`.
void at_points(const float* x, std::int64_t wide, std::int64_t tiles, std::int64_t inputs,
               const float* zeros, float* out) {
  const std::int64_t apart = tiles * inputs;
  for (std::int64_t tile = 0; tile < tiles; tile++) {
    const float* from[points];
    for (std::int64_t i = 0, column = tile * neighbours; i < points; i++, column++)
      from[i] = column < wide ? x + column * inputs : zeros;
    for (std::int64_t c = 0; c < inputs; c += lanes, out += lanes) {
      Lanes d[points];
      for (int i = 0; i < points; i++) d[i] = lanes_at(from[i] + c);
      const Lanes even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1];
      const Lanes even_too = d[4] - d[2], odd_too = 2 * (d[3] - d[1]);
      put(4 * d[0] - 5 * d[2] + d[4], out);
      put(even + odd, out + apart);
      put(even - odd, out + 2 * apart);
      put(even_too + odd_too, out + 3 * apart);
      put(even_too - odd_too, out + 4 * apart);
      put(4 * d[1] - 5 * d[3] + d[5], out + 5 * apart);
    }
  }
}

// The four neighbours of each tile, from `sums` at the points, [points][tiles][wide * lanes]; those
// before column `width`, and of their outputs the first `count`.
template <int wide>
void neighbours_of(const float* sums, std::int64_t tiles, std::int64_t width, std::int64_t outputs,
                   std::int64_t count, float* out) {
  const std::int64_t apart = tiles * wide * lanes;
  for (std::int64_t tile = 0; tile < tiles; tile++) {
    Lanes made[neighbours][wide];
    for (int j = 0; j < wide; j++, sums += lanes) {
      const auto sum = [&](int point) { return lanes_at(sums + point * apart); };
      const Lanes near = sum(1) + sum(2), across = sum(1) - sum(2);
      const Lanes far = sum(3) + sum(4), over = sum(3) - sum(4);
      made[0][j] = sum(0) + near + far;
      made[1][j] = across + 2 * over;
      made[2][j] = near + 4 * far;
      made[3][j] = across + 8 * over + sum(5);
    }
    for (std::int64_t i = 0, column = tile * neighbours; i < neighbours && column < width;
         i++, column++) {
      if (count == wide * lanes)  // as most often: then its length is known
        std::memcpy(out + column * outputs, made[i], sizeof made[i]);
      else
        std::memcpy(out + column * outputs, made[i], count * sizeof(float));
    }
  }
}

// One row of the result, from three rows at their points. `sums` has room for all tiles.
template <int wide, int block>
void minimal_row(const float* const (&rows)[filter_rows], std::int64_t tiles,
                 const Convolution& how, std::int64_t width, float* sums, float* out) {
  constexpr int breadth = wide * lanes;
  const std::int64_t apart = padded(how.outputs), tap = filter_rows * how.inputs * apart;
  for (std::int64_t n = 0; n < how.outputs; n += breadth) {
    const float* weights = static_cast<const float*>(how.weights) + n;
    for (std::int64_t point = 0; point < points; point++, weights += tap) {
      for (std::int64_t at = 0; at < tiles; at += block) {
        const std::int64_t tile = point * tiles + std::min(at, tiles - block);
        const float* from[filter_rows];
        for (int i = 0; i < filter_rows; i++) from[i] = rows[i] + tile * how.inputs;
        sums_of_products<wide, block>(from, filter_rows, how.inputs, how.inputs, weights, apart,
                                      sums + tile * breadth, breadth);
      }
    }
    const std::int64_t count = std::min<std::int64_t>(breadth, how.outputs - n);
    neighbours_of<wide>(sums, tiles, width, how.outputs, count, out + n);
  }
}

void convolve_minimally(const float* x, std::int64_t line, const Convolution& how,
                        std::int64_t rows, std::int64_t width, float* out) {
  const std::int64_t wide = line / how.inputs, tiles = (width + neighbours - 1) / neighbours;
  const std::int64_t room = points * tiles * how.inputs;
  const std::vector<float> zeros(how.inputs);
  const std::unique_ptr<float[]> kept(new float[filter_rows * room]);
  const std::unique_ptr<float[]> sums(new float[points * tiles * 2 * lanes]);
  const auto row = padded(how.outputs) % (2 * lanes)
                       ? (tiles < pixels_of_one ? minimal_row<1, 1> : minimal_row<1, pixels_of_one>)
                       : (tiles < pixels_of_two ? minimal_row<2, 1> : minimal_row<2, pixels_of_two>);
  for (std::int64_t y = 0; y < rows + filter_rows - 1; y++) {
    const auto at = [&](std::int64_t i) { return &kept[i % filter_rows * room]; };
    at_points(x + y * line, wide, tiles, how.inputs, zeros.data(), at(y));
    if (y < filter_rows - 1) continue;
    const float* const last[] = {at(y - 2), at(y - 1), at(y)};
    row(last, tiles, how, width, sums.get(), out + (y - 2) * width * how.outputs);
  }
}

}  // namespace
