#include "common/ntp_time.h"
