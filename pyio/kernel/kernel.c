// The kernel: predictions of whole models in one call, with the SIMD instructions of WebAssembly.
//
// All numbers are float32, all tensors lie in one block of memory, with the channels last. A plan is
// an array of rows of ROW words. Each row is one operation: its number, then addresses and sizes, as
// the structs below name them. `pyio/kernel/rows.py` writes such rows, and a test compares the names.
// A word is as large as an address, so the same source runs natively in tests (gcc and clang).
//
// scripts/support/kernel.py compiles it. It needs no headers and no library but memcpy and memset.

typedef __INTPTR_TYPE__ word;
typedef float v4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef int i4 __attribute__((vector_size(16), aligned(4), may_alias));

#define ROW 32
#define EXPORT __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))
#define APART static __attribute__((noinline))  // the compiler would copy it into its callers

// A copy of the row, so that its fields stay in registers: a store of a number could change the row.
#define LOCAL(NAME) const struct NAME own = *row, *const o = &own

// ---------------------------------------------------------------- four numbers at once

INLINE v4 load(const float *p) { return *(const v4 *)p; }
INLINE void store(float *p, v4 v) { *(v4 *)p = v; }
INLINE v4 all(float x) { return (v4){x, x, x, x}; }
INLINE v4 choose(i4 where, v4 yes, v4 no) { return (v4)((where & (i4)yes) | (~where & (i4)no)); }

// `least` and `most` keep a NaN of their first argument, as NumPy's minimum and maximum do.
#ifdef __wasm__
INLINE v4 most(v4 a, v4 b) { return __builtin_wasm_pmax_f32x4(a, b); }
INLINE v4 least(v4 a, v4 b) { return __builtin_wasm_pmin_f32x4(a, b); }
INLINE v4 rounded(v4 x) { return __builtin_wasm_nearest_f32x4(x); }
#else
INLINE v4 most(v4 a, v4 b) { return choose(a < b, b, a); }
INLINE v4 least(v4 a, v4 b) { return choose(b < a, b, a); }
INLINE v4 rounded(v4 x) { return (x + all(12582912.f)) - all(12582912.f); }  // 1.5 * 2^23
#endif
INLINE v4 magnitude(v4 x) { return (v4)((i4)x & 0x7fffffff); }
INLINE v4 signed_as(v4 x, v4 sign) { return (v4)((i4)x | ((i4)sign & (int)0x80000000)); }

// ---------------------------------------------------------------- functions
// exp, tanh and log are those of Cephes (Moshier, single precision): errors of about 1e-7.

// exp(x) = 2^n * (1 + r): the polynomial gives r, so that exp(x) - 1 is exact near 0 as well.
INLINE v4 exp_parts(v4 x, v4 *n) {
  v4 y = least(most(x, all(-103.97208f)), all(88.72283f));
  *n = rounded(y * all(1.44269504f));
  y = y - *n * all(0.693359375f) + *n * all(2.12194440e-4f);
  v4 p = all(1.9875691500e-4f);
  p = p * y + all(1.3981999507e-3f);
  p = p * y + all(8.3334519073e-3f);
  p = p * y + all(4.1665795894e-2f);
  p = p * y + all(1.6666665459e-1f);
  p = p * y + all(5.0000001201e-1f);
  return p * y * y + y;
}

INLINE v4 exp4(v4 x) {
  v4 n, r = exp_parts(x, &n);
  i4 whole = __builtin_convertvector(n, i4), half = whole >> 1, rest = whole - half;
  // In two steps, because 2^128 is no float.
  v4 e = (r + all(1)) * (v4)((half + 127) << 23) * (v4)((rest + 127) << 23);
  e = choose(x > all(88.72283f), all(__builtin_inff()), e);
  return choose(x < all(-103.97208f), all(0), e);
}

INLINE v4 expm1_4(v4 x) {
  v4 n, r = exp_parts(x, &n);
  return choose(n == all(0), r, exp4(x) - all(1));
}

INLINE v4 log4(v4 x) {  // of normal numbers above 0
  i4 bits = (i4)x - 0x3f3504f3;  // 0.70710678: the mantissa is taken from there to its double
  i4 e = bits >> 23;
  v4 m = (v4)((bits & 0x7fffff) + 0x3f3504f3) - all(1), n = __builtin_convertvector(e, v4), z = m * m;
  v4 p = all(7.0376836292e-2f);
  p = p * m + all(-1.1514610310e-1f);
  p = p * m + all(1.1676998740e-1f);
  p = p * m + all(-1.2420140846e-1f);
  p = p * m + all(1.4249322787e-1f);
  p = p * m + all(-1.6668057665e-1f);
  p = p * m + all(2.0000714765e-1f);
  p = p * m + all(-2.4999993993e-1f);
  p = p * m + all(3.3333331174e-1f);
  p = p * m * z - n * all(2.12194440e-4f) - all(0.5f) * z;
  return m + p + n * all(0.693359375f);
}

INLINE v4 log1p4(v4 t) {  // for t from 0 to 1; the factor takes back what 1 + t has rounded away
  v4 u = all(1) + t;
  return choose(u == all(1), t, log4(u) * (t / (u - all(1))));
}

INLINE v4 sigmoid4(v4 x) { return all(1) / (all(1) + exp4(-x)); }

INLINE v4 tanh4(v4 x) {
  v4 a = magnitude(x), z = x * x;
  v4 p = all(-5.70498872745e-3f);
  p = p * z + all(2.06390887954e-2f);
  p = p * z + all(-5.37397155531e-2f);
  p = p * z + all(1.33314422036e-1f);
  p = p * z + all(-3.33332819422e-1f);
  p = p * z * x + x;
  v4 far = signed_as(all(1) - all(2) / (exp4(a + a) + all(1)), x);
  return choose(a < all(0.625f), p, far);
}

INLINE v4 erf4(v4 x) {  // Abramowitz and Stegun 7.1.26, which TensorFlow.js uses
  v4 a = magnitude(x), t = all(1) / (all(1) + all(0.3275911f) * a);
  v4 s = all(1.061405429f) * t + all(-1.453152027f);
  s = s * t + all(1.421413741f);
  s = s * t + all(-0.284496736f);
  s = (s * t + all(0.254829592f)) * t;
  return signed_as(all(1) - s * exp4(-(a * a)), x);
}

INLINE v4 softplus4(v4 x) { return most(x, all(0)) + log1p4(exp4(-magnitude(x))); }
INLINE v4 elu4(v4 x) { return choose(x >= all(0), x, expm1_4(x)); }
INLINE v4 clip4(v4 x, float low, float high) { return least(most(x, all(low)), all(high)); }

