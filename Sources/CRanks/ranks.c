#include "ranks.h"

#include <mpi.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

static MPI_Comm ways[2];

int relic_ranks_start(int *rank, int *size, int *allows_threads) {
#ifdef OPEN_MPI
  // Over TCP a large message would go as one piece: two ranks that send and receive at a time then had
  // half the rate that the cable has in both directions (1 Gbit/s, Open MPI 4.1).
  setenv("OMPI_MCA_btl_tcp_rdma_pipeline_frag_size", "131072", 0);
#endif
  int provided = MPI_THREAD_SINGLE;
  int error = MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, &provided);
  for (int way = 0; way < 2 && error == MPI_SUCCESS; way++) {
    error = MPI_Comm_dup(MPI_COMM_WORLD, &ways[way]);
  }
  if (error != MPI_SUCCESS) {
    return error;
  }
  *allows_threads = provided == MPI_THREAD_MULTIPLE;
  MPI_Comm_rank(MPI_COMM_WORLD, rank);
  MPI_Comm_size(MPI_COMM_WORLD, size);
  return 0;
}

// Ends all ranks, after a pause where mpirun does not always pass on what was written right before.
static void abort_all(int code) {
#ifdef MPICH_VERSION
  struct timespec pause = {.tv_sec = 0, .tv_nsec = 500000000};
  nanosleep(&pause, NULL);
#endif
  MPI_Abort(MPI_COMM_WORLD, code);
}

void relic_ranks_end(int code) {
#ifdef MPICH_VERSION
  // Its mpirun may tell 0 of processes that exit with another code after they have ended MPI.
  if (code != 0) {
    MPI_Barrier(MPI_COMM_WORLD);
    abort_all(code);
  }
#else
  (void)code;
#endif
  MPI_Finalize();
}

void relic_ranks_abort(int code) { abort_all(code); }

// MPI would look without a pause, and take a processor from the workers: of its own process in the
// background, of other ranks where several share a machine.
static void wait_for(int way, MPI_Request *request) {
  const int patience = way == relic_rank_steps ? 4096 : 16;
  for (int looks = 0;; looks++) {
    int done = 0;
    MPI_Test(request, &done, MPI_STATUS_IGNORE);
    if (done) return;
    if (looks < patience) {
      sched_yield();
    } else {
      struct timespec pause = {.tv_sec = 0, .tv_nsec = 50000};
      nanosleep(&pause, NULL);
    }
  }
}

static void gather(
    int way, const void *own, int own_count, void *all, const int *counts, const int *places,
    MPI_Datatype type) {
  MPI_Request request;
  MPI_Iallgatherv(own, own_count, type, all, counts, places, type, ways[way], &request);
  wait_for(way, &request);
}

void relic_ranks_gather(
    int way, const void *own, int own_count, void *all, const int *counts, const int *places) {
  gather(way, own, own_count, all, counts, places, MPI_BYTE);
}

void relic_ranks_gather_floats(
    int way, const float *own, int own_count, float *all, const int *counts, const int *places) {
  gather(way, own, own_count, all, counts, places, MPI_FLOAT);
}

void relic_ranks_exchange_floats(
    int way, const float *own, const int *counts, const int *places, float *received,
    const int *received_counts, const int *received_places) {
  MPI_Request request;
  MPI_Ialltoallv(
      own, counts, places, MPI_FLOAT, received, received_counts, received_places, MPI_FLOAT,
      ways[way], &request);
  wait_for(way, &request);
}
