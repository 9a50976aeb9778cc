#include "CNameModel.h"

// `#embed` is C23; clang has it in every mode and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

// Read-only data of the binary: paged in when it is used, shared between processes, never copied.
_Alignas(64) static const unsigned char model[] = {
#embed "names.model"
};

const void *name_model_bytes(void) { return model; }

size_t name_model_length(void) { return sizeof model; }