// The activations. RELU and RELU6 come first: products apply them to their registers.
enum activation {
  LINEAR, RELU, RELU6, TANH, SIGMOID, HARD_SIGMOID, ELU, SELU, SOFTPLUS, SOFTSIGN, SWISH, GELU,
  GELU_NEW, MISH, EXPONENTIAL, HARD_SIGMOID_KERAS3, HARD_SILU, HARD_TANH, LEAKY_RELU,
  ELU_ALPHA,
};

INLINE v4 rectified(v4 x, word act) {
  if (act == RELU || act == RELU6) x = most(x, all(0));
  if (act == RELU6) x = least(x, all(6));
  return x;
}

INLINE v4 gelu_new4(v4 x) {
  return all(0.5f) * x * (all(1) + tanh4(all(0.7978845608f) * (x + all(0.044715f) * (x * x * x))));
}

// Apply an activation to n numbers. `slope` is that of LEAKY_RELU and the alpha of ELU_ALPHA. x and
// y may be the same.
APART void activate(const float *x, float *y, word n, word act, float slope) {
#define EACH(RESULT)                                                   \
  {                                                                    \
    word j = 0;                                                        \
    for (; j + 4 <= n; j += 4) {                                       \
      v4 v = load(x + j);                                              \
      store(y + j, RESULT);                                            \
    }                                                                  \
    if (j < n) { /* the last one to three */                           \
      float t[4] = {0, 0, 0, 0};                                       \
      for (word k = j; k < n; k++) t[k - j] = x[k];                    \
      v4 v = load(t);                                                  \
      store(t, RESULT);                                                \
      for (word k = j; k < n; k++) y[k] = t[k - j];                    \
    }                                                                  \
    break;                                                             \
  }
  switch (act) {
    case LINEAR: EACH(v)
    case RELU: EACH(most(v, all(0)))
    case RELU6: EACH(clip4(v, 0, 6))
    case TANH: EACH(tanh4(v))
    case SIGMOID: EACH(sigmoid4(v))
    case HARD_SIGMOID: EACH(clip4(all(0.2f) * v + all(0.5f), 0, 1))
    case ELU: EACH(elu4(v))
    case SELU: EACH(all(1.0507009873554805f) * choose(v >= all(0), v, all(1.6732632423543772f) * expm1_4(v)))
    case SOFTPLUS: EACH(softplus4(v))
    case SOFTSIGN: EACH(v / (magnitude(v) + all(1)))
    case SWISH: EACH(v * sigmoid4(v))
    case GELU: EACH(all(0.5f) * v * (all(1) + erf4(v / all(1.41421356f))))
    case GELU_NEW: EACH(gelu_new4(v))
    case MISH: EACH(v * tanh4(softplus4(v)))
    case EXPONENTIAL: EACH(exp4(v))
    case HARD_SIGMOID_KERAS3: EACH(clip4(v / all(6) + all(0.5f), 0, 1))
    case HARD_SILU: EACH(v * clip4(v / all(6) + all(0.5f), 0, 1))
    case HARD_TANH: EACH(clip4(v, -1, 1))
    case LEAKY_RELU: EACH(choose(v >= all(0), v, all(slope) * v))
    case ELU_ALPHA: EACH(choose(v >= all(0), v, all(slope) * expm1_4(v)))
  }
#undef EACH
}

// ---------------------------------------------------------------- products

// Write B (inner, columns), with steps in elements, as panels of 8 columns: [panel][inner][8]. The
// last panel is filled up with 0. A product then reads its right operand from front to back.
EXPORT void pack(const float *b, word row_step, word column_step, float *panels, word inner, word columns) {
  for (word n = 0; n < columns; n += 8)
    for (word k = 0; k < inner; k++, panels += 8)
      for (word j = 0; j < 8; j++)
        panels[j] = n + j < columns ? b[k * row_step + (n + j) * column_step] : 0;
}

INLINE v4 partly(const float *p, word n) {  // the first n numbers (below 4) at p
  float t[4] = {0, 0, 0, 0};
  for (word j = 0; j < n && j < 4; j++) t[j] = p[j];
  return load(t);
}

// Add `count` rows of A times one panel of `width` columns to C: the inner loop of everything.
// A row of A is in `parts` of `inner` numbers, which begin `part_step` numbers apart. The sums start
// from the bias or 0, and C is added at the end unless `first`: many short sums round less than a
// long one. The loops over the rows are unrolled, so that the sums stay in registers; clang leaves
// them in memory otherwise.
INLINE void tile(const float *a, word a_row, word parts, word part_step, const float *panel, word inner, float *c,
                 word c_row, word width, const float *bias, word act, word first, const int count) {
  v4 low[4], high[4];
#define UNROLLED _Pragma("GCC unroll 4") for (int r = 0; r < count; r++)
  v4 start = all(0), after = all(0);
  if (bias && first && width == 8) start = load(bias), after = load(bias + 4);
  else if (bias && first) start = partly(bias, width), after = partly(bias + 4, width - 4);
  UNROLLED low[r] = start, high[r] = after;
#define ADD(R) { v4 s = all(a##R[k]); low[R] = s * x + low[R]; high[R] = s * y + high[R]; }
#define STEP { v4 x = load(panel), y = load(panel + 4); ADD(0) if (count > 1) ADD(1) if (count > 2) ADD(2) if (count > 3) ADD(3) panel += 8; k++; }
  for (word part = 0; part < parts; part++, a += part_step) {
    const float *a0 = a, *a1 = a + a_row, *a2 = a1 + a_row, *a3 = a2 + a_row;
    word k = 0;
    while (k + 2 <= inner) { STEP STEP }
    if (k < inner) STEP
  }
#undef STEP
#undef ADD
  UNROLLED {
    v4 x = low[r], y = high[r];
    float *to = c + r * c_row;
    if (!first && width == 8) x += load(to), y += load(to + 4);
    else if (!first) x += partly(to, width), y += partly(to + 4, width - 4);
    x = rectified(x, act), y = rectified(y, act);
    if (width == 8) store(to, x), store(to + 4, y);
    else {
      float t[8];
      store(t, x), store(t + 4, y);
      for (word j = 0; j < width; j++) to[j] = t[j];
    }
  }
#undef UNROLLED
}

