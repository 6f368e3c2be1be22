#pragma once
#include <curl/curl.h>
#include <string.h>

// `curl_easy_setopt` and `curl_easy_getinfo` are variadic: one wrapper per kind of argument.

static inline CURLcode shim_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode shim_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

/// libcurl copies the text, except for `CURLOPT_POSTFIELDS`.
static inline CURLcode shim_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode shim_set_pointer(CURL *handle, CURLoption option, const void *value) {
  return curl_easy_setopt(handle, option, value);
}

typedef size_t (*shim_data_callback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode shim_set_data_callback(
    CURL *handle, CURLoption option, shim_data_callback callback) {
  return curl_easy_setopt(handle, option, callback);
}

static inline CURLcode shim_set_progress_callback(CURL *handle, curl_xferinfo_callback callback) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, callback);
}

static inline CURLcode shim_set_debug_callback(CURL *handle, curl_debug_callback callback) {
  return curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, callback);
}

/// 0 when libcurl does not know.
static inline long shim_long_info(CURL *handle, CURLINFO info) {
  long value = 0;
  return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

/// 0 when libcurl does not know.
static inline curl_off_t shim_offset_info(CURL *handle, CURLINFO info) {
  curl_off_t value = 0;
  return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

/// Called with each socket that is opened; CURLOPT_SOCKOPTDATA comes as context.
typedef int (*shim_socket_callback)(void *context, curl_socket_t socket, curlsocktype purpose);

static inline CURLcode shim_set_socket_callback(CURL *handle, shim_socket_callback callback) {
  return curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, callback);
}

/// Closes a socket that libcurl is done with; CURLOPT_CLOSESOCKETDATA comes as context.
typedef int (*shim_close_callback)(void *context, curl_socket_t socket);

static inline CURLcode shim_set_close_callback(CURL *handle, shim_close_callback callback) {
  return curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, callback);
}

/// libcurl copies the bytes.
static inline CURLcode shim_set_bytes(CURL *handle, CURLoption option, const void *bytes, size_t count) {
  struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
  return curl_easy_setopt(handle, option, &blob);
}

/// The server's own certificate as PEM text, with `CURLOPT_CERTINFO`; NULL when there is none.
static inline const char *shim_server_certificate(CURL *handle) {
  struct curl_certinfo *info = NULL;
  if (curl_easy_getinfo(handle, CURLINFO_CERTINFO, &info) != CURLE_OK) return NULL;
  if (info == NULL || info->num_of_certs < 1) return NULL;
  for (const struct curl_slist *line = info->certinfo[0]; line != NULL; line = line->next) {
    if (strncmp(line->data, "Cert:", 5) == 0) return line->data + 5;
  }
  return NULL;
}

static inline CURLMcode shim_set_multi_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

/// The result of the transfer that ended, or -1 while none has.
static inline int shim_finished_result(CURLM *multi) {
  int left = 0;
  CURLMsg *message = curl_multi_info_read(multi, &left);
  if (message == NULL || message->msg != CURLMSG_DONE) return -1;
  return (int)message->data.result;
}
