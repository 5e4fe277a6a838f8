// What the network does between its convolutions, each step in one pass over the picture.

#include <algorithm>
#include <vector>

#include "passes.h"

namespace {

// `x` holds four sub-pixels of three colours in each pixel, in reading order. First the sums of a
// line and the one below it, then of each with its neighbour: both without a branch.
template <class In>
void smooth(const In* x, std::int64_t width, std::int64_t rows, std::int64_t left, float* out) {
  const std::int64_t line = width * 6;
  std::vector<float> sums(line + 3);
  const auto at = [&](std::int64_t y) { return x + y / 2 * width * 12 + y % 2 * 6; };
  for (std::int64_t y = 0; y < rows; y++, out += line) {
    const In *upper = at(y), *lower = at(y + 1 < left ? y + 1 : y - 1);
    for (std::int64_t pixel = 0; pixel < width; pixel++)
      for (int i = 0; i < 6; i++)
        sums[pixel * 6 + i] = load(upper[pixel * 12 + i]) + load(lower[pixel * 12 + i]);
    std::copy_n(&sums[line - 6], 3, &sums[line]);
    for (std::int64_t i = 0; i < line; i++) out[i] = 0.25f * (sums[i] + sums[i + 3]);
  }
}

// e to the x, for x up to 88, by Cephes' polynomial; two units in the last place.
inline float exponential(float x) {
  x = x < -87.0f ? -87.0f : x;
  const float n = std::floor(x * 1.44269504f + 0.5f);
  const float r = x - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const std::int32_t bits = (std::int32_t(n) + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return p * power;
}

inline void put(float x, float* to) { *to = x; }
inline void put(float x, std::uint8_t* to) { *to = std::uint8_t(std::nearbyint(x * 255.0f)); }

template <class Out>
void colours(const float* x, std::int64_t width, std::int64_t rows, std::int64_t columns,
             const float* scale, const float* shift, Out* out) {
  for (std::int64_t y = 0; y < rows; y++, x += width * 3, out += columns * 3) {
    for (std::int64_t i = 0; i < columns; i++) {
      for (int c = 0; c < 3; c++) {
        float value = x[i * 3 + c] * scale[c] + shift[c];
        value = value > 80.0f ? 80.0f : value < -80.0f ? -80.0f : value;
        put(1.0f / (1.0f + exponential(-value)), out + i * 3 + c);
      }
    }
  }
}

}  // namespace

extern "C" {

// Adds to `sums` each channel's sum, then each one's sum of squares, of what is above `pivot`.
void statistics_float(const float* x, std::int64_t rows, std::int64_t width, int channels,
                      const float* pivot, double* sums) {
  statistics(x, rows, width, channels, pivot, sums);
}
void statistics_half(const Half* x, std::int64_t rows, std::int64_t width, int channels,
                     const float* pivot, double* sums) {
  statistics(x, rows, width, channels, pivot, sums);
}

// The first pixel's channels, as float.
void pivot_float(const float* x, int channels, float* pivot) {
  for (int c = 0; c < channels; c++) pivot[c] = load(x[c]);
}
void pivot_half(const Half* x, int channels, float* pivot) {
  for (int c = 0; c < channels; c++) pivot[c] = load(x[c]);
}

// Scale and shift of an instance normalisation; a channel that is even but for rounding becomes even.
void affine_double(const double* sums, const float* pivot, std::int64_t pixels, int channels,
            const float* gamma, const float* beta, float epsilon, float even, float* scale,
            float* shift) {
  for (int c = 0; c < channels; c++) {
    const double mean = sums[c] / double(pixels);
    const double variance = sums[channels + c] / double(pixels) - mean * mean;
    scale[c] = variance > even ? float(gamma[c] / std::sqrt(variance + epsilon)) : 0.0f;
    shift[c] = float(beta[c] - (mean + pivot[c]) * scale[c]);
  }
}

#define LAYER(NAME, IN, OUT)                                                                   \
  void NAME(const IN* x, int channels, std::int64_t width, const Map* rows, const Map* columns, \
            const float* scale, const float* shift, bool relu, const float* stream,            \
            float* stream_out, OUT* out) {                                                     \
    any_layer(x, channels, width, *rows, *columns, scale, shift, relu, stream, stream_out, out); \
  }
LAYER(layer_float_float, float, float)
LAYER(layer_float_half, float, Half)
LAYER(layer_half_half, Half, Half)

void floats_of_levels(const std::uint8_t* frame, std::int64_t width, const Map* rows,
                      const Map* columns, float* out) {
  floats(frame, width, *rows, *columns, 1.0f / 255.0f, out);
}
void floats_of_floats(const float* frame, std::int64_t width, const Map* rows, const Map* columns,
                      float* out) {
  floats(frame, width, *rows, *columns, 1.0f, out);
}

void smooth_float(const float* x, std::int64_t width, std::int64_t rows, std::int64_t left,
                  float* out) {
  smooth(x, width, rows, left, out);
}
void smooth_half(const Half* x, std::int64_t width, std::int64_t rows, std::int64_t left,
                 float* out) {
  smooth(x, width, rows, left, out);
}

void colours_as_levels(const float* x, std::int64_t width, std::int64_t rows, std::int64_t columns,
                       const float* scale, const float* shift, std::uint8_t* out) {
  colours(x, width, rows, columns, scale, shift, out);
}
void colours_as_floats(const float* x, std::int64_t width, std::int64_t rows, std::int64_t columns,
                       const float* scale, const float* shift, float* out) {
  colours(x, width, rows, columns, scale, shift, out);
}
}
