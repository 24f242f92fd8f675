#ifndef RELIC_OPTIMIZER_H
#define RELIC_OPTIMIZER_H

#include <stddef.h>

typedef struct {
  // 1 - beta1
  float mean_rate;
  float beta2;
  // 1 - beta2, rounded once: the difference of rounded numbers would be off by 1e-5
  float square_rate;
  float epsilon;
  float weight_decay;
  // what the gradient is multiplied by first: 1 / loss scale
  float gradient_scale;
  // learning rate / (1 - beta1^step)
  float step_size;
  // sqrt(1 - beta2^step)
  float correction;
} relic_adam_step;

// One step of Adam with an L2 penalty in the gradient, as torch.optim.Adam takes it; numbers below the
// smallest normal one become zeros (x86-64).
void relic_adam(
    size_t count, relic_adam_step step, const float *gradient, float *parameter, float *mean,
    float *square);

#endif
