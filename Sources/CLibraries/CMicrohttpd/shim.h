#pragma once
#include <microhttpd.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/// What `shim_start_daemon` needs; it must live as long as the daemon.
struct shim_server {
  void *context;
  MHD_AccessHandlerCallback handler;
  MHD_RequestCompletedCallback completed;
  MHD_NotifyConnectionCallback connection_changed;
  void (*log_line)(void *context, const char *line);
  int listen_socket;
  unsigned int connections_max;
  unsigned int idle_timeout_seconds;
  size_t connection_memory_bytes;
  /// A `gnutls_certificate_retrieve_function2` that gives each handshake its certificate, or NULL for
  /// plain HTTP.
  const void *tls_certificate_callback;
};

/// Formats here, because Swift cannot receive a `va_list` portably.
static inline void shim_log(void *server, const char *format, va_list arguments) {
  struct shim_server *self = server;
  char line[512];
  if (self->log_line == NULL) return;
  vsnprintf(line, sizeof line, format, arguments);
  self->log_line(self->context, line);
}

/// Keeps `%XX` as sent: Swift decodes it, strictly and without cutting at `%00`.
static inline size_t shim_keep_escapes(void *unused, struct MHD_Connection *connection, char *text) {
  (void)unused;
  (void)connection;
  return strlen(text);
}

/// `MHD_start_daemon` is variadic.
static inline struct MHD_Daemon *shim_start_daemon(unsigned int flags, struct shim_server *server) {
  struct MHD_OptionItem tls[] = {
      {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)server->tls_certificate_callback},
      {MHD_OPTION_HTTPS_PRIORITIES, 0,
       (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-AES-128-CBC:-AES-256-CBC"
                           ":-CAMELLIA-128-CBC:-CAMELLIA-256-CBC:-3DES-CBC"},
      {MHD_OPTION_END, 0, NULL},
  };
  struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
  if (server->tls_certificate_callback != NULL) flags |= MHD_USE_TLS;
  return MHD_start_daemon(
      flags, 0, NULL, NULL, server->handler, server->context,
      MHD_OPTION_EXTERNAL_LOGGER, shim_log, server,
      MHD_OPTION_LISTEN_SOCKET, server->listen_socket,
      MHD_OPTION_NOTIFY_COMPLETED, server->completed, server->context,
      MHD_OPTION_NOTIFY_CONNECTION, server->connection_changed, server->context,
      MHD_OPTION_UNESCAPE_CALLBACK, shim_keep_escapes, NULL,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, server->connection_memory_bytes,
      MHD_OPTION_CONNECTION_LIMIT, server->connections_max,
      MHD_OPTION_CONNECTION_TIMEOUT, server->idle_timeout_seconds,
      MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_ARRAY, server->tls_certificate_callback != NULL ? tls : plain,
      MHD_OPTION_END);
}

/// `MHD_get_connection_info` is variadic; -1 when unknown.
static inline int shim_connection_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == NULL ? -1 : info->connect_fd;
}

/// The peer's address, or NULL when unknown.
static inline const struct sockaddr *shim_client_address(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info == NULL ? NULL : info->client_addr;
}

/// GnuTLS's session of a connection, or NULL for plain HTTP.
static inline void *shim_tls_session(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  return info == NULL ? NULL : info->tls_session;
}
