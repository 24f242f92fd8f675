# docker build -t relic . && docker run --rm -v "$PWD:/work" relic pretrain photos

# Any image of the official Swift 6.3 toolchain on Debian 12.
ARG SWIFT=swift:6.3-bookworm

FROM ${SWIFT} AS build
WORKDIR /relic
COPY . .
RUN apt-get update && apt-get install --yes --no-install-recommends make
RUN make install PREFIX=/usr DESTDIR=/installed

FROM debian:bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates libarchive13 libcurl4 \
    libjpeg62-turbo liblapacke libmd0 libopenblas0-pthread libpng16-16 \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /installed/usr /usr
WORKDIR /work
ENTRYPOINT ["relic"]
