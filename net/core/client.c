#include "net/core/client.h"
