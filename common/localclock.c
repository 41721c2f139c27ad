#include "common/localclock.h"
