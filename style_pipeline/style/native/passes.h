// The passes over a picture that both sources use. A picture lies in memory as
// [height][width][channels]. Every pass is told where each row and each column of its result comes
// from; a mirrored edge, a repeated one, an enlargement and a band of a larger picture are nothing
// but such maps. Values are stored as float, or as the upper half of one (bfloat16), and always
// reckoned with as float.

#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace {

using Half = std::uint16_t;

constexpr int widest = 256;  // channels

inline float load(float x) { return x; }

inline float load(Half x) {
  const std::uint32_t bits = std::uint32_t(x) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline void store(float x, float* to) { *to = x; }

// Rounds to the nearest, ties to even.
inline void store(float x, Half* to) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  *to = Half((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

// Where the rows (or columns) of a result come from: from `first`, or from between it and `second`,
// by `share`. `own` is their number in the result without its mirrored edges, of which there are
// `size`.
struct Map {
  const std::int32_t* first;
  const std::int32_t* second;
  const float* share;
  const std::int32_t* own;
  std::int64_t length;
  std::int64_t size;
};

// Row by row, so that a picture's sums do not depend on the bands in which it is given.
template <int known, class In>
void statistics_of(const In* x, std::int64_t rows, std::int64_t groups, int channels, int given,
                   const float* pivot, double* sums) {
  const int lanes = known ? known : given;
  float shift[known ? known : widest], sum[known ? known : widest], square[known ? known : widest];
  for (int i = 0; i < lanes; i++) shift[i] = pivot[i % channels];
  for (std::int64_t y = 0; y < rows; y++) {
    for (int i = 0; i < lanes; i++) sum[i] = square[i] = 0;
    for (std::int64_t g = 0; g < groups; g++, x += lanes) {
      for (int i = 0; i < lanes; i++) {
        const float d = load(x[i]) - shift[i];
        sum[i] += d;
        square[i] += d * d;
      }
    }
    for (int i = 0; i < lanes; i++) {
      sums[i % channels] += sum[i];
      sums[channels + i % channels] += square[i];
    }
  }
}

template <class In>
void statistics(const In* x, std::int64_t rows, std::int64_t width, int channels,
                const float* pivot, double* sums) {
  // Few channels: several pixels side by side fill whole registers.
  const int group = channels > widest / 16 || width % 4 ? 1 : width % 16 ? 4 : 16;
  const int lanes = channels * group;
  const auto summed = lanes == 32   ? statistics_of<32, In>  // known numbers stay in registers
                      : lanes == 48 ? statistics_of<48, In>
                      : lanes == 64 ? statistics_of<64, In>
                                    : statistics_of<0, In>;
  summed(x, rows, width / group, channels, lanes, pivot, sums);
}

template <int known, class In, class Out, bool between>
void layer(const In* x, int given, std::int64_t width, const Map& rows, const Map& columns,
           const float* __restrict scale, const float* __restrict shift, bool relu,
           const float* __restrict stream, float* __restrict stream_out, Out* __restrict out) {
  const int channels = known ? known : given;
  const float least = relu ? 0.0f : -INFINITY;
  for (std::int64_t y = 0; y < rows.length; y++) {
    const In* above = x + std::int64_t(rows.first[y]) * width * channels;
    const In* below = between ? x + std::int64_t(rows.second[y]) * width * channels : above;
    const float down = between ? rows.share[y] : 0;
    const std::int64_t own = std::int64_t(rows.own[y]) * columns.size;
    for (std::int64_t column = 0; column < columns.length; column++, out += channels) {
      const std::int64_t left = std::int64_t(columns.first[column]) * channels;
      const std::int64_t right = between ? std::int64_t(columns.second[column]) * channels : left;
      const float across = between ? columns.share[column] : 0;
      const std::int64_t same = (own + columns.own[column]) * channels;
      const In* __restrict upper_left = above + left;
      const In* __restrict upper_right = above + right;
      const In* __restrict lower_left = below + left;
      const In* __restrict lower_right = below + right;
      const auto normalised = [&](int c) {
        float value = load(upper_left[c]);
        if (between) {
          const float bottom = load(lower_left[c]);
          const float to_the_right = load(lower_right[c]) - bottom;
          value += across * (load(upper_right[c]) - value);
          value += down * (bottom + across * to_the_right - value);
        }
        value = value * scale[c] + shift[c];
        return value > least ? value : least;
      };
      if (stream) {
        for (int c = 0; c < channels; c++) {
          const float value = normalised(c) + stream[same + c];
          stream_out[same + c] = value;
          store(value, out + c);
        }
      } else if (stream_out) {
        for (int c = 0; c < channels; c++) {
          const float value = normalised(c);
          stream_out[same + c] = value;
          store(value, out + c);
        }
      } else {
        for (int c = 0; c < channels; c++) store(normalised(c), out + c);
      }
    }
  }
}

template <class In, class Out>
void any_layer(const In* x, int channels, std::int64_t width, const Map& rows, const Map& columns,
               const float* scale, const float* shift, bool relu, const float* stream,
               float* stream_out, Out* out) {
#define PAINT(C)                                                                          \
  (rows.second ? layer<C, In, Out, true> : layer<C, In, Out, false>)(                      \
      x, channels, width, rows, columns, scale, shift, relu, stream, stream_out, out)
  switch (channels) {  // with their number known, the compiler unrolls the inner loop
    case 16:
      return PAINT(16);
    case 32:
      return PAINT(32);
    case 64:
      return PAINT(64);
    default:
      return PAINT(0);
  }
#undef PAINT
}

template <class In>
void floats(const In* frame, std::int64_t width, const Map& rows, const Map& columns, float scale,
            float* out) {
  for (std::int64_t y = 0; y < rows.length; y++) {
    const In* row = frame + std::int64_t(rows.first[y]) * width * 3;
    for (std::int64_t x = 0; x < columns.length; x++)
      for (int c = 0; c < 3; c++) *out++ = float(row[columns.first[x] * 3 + c]) * scale;
  }
}

}  // namespace
