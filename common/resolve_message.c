#include "common/resolve_message.h"
