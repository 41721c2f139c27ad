/* A release build adds nothing to a sandbox: what is in a role's table is all
 * that it may call. */
#include "common/sandbox_build.h"

/* C has no empty array: one row, of which none is used. */
const struct sandbox_call sandbox_build_calls[1] = { { -1, -1, 0 } };
const size_t sandbox_build_ncalls = 0;
const bool sandbox_build_limits_memory = true;
