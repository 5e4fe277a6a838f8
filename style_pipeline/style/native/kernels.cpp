// What the network does between its convolutions, each step in one pass over the picture.
//
// A picture lies in memory as [height][width][channels]. Every pass is told where each row and each
// column of its result comes from; a mirrored edge, a repeated one, an enlargement and a band of a
// larger picture are nothing but such maps. Values are stored as float, or as the upper half of one
// (bfloat16), and always reckoned with as float.

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
template <class In>
void statistics(const In* x, std::int64_t rows, std::int64_t width, int channels,
                const float* pivot, double* sums) {
  // Few channels: several pixels side by side fill whole registers.
  const int group = channels > widest / 16 || width % 4 ? 1 : width % 16 ? 4 : 16;
  const int lanes = channels * group;
  float shift[widest], sum[widest], square[widest];
  for (int i = 0; i < lanes; i++) shift[i] = pivot[i % channels];
  for (std::int64_t y = 0; y < rows; y++) {
    for (int i = 0; i < lanes; i++) sum[i] = square[i] = 0;
    for (std::int64_t g = 0; g < width / group; g++, x += lanes) {
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

// `x` holds four sub-pixels of three colours in each pixel, in reading order.
template <class In>
void smooth(const In* x, std::int64_t width, std::int64_t rows, std::int64_t left, float* out) {
  const std::int64_t line = width * 6;
  const auto at = [&](std::int64_t y) { return x + y / 2 * width * 12 + y % 2 * 6; };
  for (std::int64_t y = 0; y < rows; y++, out += line) {
    const In *upper = at(y), *lower = at(y + 1 < left ? y + 1 : y - 1);
    const auto both = [&](std::int64_t pixel, int i) {
      return load(upper[pixel * 12 + i]) + load(lower[pixel * 12 + i]);
    };
    for (std::int64_t pixel = 0; pixel < width; pixel++) {
      for (int c = 0; c < 3; c++) {
        const float left = both(pixel, c), right = both(pixel, c + 3);
        const float next = pixel + 1 < width ? both(pixel + 1, c) : left;
        out[pixel * 6 + c] = 0.25f * (left + right);
        out[pixel * 6 + 3 + c] = 0.25f * (right + next);
      }
    }
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
