#include "optimizer.h"

#include "subnormals.h"
#include "variants.h"

RELIC_VARIANTS
static void adam(
    size_t count, relic_adam_step step, const float *restrict gradient, float *restrict parameter,
    float *restrict mean, float *restrict square) {
  for (size_t i = 0; i < count; i++) {
    const float g = gradient[i] * step.gradient_scale + step.weight_decay * parameter[i];
    mean[i] += step.mean_rate * (g - mean[i]);
    square[i] = step.beta2 * square[i] + step.square_rate * g * g;
    const float denominator =
        __builtin_elementwise_sqrt(square[i]) / step.correction + step.epsilon;
    parameter[i] -= step.step_size * mean[i] / denominator;
  }
}

void relic_adam(
    size_t count, relic_adam_step step, const float *gradient, float *parameter, float *mean,
    float *square) {
  const unsigned mode = begin_without_subnormals();
  adam(count, step, gradient, parameter, mean, square);
  end_without_subnormals(mode);
}
