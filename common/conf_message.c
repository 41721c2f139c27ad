#include "common/conf_message.h"