// One row of A times four panels, `next` numbers apart. Eight sums grow side by side: with the two of
// a tile, each addition would wait for the one before it. The order of the terms is the same.
APART void line(const float *a, const float *panel, word next, word inner, float *c, const float *bias,
                word act, word first) {
  const float *p0 = panel, *p1 = p0 + next, *p2 = p1 + next, *p3 = p2 + next, *from = first ? bias : 0;
  v4 s[8];
#define UNROLLED _Pragma("GCC unroll 8") for (int r = 0; r < 8; r++)
  UNROLLED s[r] = from ? load(from + 4 * r) : all(0);
#define ADD(P) s[2 * P] = x * load(p##P) + s[2 * P]; s[2 * P + 1] = x * load(p##P + 4) + s[2 * P + 1]; p##P += 8;
  for (word k = 0; k < inner; k++) {  // two terms at once would need more registers than there are
    v4 x = all(a[k]);
    ADD(0) ADD(1) ADD(2) ADD(3)
  }
#undef ADD
  if (!first) UNROLLED s[r] += load(c + 4 * r);
  UNROLLED store(c + 4 * r, rectified(s[r], act));
#undef UNROLLED
}

struct gemm {
  word op; const float *x; word x_row; const float *panels; float *y; word y_row;
  word rows, inner, columns; const float *bias; word act, add;
};

// y (rows, columns) = [y +] x (rows, parts of inner) @ panels + bias, activated. 256 rows and 512 terms
// of the sums at a time, so that what is used again is still in the cache; several parts have at
// most 512 terms together.
APART void gemm_parts(const float *x, word x_row, word parts, word part_step, const float *panels, float *y,
                      word y_row, word rows, word inner, word columns, const float *bias, word act, word add) {
  word later = act > RELU6 ? act : LINEAR, now = later ? LINEAR : act;
  for (word m0 = 0; m0 < rows; m0 += 256) {
    word m1 = m0 + 256 < rows ? m0 + 256 : rows;
    for (word k0 = 0; k0 < inner; k0 += 512) {
      word terms = inner - k0 < 512 ? inner - k0 : 512, first = !add && k0 == 0;
      word last = k0 + terms == inner ? now : LINEAR;
      for (word n = 0; n < columns; n += 8) {
        word width = columns - n < 8 ? columns - n : 8;
        const float *p = panels + n * inner * parts + k0 * 8, *b = bias ? bias + n : 0;
        word m = m0;
        if (m1 - m0 == 1 && columns - n >= 32 && parts == 1) {
          line(x + m * x_row + k0, p, inner * 8, terms, y + m * y_row + n, b, last, first);
          n += 24;
          continue;
        }
#define TILE(COUNT) tile(x + m * x_row + k0, x_row, parts, part_step, p, terms, y + m * y_row + n, y_row, width, b, last, first, COUNT)
        for (; m + 4 <= m1; m += 4) TILE(4);
        if (m1 - m == 3) TILE(3);
        if (m1 - m == 2) TILE(2);
        if (m1 - m == 1) TILE(1);
#undef TILE
      }
    }
    if (later)
      for (word m = m0; m < m1; m++) activate(y + m * y_row, y + m * y_row, columns, later, 0);
  }
}

static void gemm(const float *x, word x_row, const float *panels, float *y, word y_row, word rows, word inner,
                 word columns, const float *bias, word act, word add) {
  gemm_parts(x, x_row, 1, 0, panels, y, y_row, rows, inner, columns, bias, act, add);
}

struct products {
  word op; const float *x; const float *right; float *y, *panels; word count;
  word rows, inner, columns, right_row, right_column; word x_row, y_row, heads;
  word x_step, right_step, y_step, x_head, right_head, y_head;
};

// `count` times `heads` products of two computed matrices. The right ones are packed first.
APART void products(const struct products *o) {
  for (word i = 0; i < o->count; i++)
    for (word h = 0; h < o->heads; h++) {
      pack(o->right + i * o->right_step + h * o->right_head, o->right_row, o->right_column, o->panels, o->inner, o->columns);
      gemm(o->x + i * o->x_step + h * o->x_head, o->x_row, o->panels, o->y + i * o->y_step + h * o->y_head, o->y_row, o->rows, o->inner, o->columns, 0, LINEAR, 0);
    }
}

// ---------------------------------------------------------------- convolutions

INLINE void copy_short(float *to, const float *from, word n) {
  word j = 0;
  for (; j + 4 <= n; j += 4) store(to + j, load(from + j));
  for (; j < n; j++) to[j] = from[j];
}
INLINE void clear_short(float *to, word n) { for (word j = 0; j < n; j++) to[j] = 0; }

// A window: `top` and `left` are how far the first one begins outside of the input.
#define WINDOW word window_height, window_width, down, right, dilation_down, dilation_right, top, left
struct conv {
  word op; const float *x; float *y; const float *panels, *bias; float *scratch;
  word images, height, width, channels, x_channels; WINDOW;
  word y_height, y_width, filters, y_channels, act;
};

// Copy one window's values side by side, 0 where it is outside of the image.
INLINE float *gather(const struct conv *o, const float *x, word y0, word x0, float *t) {
  word n = o->window_width * o->channels;
  word inside = o->dilation_right == 1 && o->channels == o->x_channels && x0 >= 0 && x0 + o->window_width <= o->width;
  for (word a = 0; a < o->window_height; a++, t += n) {
    word row = y0 + a * o->dilation_down;
    if (row < 0 || row >= o->height) clear_short(t, n);
    else if (inside) copy_short(t, x + (row * o->width + x0) * o->channels, n);
    else
      for (word b = 0; b < o->window_width; b++) {
        word column = x0 + b * o->dilation_right;
        if (column < 0 || column >= o->width) clear_short(t + b * o->channels, o->channels);
        else copy_short(t + b * o->channels, x + (row * o->width + column) * o->x_channels, o->channels);
      }
  }
  return t;
}

// The windows of one image from number `p` on to before `end`, row after row: some of them are gathered
// into `scratch` (16384 numbers, or 8 windows), so that they stay in the cache, and multiplied.
APART void conv_gathered(const struct conv *o, const float *x, float *y, word p, word end) {
  word inner = o->window_height * o->window_width * o->channels, block = 16384 / inner & ~3;
  if (block < 8) block = 8;
  for (; p < end; p += block) {
    word count = end - p < block ? end - p : block;
    float *t = o->scratch;
    word row = p / o->y_width, column = p % o->y_width;
    for (word q = 0; q < count; q++) {
      t = gather(o, x, row * o->down - o->top, column * o->right - o->left, t);
      if (++column == o->y_width) column = 0, row++;
    }
    gemm(o->scratch, inner, o->panels, y + p * o->y_channels, o->y_channels, count, inner, o->filters, o->bias, o->act, 0);
  }
}

