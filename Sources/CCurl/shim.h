#include <curl/curl.h>

// Swift calls no C function of variable arguments: one that sets each type of option, and one that
// reads each type of fact.

static inline CURLcode relic_curl_set_number(CURL *curl, CURLoption option, long value) {
  return curl_easy_setopt(curl, option, value);
}

static inline CURLcode relic_curl_set_text(CURL *curl, CURLoption option, const char *value) {
  return curl_easy_setopt(curl, option, value);
}

static inline CURLcode relic_curl_set_headers(CURL *curl, struct curl_slist *headers) {
  return curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
}

// `message` has room for CURL_ERROR_SIZE characters and lives as long as `curl` is used.
static inline CURLcode relic_curl_set_message(CURL *curl, char *message) {
  return curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
}

// Both functions get `owner`: one for each line of a header, one for the bytes of the body.
static inline CURLcode relic_curl_set_receivers(
    CURL *curl, curl_write_callback header, curl_write_callback body, void *owner) {
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, owner);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body);
  return curl_easy_setopt(curl, CURLOPT_WRITEDATA, owner);
}

// Redirections lead to web servers alone, and not to the user's files.
static inline CURLcode relic_curl_follow(CURL *curl, long limit) {
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, limit);
#if LIBCURL_VERSION_NUM >= 0x075500
  return curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
  return curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

static inline long relic_curl_number(CURL *curl, CURLINFO info) {
  long value = 0;
  curl_easy_getinfo(curl, info, &value);
  return value;
}

static inline curl_off_t relic_curl_offset(CURL *curl, CURLINFO info) {
  curl_off_t value = 0;
  curl_easy_getinfo(curl, info, &value);
  return value;
}

// A text of libcurl's own, or NULL.
static inline const char *relic_curl_text(CURL *curl, CURLINFO info) {
  char *value = NULL;
  curl_easy_getinfo(curl, info, &value);
  return value;
}
