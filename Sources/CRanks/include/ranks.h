#ifndef RELIC_RANKS_H
#define RELIC_RANKS_H

#include <stddef.h>

// What is used of MPI, whose constants are macros that Swift does not see.

// Ways to the same ranks: what one thread sends by one does not meet what another sends by the other.
enum { relic_rank_steps = 0, relic_rank_gradients = 1 };

// Starts MPI. Sets whether two threads may send at a time; returns 0, or MPI's error.
int relic_ranks_start(int *rank, int *size, int *allows_threads);

// Ends MPI when every rank has come here, each of which then exits with `code`.
void relic_ranks_end(int code);

// Ends all ranks at once; the launcher's exit status is `code`.
void relic_ranks_abort(int code);

// Every rank gets the bytes of all: counts[r] of rank r, at places[r].
void relic_ranks_gather(
    int way, const void *own, int own_count, void *all, const int *counts, const int *places);

// The same of floats, counted as such.
void relic_ranks_gather_floats(
    int way, const float *own, int own_count, float *all, const int *counts, const int *places);

// Rank r gets counts[r] floats at places[r] of `own`; received are `count` from each rank, end to end.
void relic_ranks_exchange_floats(
    int way, const float *own, const int *counts, const int *places, float *received,
    const int *received_counts, const int *received_places);

#endif
