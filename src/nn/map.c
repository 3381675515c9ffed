#include "nn/map.h"

#include <assert.h>

/* A vector becomes a row, so that element-wise functions process it in one go. */
static struct shape as_maps(struct shape shape)
{
    return shape.height > 0 ? shape : (struct shape){1, 1, shape.channels};
}

size_t map_size(struct shape shape, int border)
{
    assert(border == 0 || shape.height > 0);
    shape = as_maps(shape);
    return (size_t)shape.channels * (size_t)(shape.height + 2 * border) *
           (size_t)(shape.width + 2 * border) * LANES;
}

struct map map_inside(float *data, struct shape shape, int border)
{
    shape = as_maps(shape);
    const int pitch = shape.width + 2 * border;

    return (struct map){
        .data = data + (size_t)(border * pitch + border) * LANES,
        .channels = shape.channels,
        .height = shape.height,
        .width = shape.width,
        .pitch = pitch,
        .plane = pitch * (shape.height + 2 * border),
    };
}

struct map map_grown(struct map map, int rows, int columns)
{
    map.data -= (rows * map.pitch + columns) * LANES;
    map.height += 2 * rows;
    map.width += 2 * columns;
    return map;
}

struct map map_channels(struct map map, int first, int count)
{
    map.data += (size_t)first * (size_t)map.plane * LANES;
    map.channels = count;
    return map;
}
