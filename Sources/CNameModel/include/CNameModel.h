#ifndef CNAMEMODEL_H
#define CNAMEMODEL_H

#include <stddef.h>

/// The file `names.model`, as the linker placed it; aligned to 64 bytes.
const void *name_model_bytes(void);
/// Its length in bytes.
size_t name_model_length(void);

#endif