// One image with few numbers in a window. Windows inside of it are multiplied where they are, a row
// of the output at a time, because gathering them takes up to a third of the time.
APART void conv_in_place(const struct conv *o, const float *x, float *y, word begin, word end) {
  word part = o->window_width * o->channels, step = o->right * o->channels, next = o->width * o->channels;
  for (word h = 0; h < o->y_height; h++) {
    word y0 = h * o->down - o->top, p = h * o->y_width;
    if (y0 < 0 || y0 + (o->window_height - 1) * o->dilation_down >= o->height) {
      conv_gathered(o, x, y, p, p + o->y_width);
      continue;
    }
    conv_gathered(o, x, y, p, p + begin);
    gemm_parts(x + y0 * next + begin * step - o->left * o->channels, step, o->window_height, o->dilation_down * next,
               o->panels, y + (p + begin) * o->y_channels, o->y_channels, end - begin, part, o->filters, o->bias, o->act, 0);
    conv_gathered(o, x, y, p + end, p + o->y_width);
  }
}

// A convolution. Groups are one row each of the plan: `channels` of the `x_channels` of the input,
// `filters` of the `y_channels` of the output.
APART void conv(const struct conv *row) {
  LOCAL(conv);
  // From which window to which all columns are inside.
  word space = o->width - o->window_width + o->left;
  word begin = (o->left + o->right - 1) / o->right, end = space < 0 ? 0 : space / o->right + 1;
  if (end > o->y_width) end = o->y_width;
  word few = o->window_height * o->window_width * o->channels <= 512;
  word in_place = few && o->dilation_right == 1 && o->channels == o->x_channels && end - begin >= 4;
  for (word i = 0; i < o->images; i++) {
    const float *x = o->x + i * o->height * o->width * o->x_channels;
    float *y = o->y + i * o->y_height * o->y_width * o->y_channels;
    if (in_place) conv_in_place(o, x, y, begin, end);
    else conv_gathered(o, x, y, 0, o->y_height * o->y_width);
  }
}

struct depthwise {
  word op; const float *x; float *y; const float *kernel, *bias;
  word images, height, width, channels, multiplier; WINDOW;
  word y_height, y_width, act;
};

// One window at any place, any size.
INLINE void depthwise_one(const struct depthwise *o, const float *x, word y0, word x0, float *y) {
  word C = o->channels, c = 0;
  for (; c + 4 <= C; c += 4) {
    v4 sum = o->bias ? load(o->bias + c) : all(0);
    for (word r = 0; r < o->window_height; r++) {
      word row = y0 + r * o->dilation_down;
      if (row < 0 || row >= o->height) continue;
      for (word q = 0; q < o->window_width; q++) {
        word column = x0 + q * o->dilation_right;
        if (column < 0 || column >= o->width) continue;
        sum = load(x + (row * o->width + column) * C + c) * load(o->kernel + (r * o->window_width + q) * C + c) + sum;
      }
    }
    store(y + c, rectified(sum, o->act));
  }
  for (; c < C; c++) {
    float sum = o->bias ? o->bias[c] : 0;
    for (word r = 0; r < o->window_height; r++) {
      word row = y0 + r * o->dilation_down;
      if (row < 0 || row >= o->height) continue;
      for (word q = 0; q < o->window_width; q++) {
        word column = x0 + q * o->dilation_right;
        if (column < 0 || column >= o->width) continue;
        sum += x[(row * o->width + column) * C + c] * o->kernel[(r * o->window_width + q) * C + c];
      }
    }
    if ((o->act == RELU || o->act == RELU6) && sum < 0) sum = 0;
    if (o->act == RELU6 && sum > 6) sum = 6;
    y[c] = sum;
  }
}

// Four windows side by side, 3 wide, all of their columns inside: what most models have. `step` is
// how far the window moves to the right, 1 or 2. Rows from `first` to before `last` are inside.
INLINE void depthwise_four(const struct depthwise *o, word first, word last, const float *x, float *y, const int step) {
  word C = o->channels;
  for (word c = 0; c < C; c += 4) {
    v4 start = o->bias ? load(o->bias + c) : all(0), s0 = start, s1 = start, s2 = start, s3 = start;
    for (word r = first; r < last; r++) {
      const float *p = x + r * o->dilation_down * o->width * C + c, *k = o->kernel + r * 3 * C + c;
      v4 k0 = load(k), k1 = load(k + C), k2 = load(k + 2 * C);
#define AT(N) load(p + (N) * C)
      v4 a = AT(0), b = AT(1), d = AT(2);
      s0 = a * k0 + s0, s0 = b * k1 + s0, s0 = d * k2 + s0;
      if (step == 1) {
        a = AT(3);
        s1 = b * k0 + s1, s1 = d * k1 + s1, s1 = a * k2 + s1;
        b = AT(4);
        s2 = d * k0 + s2, s2 = a * k1 + s2, s2 = b * k2 + s2;
        d = AT(5);
        s3 = a * k0 + s3, s3 = b * k1 + s3, s3 = d * k2 + s3;
      } else {
        a = AT(3), b = AT(4);
        s1 = d * k0 + s1, s1 = a * k1 + s1, s1 = b * k2 + s1;
        a = AT(5), d = AT(6);
        s2 = b * k0 + s2, s2 = a * k1 + s2, s2 = d * k2 + s2;
        a = AT(7), b = AT(8);
        s3 = d * k0 + s3, s3 = a * k1 + s3, s3 = b * k2 + s3;
      }
#undef AT
    }
    store(y + c, rectified(s0, o->act)), store(y + C + c, rectified(s1, o->act));
    store(y + 2 * C + c, rectified(s2, o->act)), store(y + 3 * C + c, rectified(s3, o->act));
  }
}

// The same for windows of any width.
INLINE void depthwise_wide(const struct depthwise *o, word first, word last, const float *x, float *y) {
  word C = o->channels, next = o->right * C;
  for (word c = 0; c < C; c += 4) {
    v4 start = o->bias ? load(o->bias + c) : all(0), s0 = start, s1 = start, s2 = start, s3 = start;
    for (word r = first; r < last; r++) {
      const float *p = x + r * o->dilation_down * o->width * C + c, *k = o->kernel + r * o->window_width * C + c;
      for (word q = 0; q < o->window_width; q++, p += o->dilation_right * C, k += C) {
        v4 w = load(k);
        s0 = load(p) * w + s0, s1 = load(p + next) * w + s1;
        s2 = load(p + 2 * next) * w + s2, s3 = load(p + 3 * next) * w + s3;
      }
    }
    store(y + c, rectified(s0, o->act)), store(y + C + c, rectified(s1, o->act));
    store(y + 2 * C + c, rectified(s2, o->act)), store(y + 3 * C + c, rectified(s3, o->act));
  }
}

