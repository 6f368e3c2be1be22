#pragma once
#include <cairo-pdf.h>
#include <cairo.h>
#include <pango/pangocairo.h>

/* A macro of GLib's over the function of this name, which Swift cannot call by it. */
static inline void shim_release(void *object) { g_object_unref(object); }
