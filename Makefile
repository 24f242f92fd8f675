# Two commands do everything on a fresh Debian machine with a Swift toolchain: make demo, make test.

PACKAGES := pkg-config libopenblas-dev liblapacke-dev libjpeg-dev libpng-dev \
  libarchive-dev libmd-dev libcurl4-openssl-dev ca-certificates
SWIFT_SOURCES := Package.swift Sources Tests Benchmarks $(wildcard Examples)
C_SOURCES := $(wildcard Sources/*/*.c Sources/*/*.h Sources/*/include/*.h)
RELIC := .build/release/relic

.PHONY: help deps build install uninstall demo test debug examples examples-python docs map test-kernels test-mpi sanitize sanitize-threads fuzz kill growth \
  lint bench

help:
	@echo "make demo   build, then pretrain and probe on built-in images (one to three minutes)"
	@echo "make test   check the formatting, run every test, build in debug, run the examples"
	@echo "make debug  build everything in debug, and run the tests that are fast there"
	@echo "make examples  build and run what lies in Examples"
	@echo "make map    draw the arrows between folders in docs/ARCHITECTURE.md"
	@echo "make docs   build the documentation of both libraries; a broken link is an error"
	@echo "make sanitize  run the tests under the address sanitizer, C code also under undefined's"
	@echo "make sanitize-threads  run the tests of threads, loading and training under that of threads"
	@echo "make fuzz   read INPUTS altered files of each format (hours; INPUTS=20000 takes minutes)"
	@echo "make kill   kill each command KILLS times in all, and look for what is lost or left over"
	@echo "make growth train for MINUTES, and look for growing memory or open files"
	@echo "make test-mpi  train over processes of Open MPI and MPICH, whichever are installed"
	@echo "make test-kernels  run the tests with C kernels and BLAS held to lesser processors"
	@echo "make build  build the program: $(RELIC)"
	@echo "make install PREFIX=/usr/local  install program, manual page and completions; make uninstall"
	@echo "make lint   check the formatting alone"
	@echo "make bench  time this project's layers, step, extraction, augmentation and probe"
	@echo "make deps   install the Debian packages it needs, if any are missing"

deps:
	@missing=""; \
	for package in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' \
	    || missing="$$missing $$package"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	  echo "This system has no apt-get. It takes what provides:$$missing"; exit 0; \
	fi; \
	sudo=""; if [ "$$(id -u)" != 0 ]; then sudo=sudo; fi; \
	echo "Installing the missing Debian packages:$$missing"; \
	echo "+ $$sudo apt-get update && $$sudo apt-get install --yes --no-install-recommends$$missing"; \
	$$sudo apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $$sudo apt-get install --yes -qq --no-install-recommends $$missing

build: deps
	swift build -c release --product relic

# The installed program needs no Swift toolchain beside it. DESTDIR stands before every path, for
# those who make packages.
PREFIX := /usr/local
DESTDIR :=
INSTALLED := $(DESTDIR)$(PREFIX)
BASH_COMPLETIONS := $(INSTALLED)/share/bash-completion/completions/relic
ZSH_COMPLETIONS := $(INSTALLED)/share/zsh/site-functions/_relic
FISH_COMPLETIONS := $(INSTALLED)/share/fish/vendor_completions.d/relic.fish
MANUAL := $(INSTALLED)/share/man/man1/relic.1
install: deps
	swift build -c release --product relic --static-swift-stdlib
	install -D --mode=755 $(RELIC) $(INSTALLED)/bin/relic
	install -d $(dir $(MANUAL) $(BASH_COMPLETIONS) $(ZSH_COMPLETIONS) $(FISH_COMPLETIONS))
	$(RELIC) help --man >$(MANUAL)
	$(RELIC) completions bash >$(BASH_COMPLETIONS)
	$(RELIC) completions zsh >$(ZSH_COMPLETIONS)
	$(RELIC) completions fish >$(FISH_COMPLETIONS)

uninstall:
	rm -f $(INSTALLED)/bin/relic $(MANUAL) $(BASH_COMPLETIONS) $(ZSH_COMPLETIONS) $(FISH_COMPLETIONS)

demo: build
	$(RELIC) demo

test: deps lint
	swift test -c release --disable-xctest
	$(MAKE) debug docs examples

# In debug, which is what 'swift build' and every package that depends on this one use. The suites
# that train networks or fit by several ranks take too long without optimisation; all of them are built.
debug: deps
	swift build --build-tests
	swift test --skip-build --disable-xctest --filter 'ArchitectureTests|RelicCoreTests|LinearProbeTests' \
	  --skip 'SharedFitTests|SharedObjectiveTests'

# A package of its own that depends on this one by its path: what an importer sees. Those in Python
# run where there is what they import.
EXAMPLE_FILES := .build/examples
PYTHON := python3
examples: deps
	rm -rf $(EXAMPLE_FILES)
	mkdir -p $(EXAMPLE_FILES)
	swift build --package-path Examples/Swift
	for example in OwnEncoder OwnPhotos; do \
	  (cd $(EXAMPLE_FILES) && "$(CURDIR)/Examples/Swift/.build/debug/$$example") || exit 1; \
	done
	@if $(PYTHON) -c 'import torchvision, safetensors, onnxruntime, sklearn, pandas' 2>/dev/null; then \
	  $(MAKE) examples-python; \
	else echo "Examples/Python: not run: needs PyTorch, ONNX Runtime, scikit-learn and pandas"; fi

examples-python: build
	$(RELIC) pretrain --dataset-name shapes --image-size 32 --epochs 1 --eval-every 0 \
	  --save-model-dir $(EXAMPLE_FILES)/run
	$(RELIC) extract $(EXAMPLE_FILES)/run
	$(RELIC) convert $(EXAMPLE_FILES)/run $(EXAMPLE_FILES)/encoder.onnx
	$(PYTHON) Examples/Python/encoder_in_pytorch.py $(EXAMPLE_FILES)/run Tests/Fixtures/images/rgb.jpg
	$(PYTHON) Examples/Python/encoder_in_onnxruntime.py $(EXAMPLE_FILES)/encoder.onnx \
	  Tests/Fixtures/images/rgb.jpg
	$(PYTHON) Examples/Python/features_in_scikit_learn.py $(EXAMPLE_FILES)/run/features

docs: deps
	swift package dump-symbol-graph --minimum-access-level public
	@for library in RelicNN LinearProbe; do \
	  catalogue=Sources/$$library/$$library.docc; \
	  if [ ! -d $$catalogue ]; then echo "$$catalogue: none yet"; continue; fi; \
	  symbols=.build/documentation/$$library.symbols; \
	  rm -rf $$symbols; mkdir -p $$symbols; \
	  cp .build/*/symbolgraph/$$library.symbols.json $$symbols; \
	  echo "+ docc convert $$catalogue"; \
	  docc convert $$catalogue --additional-symbol-graph-dir $$symbols --warnings-as-errors \
	    --fallback-display-name $$library --fallback-bundle-identifier $$library \
	    --output-dir .build/documentation/$$library || exit 1; \
	done

map: deps
	RELIC_DRAW_MAP=1 swift test --disable-xctest --filter ArchitectureTests

# Every test at every level that the kernels are compiled for, and under both kinds of BLAS core.
test-kernels: deps
	for level in plain avx2; do \
	  RELIC_KERNELS=$$level OPENBLAS_CORETYPE=Haswell swift test -c release --disable-xctest \
	    --scratch-path .build/$$level || exit 1; \
	done
	OPENBLAS_CORETYPE=Haswell swift test -c release --disable-xctest
	env -u OPENBLAS_CORETYPE swift test -c release --disable-xctest

# Of each MPI library whose mpirun is here; of Debian's, as make deps leaves them out: apt-get install
# libopenmpi-dev openmpi-bin, libmpich-dev mpich.
test-mpi: deps
	Tests/mpi

# Undefined behaviour in C traps: Swift does not link the library that would tell of it. SIGBUS is the
# program's own affair: it tells of mapped files that became shorter.
sanitize: deps
	SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=handle_sigbus=0 \
	LSAN_OPTIONS="suppressions=$(CURDIR)/Tests/leak.suppressions" \
	swift test -c release --disable-xctest --scratch-path .build/sanitize --sanitize=address \
	  -Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined -Xcc -Wno-pass-failed

# Kernels of one level alone: the sanitizer cannot start where the processor's is chosen at run time.
sanitize-threads: deps
	RELIC_KERNELS=avx2 SWIFT_BACKTRACE=enable=no \
	TSAN_OPTIONS="suppressions=$(CURDIR)/Tests/thread.suppressions" \
	swift test -c release --disable-xctest --scratch-path .build/thread --sanitize=thread \
	  --filter 'ThreadPoolTests|BlockPoolTests|ParallelMapTests|BatchLoaderTests|PretrainingLoopTests|CommunicatorTests|BatchRowsTests|SharedLayerTests'

# A crash ends the run: the input that did it lies in .build/fuzz/FORMAT with its seed and index.
# FORMATS=npy,tar reads these alone; FIRST=123 INPUTS=1 SEED=1 one input alone.
INPUTS := 1000000
FIRST := 0
SEED := 1
FORMATS :=
fuzz: deps
	rm -rf .build/fuzz
	RELIC_FUZZ_FOLDER="$(CURDIR)/.build/fuzz" RELIC_FUZZ_INPUTS=$(INPUTS) \
	RELIC_FUZZ_FIRST=$(FIRST) RELIC_FUZZ_SEED=$(SEED) RELIC_FUZZ_FORMATS=$(FORMATS) \
	swift test -c release --disable-xctest --filter FuzzTests \
	|| { tail -n +1 .build/fuzz/*/index 2>/dev/null; exit 1; }

KILLS := 200
kill: build
	Tests/kill $(RELIC) $(KILLS) $(SEED)

MINUTES := 60
growth: build
	Tests/growth $(RELIC) $(MINUTES)

# Swift toolchains have swift-format but no clang-format, and nothing else here needs LLVM's packages:
# C is checked where there is one (Debian's 14 and LLVM's 21 and 23 agree on these sources).
lint:
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)
	@if command -v clang-format >/dev/null; then \
	  echo "+ clang-format --dry-run -Werror"; clang-format --dry-run -Werror $(C_SOURCES); \
	else echo "C sources are not checked: 'apt-get install clang-format' brings what checks them"; fi

bench: deps
	swift build -c release --product RelicBenchmarks
	env -u OPENBLAS_CORETYPE .build/release/RelicBenchmarks $(TABLE)