// Several filters for each channel: filter m of channel c is column c * multiplier + m.
INLINE void depthwise_several(const struct depthwise *o, const float *x, word y0, word x0, float *y) {
  word C = o->channels, M = o->multiplier;
  for (word c = 0; c < C * M; c++) y[c] = o->bias ? o->bias[c] : 0;
  for (word r = 0; r < o->window_height; r++) {
    word row = y0 + r * o->dilation_down;
    if (row < 0 || row >= o->height) continue;
    for (word q = 0; q < o->window_width; q++) {
      word column = x0 + q * o->dilation_right;
      if (column < 0 || column >= o->width) continue;
      const float *from = x + (row * o->width + column) * C, *k = o->kernel + (r * o->window_width + q) * C * M;
      for (word c = 0; c < C; c++)
        for (word m = 0; m < M; m++) y[c * M + m] += from[c] * k[c * M + m];
    }
  }
  activate(y, y, C * M, o->act, 0);
}

// A convolution of each channel on its own.
APART void depthwise(const struct depthwise *row) {
  LOCAL(depthwise);
  word C = o->channels, step = o->right;
  word four = o->multiplier == 1 && !(C & 3);
  word three = o->window_width == 3 && o->dilation_right == 1;
  // From which window to which all columns are inside.
  word space = o->width - (o->window_width - 1) * o->dilation_right - 1 + o->left;
  word begin = (o->left + step - 1) / step, end = space < 0 ? 0 : space / step + 1;
  if (end > o->y_width) end = o->y_width;
  for (word i = 0; i < o->images; i++) {
    const float *x = o->x + i * o->height * o->width * C;
    float *y = o->y + i * o->y_height * o->y_width * C * o->multiplier;
    for (word h = 0; h < o->y_height; h++) {
      word y0 = h * o->down - o->top, first = 0, last = o->window_height;
      while (first < last && y0 + first * o->dilation_down < 0) first++;
      while (last > first && y0 + (last - 1) * o->dilation_down >= o->height) last--;
      for (word w = 0; w < o->y_width;) {
        word x0 = w * step - o->left;
        float *to = y + (h * o->y_width + w) * C * o->multiplier;
        if (four && w >= begin && w + 4 <= end) {
          const float *from = x + (y0 * o->width + x0) * C;
          if (three && step == 1) depthwise_four(o, first, last, from, to, 1);
          else if (three && step == 2) depthwise_four(o, first, last, from, to, 2);
          else depthwise_wide(o, first, last, from, to);
          w += 4;
        } else {
          if (o->multiplier == 1) depthwise_one(o, x, y0, x0, to);
          else depthwise_several(o, x, y0, x0, to);
          w++;
        }
      }
    }
  }
  if (o->multiplier == 1 && o->act > RELU6) {
    word n = o->images * o->y_height * o->y_width * C;
    activate(o->y, o->y, n, o->act, 0);
  }
}

struct spread {
  word op; const float *x; float *y; const float *bias;
  word images, height, width; WINDOW;
  word y_height, y_width, filters, act;
};

// The second half of a transposed convolution: x has a whole window of filters for each value of the
// input, which is added to the output around its place. What falls outside is cut off.
APART void spread(const struct spread *row) {
  LOCAL(spread);
  word F = o->filters, places = o->y_height * o->y_width;
  for (word i = 0; i < o->images; i++) {
    const float *from = o->x + i * o->height * o->width * o->window_height * o->window_width * F;
    float *y = o->y + i * places * F;
    for (word p = 0; p < places; p++)
      for (word j = 0; j < F; j++) y[p * F + j] = 0;
    // Window by window position, in NumPy's order, so that sums round alike.
    for (word a = 0; a < o->window_height; a++)
      for (word b = 0; b < o->window_width; b++)
        for (word h = 0; h < o->height; h++) {
          word row = h * o->down + a * o->dilation_down - o->top;
          if (row < 0 || row >= o->y_height) continue;
          for (word w = 0; w < o->width; w++) {
            word column = w * o->right + b * o->dilation_right - o->left;
            if (column < 0 || column >= o->y_width) continue;
            const float *add = from + (((h * o->width + w) * o->window_height + a) * o->window_width + b) * F;
            float *to = y + (row * o->y_width + column) * F;
            word j = 0;
            for (; j + 4 <= F; j += 4) store(to + j, load(to + j) + load(add + j));
            for (; j < F; j++) to[j] += add[j];
          }
        }
    if (o->bias)
      for (word p = 0; p < places; p++)
        for (word j = 0; j < F; j++) y[p * F + j] += o->bias[j];
    if (o->act) activate(y, y, places * F, o->act, 0);
  }
}

// ---------------------------------------------------------------- pooling and normalizing

struct pool {
  word op; const float *x; float *y; word images, height, width, channels; WINDOW;
  word y_height, y_width, mean;
};

// The larger one, and NaN if one of them is.
INLINE v4 larger(v4 a, v4 b) { return choose((a < b) | (b != b), b, a); }

// The largest or mean values of `part` channels in one window.
INLINE v4 pool_some(const struct pool *o, const float *first, word rows, word columns, const word part) {
  v4 found = all(0);
  if (!o->mean) found = part == 4 ? load(first) : partly(first, part);
  for (word r = 0; r < rows; r++) {
    const float *p = first + r * o->width * o->channels;
    for (word q = 0; q < columns; q++, p += o->channels) {
      v4 v = part == 4 ? load(p) : partly(p, part);
      if (o->mean) found = found + v;
      else found = larger(found, v);
    }
  }
  if (o->mean) found = found / all((float)(rows * columns));
  return found;
}

// The largest or mean value of each window; what is outside does not count.
APART void pool(const struct pool *row) {
  LOCAL(pool);
  word C = o->channels;
  for (word i = 0; i < o->images; i++)
    for (word h = 0; h < o->y_height; h++)
      for (word w = 0; w < o->y_width; w++) {
        word top = h * o->down - o->top, left = w * o->right - o->left;
        word bottom = top + o->window_height, end = left + o->window_width;
        if (top < 0) top = 0;
        if (left < 0) left = 0;
        if (bottom > o->height) bottom = o->height;
        if (end > o->width) end = o->width;
        const float *x = o->x + i * o->height * o->width * C;
        float *y = o->y + ((i * o->y_height + h) * o->y_width + w) * C;
        for (word c = 0; c < C; c += 4) {
          word part = C - c < 4 ? C - c : 4;  // the last one to three channels are filled up
          const float *first = x + (top * o->width + left) * C + c;
          if (part < 4) {
            float t[4];
            store(t, pool_some(o, first, bottom - top, end - left, part));
            for (word j = 0; j < part; j++) y[c + j] = t[j];
          } else store(y + c, pool_some(o, first, bottom - top, end - left, 4));
        }
      }
}

struct softmax { word op; const float *x; float *y; word rows, width, log; };

