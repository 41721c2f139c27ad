#include "common/channel.h"
