#include <cblas.h>
#include <lapacke.h>

// A macro is not seen in Swift.
typedef lapack_int relic_lapack_int;
