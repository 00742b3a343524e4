// Makes zlib visible to Swift: gzip for answers.
#pragma once
#include <zlib.h>

// deflateInit2 is a macro. gzip framing (window bits 15 + 16), the usual memory and strategy.
static inline int zlib_begin_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
