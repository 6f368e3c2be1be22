#pragma once
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/// `gnutls_free` is a variable that holds a function.
static inline void shim_gnutls_free(void *memory) { gnutls_free(memory); }

/// The bits argument that names P-256; made by a macro.
static inline unsigned int shim_p256_bits(void) {
  return GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
}

/// libmicrohttpd takes the function as an untyped pointer.
static inline const void *shim_address(gnutls_certificate_retrieve_function2 *function) {
  return (const void *)function;
}
