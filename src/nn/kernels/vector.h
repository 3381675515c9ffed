/*
 * vector.h -- a register full of floats, and what the kernels do with it.
 *
 * A vector is VECTOR floats, as wide as the registers of the instruction set; LANES of them are
 * HALVES vectors. Memory is aligned to 64 bytes unless a function says otherwise.
 *
 * Everything here is inlined. An array of vectors stays in registers only if its size and all the
 * bounds of the loops over it are literals after inlining.
 */
#ifndef NN_KERNELS_VECTOR_H
#define NN_KERNELS_VECTOR_H

#include "nn/kernels.h"

#ifdef __AVX__
#include <immintrin.h>
#endif
#include <string.h>

/* VECTOR: floats a register. KEPT: vectors of a tile's smaller side for which there are registers
 * beside the sums. */
#if defined(__AVX512F__)
enum { VECTOR = 16, KEPT = 4 };
#elif defined(__AVX__)
enum { VECTOR = 8, KEPT = 2 };
#else
enum { VECTOR = 4, KEPT = 2 };
#endif

enum { HALVES = LANES / VECTOR };

typedef float vec __attribute__((vector_size(VECTOR * sizeof(float))));
typedef int ivec __attribute__((vector_size(VECTOR * sizeof(int))));

#define INLINE static inline __attribute__((always_inline))

/* A for loop with a literal bound, unrolled all the way. */
#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)") for
#else
#define UNROLLED _Pragma("GCC unroll 16") for
#endif

/* Does what follows with n a literal, whichever of 1 to `most` the number is; `most` is at most 6
 * and a literal itself. */
#define WITH_LITERAL(n, number, most, ...)                                                         \
    switch (number) {                                                                              \
        LITERAL_CASE(n, 1, most, __VA_ARGS__)                                                      \
        LITERAL_CASE(n, 2, most, __VA_ARGS__)                                                      \
        LITERAL_CASE(n, 3, most, __VA_ARGS__)                                                      \
        LITERAL_CASE(n, 4, most, __VA_ARGS__)                                                      \
        LITERAL_CASE(n, 5, most, __VA_ARGS__)                                                      \
        LITERAL_CASE(n, 6, most, __VA_ARGS__)                                                      \
    }
#define LITERAL_CASE(n, literal, most, ...)                                                        \
    case literal:                                                                                  \
        if (literal <= (most)) {                                                                   \
            enum { n = literal };                                                                  \
            __VA_ARGS__;                                                                           \
        }                                                                                          \
        break;

/* The elements of a and, numbered from VECTOR on, of b in the order of the indices. */
#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (ivec){__VA_ARGS__})
#endif

/* The same order of four in each 128 bits of a vector. */
#if defined(__AVX512F__)
#define QUARTER(q, a, b, c, d) 4 * (q) + (a), 4 * (q) + (b), 4 * (q) + (c), 4 * (q) + (d)
#define IN_QUARTERS(a, b, c, d)                                                                    \
    QUARTER(0, a, b, c, d), QUARTER(1, a, b, c, d), QUARTER(2, a, b, c, d), QUARTER(3, a, b, c, d)
#elif defined(__AVX__)
#define IN_QUARTERS(a, b, c, d) a, b, c, d, 4 + (a), 4 + (b), 4 + (c), 4 + (d)
#else
#define IN_QUARTERS(a, b, c, d) a, b, c, d
#endif

INLINE vec load(const float *from)
{
    return *(const vec *)from;
}

INLINE void store(float *to, vec value)
{
    *(vec *)to = value;
}

/* At any address. */
INLINE vec load_anywhere(const float *from)
{
    vec value;

    memcpy(&value, from, sizeof value);
    return value;
}

INLINE void store_anywhere(float *to, vec value)
{
    memcpy(to, &value, sizeof value);
}

/* The same address, of which the compiler knows nothing more. So it neither keeps what it loads
 * there for other loads, nor the address itself for other uses: both would cost registers. */
INLINE const float *hidden(const float *address)
{
    __asm__("" : "+r"(address));
    return address;
}

INLINE float *hidden_output(float *address)
{
    __asm__("" : "+r"(address));
    return address;
}

INLINE vec splat(float value)
{
    return value - (vec){0}; /* the same value in every lane, the sign of zero included */
}

/* sum + a * b, rounded once wherever the machine can: by all three of these, or a sum would depend
 * on which of them added to it. Whether the compiler does so by itself depends on its options. */
INLINE vec multiply_add(vec sum, vec a, vec b)
{
#if defined(__AVX512F__)
    return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)sum);
#elif defined(__FMA__)
    return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)sum);
#else
    return sum + a * b;
#endif
}

/* The same in place, for tiles that need every register: left to itself the compiler moves sums
 * about, and two of them to memory and back. */
