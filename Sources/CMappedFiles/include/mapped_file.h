#ifndef RELIC_MAPPED_FILE_H
#define RELIC_MAPPED_FILE_H

#include <stddef.h>

// A file's bytes as memory. Where another process makes the file shorter, or its disk fails, a read
// would end this process by SIGBUS; here the whole mapping then turns into zeros, and
// relic_mapping_is_lost tells. For that the first mapping sets a handler of SIGBUS for the process,
// which leaves addresses outside of mappings to the handler that was there before.
struct relic_mapping;

// Maps the first `count` bytes of an open file for reading, at least one. NULL if that cannot be done
// or there are too many mappings.
struct relic_mapping *relic_map_file(int descriptor, size_t count);

const void *relic_mapping_start(const struct relic_mapping *mapping);
int relic_mapping_is_lost(const struct relic_mapping *mapping);
void relic_unmap_file(struct relic_mapping *mapping);

#endif