// exp(x), scaled so that each row sums to 1, or the logarithm of that.
APART void softmax(const struct softmax *row) {
  LOCAL(softmax);
  word n = o->width;
  for (word i = 0; i < o->rows; i++) {
    const float *x = o->x + i * n;
    float *y = o->y + i * n, top = x[0], sum = 0;
    for (word j = 1; j < n; j++) top = x[j] > top ? x[j] : top;
    word j = 0;
    v4 part = all(0);
    for (; j + 4 <= n; j += 4) {
      v4 shifted = load(x + j) - all(top), e = exp4(shifted);
      part = part + e;
      store(y + j, o->log ? shifted : e);
    }
    sum = (part[0] + part[1]) + (part[2] + part[3]);
    for (; j < n; j++) {
      v4 shifted = all(x[j] - top), e = exp4(shifted);
      sum += e[0];
      y[j] = o->log ? shifted[0] : e[0];
    }
    if (o->log) {
      float low = log4(all(sum))[0];
      if (sum != sum) low = sum;
      for (j = 0; j < n; j++) y[j] -= low;
    } else
      for (j = 0; j < n; j++) y[j] /= sum;
  }
}

// The sum of n numbers, or of the squares of what they are above `mean`. Four sums side by side round
// less than one, and are faster.
INLINE float sum_of(const float *x, word n, float mean, const int squared) {
  v4 part = all(0);
  word j = 0;
  for (; j + 4 <= n; j += 4) {
    v4 v = load(x + j) - all(mean);
    if (squared) v = v * v;
    part += v;
  }
  float sum = (part[0] + part[1]) + (part[2] + part[3]);
  for (; j < n; j++) sum += squared ? (x[j] - mean) * (x[j] - mean) : x[j] - mean;
  return sum;
}

struct normalize {
  word op; const float *x; float *y; const float *gamma, *beta;
  word count, groups, positions, channels, x_channels, gamma_step, rms; float epsilon;
};

// Bring each group of values to mean 0 and variance 1, then times gamma plus beta. A group has
// `positions` rows of `channels`, `x_channels` apart. Group g begins at channel g * channels.
// With `rms` the mean stays. Gamma and beta have a value for each channel of all groups, or (with
// `gamma_step`) one for each value of a group.
APART void normalize(const struct normalize *row) {
  LOCAL(normalize);
  word C = o->channels, step = o->x_channels;
  float number = (float)(C * o->positions);
  for (word i = 0; i < o->count; i++)
    for (word g = 0; g < o->groups; g++) {
      const float *x = o->x + i * o->positions * step + g * C;
      float *y = o->y + i * o->positions * step + g * C;
      float mean = 0, variance = 0;
      for (word p = 0; p < o->positions && !o->rms; p++) mean += sum_of(x + p * step, C, 0, 0);
      mean /= number;
      for (word p = 0; p < o->positions; p++) variance += sum_of(x + p * step, C, mean, 1);
      float root = __builtin_sqrtf(variance / number + o->epsilon);
      for (word p = 0; p < o->positions; p++)
        for (word c = 0; c < C; c++) {
          word k = p * o->gamma_step + g * C + c;
          float v = (x[p * step + c] - mean) / root;
          if (o->gamma) v *= o->gamma[k];
          y[p * step + c] = o->beta ? v + o->beta[k] : v;
        }
    }
}

struct affine { word op; const float *x; float *y; const float *scale, *shift; word rows, channels, act; };

// x * scale + shift, one of each for each channel: a normalization that no product takes in.
APART void affine(const struct affine *row) {
  LOCAL(affine);
  word C = o->channels;
  for (word i = 0; i < o->rows; i++) {
    const float *x = o->x + i * C;
    float *y = o->y + i * C;
    word c = 0;
    for (; c + 4 <= C; c += 4) store(y + c, rectified(load(x + c) * load(o->scale + c) + load(o->shift + c), o->act));
    for (; c < C; c++) {
      float v = x[c] * o->scale[c] + o->shift[c];
      if ((o->act == RELU || o->act == RELU6) && v < 0) v = 0;
      y[c] = o->act == RELU6 && v > 6 ? 6 : v;
    }
  }
  if (o->act > RELU6) activate(o->y, o->y, o->rows * C, o->act, 0);
}

// ---------------------------------------------------------------- each number by itself

struct elementwise { word op; const float *x; float *y; word count, act; float slope; };

// KEEP and HIDE have a mask on the right: scores that it leaves out become -1e9, or that is added.
enum combination { ADD, SUBTRACT, MULTIPLY, MAXIMUM, MINIMUM, KEEP, HIDE };
struct combine {
  word op; const float *a, *b; float *y; word how, act; float factor; word sides[4], a_steps[4], b_steps[4];
};

INLINE v4 combined(v4 a, v4 b, word how) {
  switch (how) {
    case ADD: return a + b;
    case SUBTRACT: return a - b;
    case MULTIPLY: return a * b;
    case MAXIMUM: return larger(a, b);
    case KEEP: return choose(b != all(0), a, all(-1e9f));
    case HIDE: return a + choose(b != all(0), all(0), all(-1e9f));
  }
  return choose((b < a) | (b != b), b, a);
}

// Combine two tensors of up to 4 sides, number by number; a step of 0 repeats a side of 1.
APART void combine(const struct combine *row) {
  LOCAL(combine);
  float *y = o->y;
  word n = o->sides[3], a_step = o->a_steps[3], b_step = o->b_steps[3];
  for (word i = 0; i < o->sides[0]; i++)
    for (word j = 0; j < o->sides[1]; j++)
      for (word k = 0; k < o->sides[2]; k++, y += n) {
        const float *a = o->a + i * o->a_steps[0] + j * o->a_steps[1] + k * o->a_steps[2];
        const float *b = o->b + i * o->b_steps[0] + j * o->b_steps[1] + k * o->b_steps[2];
        word m = 0;
        for (; m + 4 <= n; m += 4) {
          v4 v = combined(a_step ? load(a + m) : all(*a), b_step ? load(b + m) : all(*b), o->how);
          store(y + m, rectified(v * all(o->factor), o->act));
        }
        for (; m < n; m++) {
          v4 v = combined(all(a[m * a_step]), all(b[m * b_step]), o->how);
          y[m] = rectified(v * all(o->factor), o->act)[0];
        }
      }
  if (o->act > RELU6) {
    word count = o->sides[0] * o->sides[1] * o->sides[2] * n;
    activate(o->y, o->y, count, o->act, 0);
  }
}

struct prelu { word op; const float *x; float *y; const float *slopes; word rows, width; };

// x above 0, x times its own slope below. The slopes are those of one row. x and y may be the same.
APART void prelu(const struct prelu *row) {
  LOCAL(prelu);
  word n = o->width;
  for (word i = 0; i < o->rows; i++) {
    const float *x = o->x + i * n;
    float *y = o->y + i * n;
    word j = 0;
    for (; j + 4 <= n; j += 4) {
      v4 v = load(x + j);
      store(y + j, choose(v >= all(0), v, v * load(o->slopes + j)));
    }
    for (; j < n; j++) y[j] = x[j] >= 0 ? x[j] : x[j] * o->slopes[j];
  }
}

