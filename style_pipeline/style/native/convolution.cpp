// Convolutions, each with the pass before it and the sums after it, in strips of a few rows that
// stay in the cache.

#include "lanes.h"
#include "minimal.h"
#include "passes.h"
#include "tiles.h"

namespace {

Map part(const Map& map, std::int64_t start, std::int64_t stop) {
  return {map.first + start, map.second ? map.second + start : nullptr,
          map.share ? map.share + start : nullptr, map.own + start, stop - start, map.size};
}

void convolve(const float* x, std::int64_t line, const Convolution& how, std::int64_t rows,
              std::int64_t width, float* out) {
  (how.minimal ? convolve_minimally : convolve_plainly)(x, line, how, rows, width, out);
}

// What `how` makes of a picture of `tall` rows, `wide` pixels each, which `fill(start, stop, to)`
// writes. `strip` has room for what `height` rows of the result are made of. Where `sums` is given,
// the result's first pixel goes to `pivot`, and what `statistics` finds to `sums`.
template <class Value, class Fill>
void in_strips(const Fill& fill, std::int64_t tall, std::int64_t wide, const Convolution& how,
               std::int64_t height, Value* strip, float* pivot, double* sums, Value* out) {
  const int outputs = int(how.outputs);
  const std::int64_t line = wide * how.inputs;
  const std::int64_t rows = (tall - how.kernel) / how.stride + 1;
  const std::int64_t width = (wide - how.kernel) / how.stride + 1;
  std::int64_t before = 0, done = 0;  // rows filled: of the strip, and in all
  for (std::int64_t y = 0; y < rows; y += height) {
    const std::int64_t count = std::min(height, rows - y), first = y * how.stride;
    const std::int64_t end = first + (count - 1) * how.stride + how.kernel, kept = done - first;
    std::memmove(strip, strip + (before - kept) * line, kept * line * sizeof(Value));
    fill(done, end, strip + kept * line);
    before = end - first, done = end;
    Value* made = out + y * width * outputs;
    convolve(strip, line, how, count, width, made);
    if (!sums) continue;
    for (int c = 0; y == 0 && c < outputs; c++) pivot[c] = load(made[c]);
    statistics(made, count, width, outputs, pivot, sums);
  }
}

}  // namespace

extern "C" {

// Whether this machine is fast at `convolve` of such values.
int convolves_float() { return lanes_are_fast; }
int convolves_half() { return tiles_are_fast(); }

#define CONVOLVED(NAME, IN, VALUE)                                                               \
  void NAME(const IN* x, std::int64_t width, const Map* rows, const Map* columns,                \
            const float* scale, const float* shift, bool relu, const float* stream,              \
            float* stream_out, const Convolution* how, std::int64_t height, VALUE* strip,        \
            float* pivot, double* sums, VALUE* out) {                                            \
    const auto fill = [&](std::int64_t start, std::int64_t stop, VALUE* to) {                    \
      any_layer(x, int(how->inputs), width, part(*rows, start, stop), *columns, scale, shift,    \
                relu, stream, stream_out, to);                                                   \
    };                                                                                           \
    in_strips(fill, rows->length, columns->length, *how, height, strip, pivot, sums, out);       \
  }
CONVOLVED(convolved_float_float, float, float)
CONVOLVED(convolved_float_half, float, Half)
CONVOLVED(convolved_half_half, Half, Half)

#define FRAME(NAME, IN, SCALE)                                                                   \
  void NAME(const IN* frame, std::int64_t width, const Map* rows, const Map* columns,            \
            const Convolution* how, std::int64_t height, float* strip, float* pivot,             \
            double* sums, float* out) {                                                          \
    const auto fill = [&](std::int64_t start, std::int64_t stop, float* to) {                    \
      floats(frame, width, part(*rows, start, stop), *columns, SCALE, to);                       \
    };                                                                                           \
    in_strips(fill, rows->length, columns->length, *how, height, strip, pivot, sums, out);       \
  }
FRAME(frame_of_levels, std::uint8_t, 1.0f / 255.0f)
FRAME(frame_of_floats, float, 1.0f)
}
