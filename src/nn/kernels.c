#include "nn/kernels.h"

#include "nn/cpu.h"

#include <stdio.h>
#include <string.h>

extern const struct kernels kernels_baseline;
extern const struct kernels kernels_avx2;
extern const struct kernels kernels_avx512;

static bool always(void)
{
    return true;
}

static const struct {
    const struct kernels *kernels;
    bool (*runs)(void);
} tables[] = {
    {&kernels_baseline, always},
#ifdef HAVE_KERNELS_AVX2
    {&kernels_avx2, cpu_has_avx2},
#endif
#ifdef HAVE_KERNELS_AVX512
    {&kernels_avx512, cpu_has_avx512},
#endif
};

enum { TABLE_COUNT = sizeof tables / sizeof tables[0] };

const struct kernels *kernels_built(int i, bool *runs)
{
    if (i >= TABLE_COUNT)
        return NULL;
    *runs = tables[i].runs();
    return tables[i].kernels;
}

const struct kernels *kernels_select(const char *name, struct error *error)
{
    char names[128] = "auto";
    bool automatic = strcmp(name, "auto") == 0;

    for (int i = TABLE_COUNT - 1; i >= 0; i--) {
        if (!tables[i].runs())
            continue;
        if (automatic || strcmp(tables[i].kernels->name, name) == 0)
            return tables[i].kernels;
        size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, ", %s", tables[i].kernels->name);
    }
    error_set(error, ERROR_USAGE,
              "--kernels: there are no such kernels on this machine (expected %s, got %s)", names,
              name);
    return NULL;
}

void kernels_flip(const struct window *window, const float *weight, float *flipped, int outputs,
                  int inputs)
{
    const int taps = window->size[0] * window->size[1];

    for (int k = 0; k < outputs; k++)
        for (int c = 0; c < inputs; c++)
            for (int tap = 0; tap < taps; tap++)
                flipped[(c * outputs + k) * taps + taps - 1 - tap] =
                    weight[(k * inputs + c) * taps + tap];
}