INLINE vec add_product(vec sum, vec a, vec b)
{
#if defined(__FMA__) || defined(__AVX512F__)
    __asm__("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
    return sum;
#else
    return sum + a * b;
#endif
}

/* And with b in memory, which takes no register. */
INLINE vec add_product_at(vec sum, vec a, const float *b)
{
#if defined(__FMA__) || defined(__AVX512F__)
    __asm__("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(a), "m"(*(const vec *)b));
    return sum;
#else
    return sum + a * load(b);
#endif
}

/* a if the mask's bits are set, else zero. */
INLINE vec keep(ivec mask, vec a)
{
    return (vec)((ivec)a & mask);
}

/* a if the mask's bits are set, else b. */
INLINE vec pick(ivec mask, vec a, vec b)
{
    return (vec)(((ivec)a & mask) | ((ivec)b & ~mask));
}

/* NaN stays NaN, as PyTorch's ReLU has it. */
INLINE vec positive_part(vec a)
{
    return keep(~(a <= 0.0F), a);
}

/* The greater of numbers. */
INLINE vec greater(vec a, vec b)
{
    return pick(a > b, a, b);
}

/* NaN if either is. */
INLINE vec maximum(vec a, vec b)
{
    return pick((a > b) | (a != a), a, b);
}

INLINE float *pixel_at(const struct map *map, int channel, int y, int x)
{
    return map->data + (channel * (ptrdiff_t)map->plane + y * (ptrdiff_t)map->pitch + x) * LANES;
}

static inline int smaller(int a, int b)
{
    return a < b ? a : b;
}

static inline int larger(int a, int b)
{
    return a > b ? a : b;
}

static inline int rounded_up_quotient(int a, int b)
{
    return (a + b - 1) / b;
}

/* A length cut into parts of nearly the same size: part t of n ends at length * (t + 1) / n. */
struct cut {
    int parts, part, rest; /* rest: of the division so far */
};

INLINE struct cut cut_into(int length, int most)
{
    const int parts = rounded_up_quotient(length, most);

    return (struct cut){parts, parts > 0 ? length / parts : 0, 0};
}

/* The size of the next part. */
INLINE int cut_next(struct cut *cut, int length)
{
    cut->rest += length - cut->part * cut->parts;
    if (cut->rest < cut->parts)
        return cut->part;
    cut->rest -= cut->parts;
    return cut->part + 1;
}

/* The sum of a vector's elements, by halves: element i + VECTOR / 2 is added to element i, and so
 * on. */
INLINE float sum_vector(vec a)
{
    float lanes[VECTOR] __attribute__((aligned(64)));

    store(lanes, a);
    UNROLLED (int half = VECTOR / 2; half > 0; half /= 2)
        UNROLLED (int i = 0; i < half; i++)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

/* One round of a transposition among vectors of 128-bit blocks: the even blocks of each pair of
 * vectors, then the odd ones. */
INLINE void turn_blocks(vec rows[VECTOR], const int step)
{
#if defined(__AVX__)
    UNROLLED (int i = 0; i < VECTOR; i++) {
        if ((i & step) == 0) {
            vec a = rows[i], b = rows[i + step];
#if defined(__AVX512F__)
            rows[i] = SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
            rows[i + step] =
                SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
#else
            rows[i] = SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
            rows[i + step] = SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
#endif
        }
    }
#else
    (void)rows, (void)step;
#endif
}

/* Transposes a square of vectors: first within each 128 bits, then the blocks of 128 bits. */
INLINE void transpose(vec rows[VECTOR])
{
    UNROLLED (int i = 0; i < VECTOR; i += 4) {
        vec a = rows[i], b = rows[i + 1], c = rows[i + 2], d = rows[i + 3];
        vec ab = SHUFFLE(a, b, IN_QUARTERS(0, VECTOR, 1, VECTOR + 1));
        vec cd = SHUFFLE(c, d, IN_QUARTERS(0, VECTOR, 1, VECTOR + 1));
        rows[i] = SHUFFLE(ab, cd, IN_QUARTERS(0, 1, VECTOR, VECTOR + 1));
        rows[i + 1] = SHUFFLE(ab, cd, IN_QUARTERS(2, 3, VECTOR + 2, VECTOR + 3));
        ab = SHUFFLE(a, b, IN_QUARTERS(2, VECTOR + 2, 3, VECTOR + 3));
        cd = SHUFFLE(c, d, IN_QUARTERS(2, VECTOR + 2, 3, VECTOR + 3));
        rows[i + 2] = SHUFFLE(ab, cd, IN_QUARTERS(0, 1, VECTOR, VECTOR + 1));
        rows[i + 3] = SHUFFLE(ab, cd, IN_QUARTERS(2, 3, VECTOR + 2, VECTOR + 3));
    }
    turn_blocks(rows, 4);
#if defined(__AVX512F__)
    turn_blocks(rows, 8);
#endif
}

/* to[i] = the sum of vector i's elements, in sum_vector's order, for `count` vectors one after the
 * other; `to` is anywhere. */
static inline void sum_vectors(const vec *vectors, int count, float *to)
{
    int i = 0;

    for (; i + VECTOR <= count; i += VECTOR) {
        vec rows[VECTOR];
        UNROLLED (int r = 0; r < VECTOR; r++)
            rows[r] = vectors[i + r];
        transpose(rows);
        UNROLLED (int half = VECTOR / 2; half > 0; half /= 2)
            UNROLLED (int r = 0; r < half; r++)
                rows[r] += rows[r + half];
        store_anywhere(to + i, rows[0]);
    }
    for (; i < count; i++)
        to[i] = sum_vector(vectors[i]);
}

#endif
