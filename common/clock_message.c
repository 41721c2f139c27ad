#include "common/clock_message.h"