// ---------------------------------------------------------------- images in another size

// `rows` has the row of x before each one of y, then all those after; `down` has how near the second
// one is. Columns likewise. Without `down` the first ones are copied.
struct resize {
  word op; const float *x; float *y; const int *rows, *columns; const float *down, *across;
  word images, height, width, channels, y_height, y_width, shares;
};

// Keras adds two shares of the numbers (`shares`), TensorFlow a part of their difference.
INLINE v4 blend(v4 a, v4 b, v4 part, word shares) {
  return shares ? a * (all(1) - part) + b * part : a + (b - a) * part;
}

APART void resize(const struct resize *row) {
  LOCAL(resize);
  word C = o->channels, H = o->y_height, W = o->y_width;
  float *y = o->y;
  for (word i = 0; i < o->images; i++) {
    const float *x = o->x + i * o->height * o->width * C;
    for (word h = 0; h < H; h++)
      for (word w = 0; w < W; w++, y += C) {
        word left = o->columns[w] * C, right = o->columns[W + w] * C;
        const float *top = x + o->rows[h] * o->width * C, *bottom = x + o->rows[H + h] * o->width * C;
        if (!o->down) {
          copy_short(y, top + left, C);
          continue;
        }
        v4 down = all(o->down[h]), across = all(o->across[w]);
#define BLENDED(AT) blend(blend(AT(top + left), AT(top + right), across, o->shares), \
                          blend(AT(bottom + left), AT(bottom + right), across, o->shares), down, o->shares)
#define FOUR(P) load((P) + c)
#define ONE(P) all((P)[c])
        word c = 0;
        for (; c + 4 <= C; c += 4) store(y + c, BLENDED(FOUR));
        for (; c < C; c++) y[c] = BLENDED(ONE)[0];
#undef ONE
#undef FOUR
#undef BLENDED
      }
  }
}

// ---------------------------------------------------------------- moving numbers

struct move { word op; const float *x; float *y; word sides[6], x_steps[6], y_steps[6]; };

// Copy a tensor of up to 6 sides, with any steps in both: transposing, joining, cutting, repeating.
APART void move(const struct move *row) {
  LOCAL(move);
  const word *s = o->sides, *a = o->x_steps, *b = o->y_steps;
  for (word i = 0; i < s[0]; i++)
    for (word j = 0; j < s[1]; j++)
      for (word k = 0; k < s[2]; k++)
        for (word l = 0; l < s[3]; l++)
          for (word m = 0; m < s[4]; m++) {
            const float *x = o->x + i * a[0] + j * a[1] + k * a[2] + l * a[3] + m * a[4];
            float *y = o->y + i * b[0] + j * b[1] + k * b[2] + l * b[3] + m * b[4];
            if (a[5] == 1 && b[5] == 1) copy_short(y, x, s[5]);
            else
              for (word n = 0; n < s[5]; n++) y[n * b[5]] = x[n * a[5]];
          }
}

struct fill { word op; float *y; word count; float value; };

struct widen { word op; const int *x; float *y; word count; };

struct embed { word op; const void *x; const float *table; float *y; word count, rows, width, whole; };

// Copy a row of the table for each number, which is an int32 (`whole`) or a float32. Return whether
// all numbers are in range; a plan then ends, and NumPy says which is not.
APART int embed(const struct embed *o) {
  for (word i = 0; i < o->count; i++) {
    word row;
    if (o->whole) {
      row = ((const int *)o->x)[i];
      if (row < 0 || row >= o->rows) return 0;
    } else {
      float number = ((const float *)o->x)[i];
      if (!(number > -1 && number < (float)o->rows)) return 0;
      row = (word)number;
    }
    copy_short(o->y + i * o->width, o->table + row * o->width, o->width);
  }
  return 1;
}

struct differs { word op; const void *x; float *y; word rows, width, whole; float value; };

// 1 for each row that has a number other than `value`, and 0 for the others: a mask. The numbers
// are int32 (`whole`) or float32.
APART void differs(const struct differs *o) {
  for (word i = 0; i < o->rows; i++) {
    const int *whole = (const int *)o->x + i * o->width;
    const float *x = (const float *)o->x + i * o->width;
    word found = 0;
    for (word j = 0; j < o->width && !found; j++)
      found = o->whole ? (float)whole[j] != o->value : x[j] != o->value;
    o->y[i] = found ? 1 : 0;
  }
}

// ---------------------------------------------------------------- recurrent cells

// z has the products of all inputs (steps, batch, gates * units) with the bias. The state h (and c)
// is changed step by step. `y` gets the outputs of all steps (batch, steps, units) unless it is 0.
// `reverse` begins with the last step; the outputs are in the order of computing. Where the mask
// (batch, steps) is 0, a state stays, and the output is that before it or 0 (`zero_masked`).
struct cell {
  word op; float *z; const float *recurrent; float *h, *c, *y, *scratch; const float *bias, *mask;
  word steps, batch, units, act, gate, reverse, y_step, y_row, zero_masked;
};

INLINE word skipped(const struct cell *o, word example, word step) {
  return o->mask && !o->mask[example * o->steps + (o->reverse ? o->steps - 1 - step : step)];
}

INLINE void keep(const struct cell *o, word step) {
  for (word b = 0; b < o->batch && o->y; b++) {
    float *to = o->y + b * o->y_row + step * o->y_step;
    if (o->zero_masked && skipped(o, b, step)) clear_short(to, o->units);
    else copy_short(to, o->h + b * o->units, o->units);
  }
}

INLINE float *step_of(const struct cell *o, word step, word gates) {
  return o->z + (o->reverse ? o->steps - 1 - step : step) * o->batch * gates * o->units;
}

APART void simple_rnn(const struct cell *row) {
  LOCAL(cell);
  word U = o->units;
  for (word t = 0; t < o->steps; t++) {
    float *z = step_of(o, t, 1);
    gemm(o->h, U, o->recurrent, z, U, o->batch, U, U, 0, LINEAR, 1);
    for (word b = 0; b < o->batch; b++)
      if (!skipped(o, b, t)) activate(z + b * U, o->h + b * U, U, o->act, 0);
    keep(o, t);
  }
}

