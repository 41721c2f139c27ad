#include "common/page.h"
