#pragma once
#include <zint.h>

/* Whether a module of the symbol is dark. Swift does not import an array of this size. */
static inline int shim_is_dark(const struct zint_symbol *symbol, int row, int column) {
    return (symbol->encoded_data[row][column >> 3] >> (column & 7)) & 1;
}