// Gates i, f, c and o.
APART void lstm(const struct cell *row) {
  LOCAL(cell);
  word U = o->units;
  for (word t = 0; t < o->steps; t++) {
    float *z = step_of(o, t, 4);
    gemm(o->h, U, o->recurrent, z, 4 * U, o->batch, U, 4 * U, 0, LINEAR, 1);
    for (word b = 0; b < o->batch; b++) {
      if (skipped(o, b, t)) continue;
      float *q = z + b * 4 * U, *c = o->c + b * U, *h = o->h + b * U;
      activate(q, q, 2 * U, o->gate, 0);
      activate(q + 2 * U, q + 2 * U, U, o->act, 0);
      activate(q + 3 * U, q + 3 * U, U, o->gate, 0);
      word j = 0;
      for (; j + 4 <= U; j += 4) store(c + j, load(q + U + j) * load(c + j) + load(q + j) * load(q + 2 * U + j));
      for (; j < U; j++) c[j] = q[U + j] * c[j] + q[j] * q[2 * U + j];
      activate(c, h, U, o->act, 0);
      for (j = 0; j + 4 <= U; j += 4) store(h + j, load(h + j) * load(q + 3 * U + j));
      for (; j < U; j++) h[j] *= q[3 * U + j];
    }
    keep(o, t);
  }
}

// Gates z, r and h. The reset gate acts before the product with the recurrent kernel, of which
// `recurrent` has two parts: (units, 2 * units) in panels, then (units, units).
APART void gru(const struct cell *row) {
  LOCAL(cell);
  word U = o->units, B = o->batch;
  const float *candidate = o->recurrent + (2 * U + 7) / 8 * 8 * U;
  for (word t = 0; t < o->steps; t++) {
    float *z = step_of(o, t, 3);
    gemm(o->h, U, o->recurrent, z, 3 * U, B, U, 2 * U, 0, LINEAR, 1);
    for (word b = 0; b < B; b++) {
      float *q = z + b * 3 * U;
      activate(q, q, 2 * U, o->gate, 0);
      for (word j = 0; j < U; j++) o->scratch[b * U + j] = q[U + j] * o->h[b * U + j];
    }
    gemm(o->scratch, U, candidate, z + 2 * U, 3 * U, B, U, U, 0, LINEAR, 1);
    for (word b = 0; b < B; b++) {
      if (skipped(o, b, t)) continue;
      float *q = z + b * 3 * U, *h = o->h + b * U;
      activate(q + 2 * U, q + 2 * U, U, o->act, 0);
      for (word j = 0; j < U; j++) h[j] = q[j] * h[j] + (1 - q[j]) * q[2 * U + j];
    }
    keep(o, t);
  }
}

// The same with the reset gate after the product: `scratch` is (batch, 3 * units).
APART void gru_after(const struct cell *row) {
  LOCAL(cell);
  word U = o->units, B = o->batch;
  for (word t = 0; t < o->steps; t++) {
    float *z = step_of(o, t, 3);
    gemm(o->h, U, o->recurrent, o->scratch, 3 * U, B, U, 3 * U, o->bias, LINEAR, 0);
    for (word b = 0; b < B; b++) {
      if (skipped(o, b, t)) continue;
      float *q = z + b * 3 * U, *s = o->scratch + b * 3 * U, *h = o->h + b * U;
      for (word j = 0; j < 2 * U; j++) q[j] += s[j];
      activate(q, q, 2 * U, o->gate, 0);
      for (word j = 0; j < U; j++) q[2 * U + j] += q[U + j] * s[2 * U + j];
      activate(q + 2 * U, q + 2 * U, U, o->act, 0);
      for (word j = 0; j < U; j++) h[j] = q[j] * h[j] + (1 - q[j]) * q[2 * U + j];
    }
    keep(o, t);
  }
}

// ---------------------------------------------------------------- plans

enum operation {
  GEMM = 1, CONV, DEPTHWISE, SPREAD, POOL, SOFTMAX, NORMALIZE, AFFINE, ELEMENTWISE, COMBINE, MOVE,
  FILL, EMBED, SIMPLE_RNN, LSTM, GRU, GRU_AFTER, PRODUCTS, WIDEN,
  DIFFERS, PRELU, RESIZE,
};

// Execute `count` rows. Return 0, or the number of the row (from 1) that only NumPy can answer.
EXPORT int run(const word *rows, int count) {
  for (int n = 1; n <= count; n++, rows += ROW) {
    const void *o = rows;
    switch (rows[0]) {
      case GEMM: {
        const struct gemm *g = o;
        gemm(g->x, g->x_row, g->panels, g->y, g->y_row, g->rows, g->inner, g->columns, g->bias, g->act, g->add);
        break;
      }
      case CONV: conv(o); break;
      case DEPTHWISE: depthwise(o); break;
      case SPREAD: spread(o); break;
      case POOL: pool(o); break;
      case SOFTMAX: softmax(o); break;
      case NORMALIZE: normalize(o); break;
      case AFFINE: affine(o); break;
      case ELEMENTWISE: {
        const struct elementwise *e = o;
        activate(e->x, e->y, e->count, e->act, e->slope);
        break;
      }
      case COMBINE: combine(o); break;
      case MOVE: move(o); break;
      case FILL: {
        const struct fill *f = o;
        for (word j = 0; j < f->count; j++) f->y[j] = f->value;
        break;
      }
      case EMBED:
        if (!embed(o)) return n;
        break;
      case SIMPLE_RNN: simple_rnn(o); break;
      case LSTM: lstm(o); break;
      case GRU: gru(o); break;
      case GRU_AFTER: gru_after(o); break;
      case PRODUCTS: products(o); break;
      case DIFFERS: differs(o); break;
      case PRELU: prelu(o); break;
      case RESIZE: resize(o); break;
      case WIDEN: {  // int32 to float32
        const struct widen *w = o;
        for (word j = 0; j < w->count; j++) w->y[j] = (float)w->x[j];
        break;
      }
      default: return n;
    }
  }
  return 0;
}

// ---------------------------------------------------------------- stored weights

// float16 to float32, exactly.
EXPORT void widen_halves(const unsigned short *from, float *to, word n) {
  for (word j = 0; j < n; j++) {
    unsigned h = from[j], sign = (h & 0x8000) << 16, exponent = h >> 10 & 31, rest = h & 0x3ff;
    union { unsigned bits; float number; } r;
    if (exponent == 31) r.bits = 0x7f800000 | rest << 13;
    else if (exponent) r.bits = (exponent + 112) << 23 | rest << 13;
    else r.number = (float)rest * 5.9604644775390625e-8f;  // 2^-24
    r.bits |= sign;
    to[j] = r.number;
  }
}

// Whole numbers of 1 or 2 bytes to float32: number * scale + low, in double precision as NumPy has it.
EXPORT void widen_wholes(const void *from, float *to, word n, word bytes, double scale, double low) {
  const unsigned char *one = from;
  const unsigned short *two = from;
  for (word j = 0; j < n; j++) to[j] = (float)((double)(bytes == 1 ? one[j] : two[j]) * scale + low);
}
