#include "platform/core/protocols_process.h"
