// C loops that must vectorise. Single-threaded, no state, no allocation: callers own threads and
// memory. Each kernel is compiled per instruction set (variants.h) and has a slow twin in the tests.
#ifndef RELIC_CKERNELS_H
#define RELIC_CKERNELS_H

#include "augmentation.h"
#include "bfloat16.h"
#include "bfloat16_image.h"
#include "bfloat16_product.h"
#include "bfloat16_winograd.h"
#include "depthwise.h"
#include "elementwise.h"
#include "embedding.h"
#include "gate.h"
#include "half.h"
#include "nearest.h"
#include "norm.h"
#include "optimizer.h"
#include "patches.h"
#include "processor.h"
#include "pooling.h"
#include "probe.h"
#include "softmax.h"
#include "winograd.h"

#endif
