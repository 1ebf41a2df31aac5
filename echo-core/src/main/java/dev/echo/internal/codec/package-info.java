/**
 * Messages and bytes: framing in both directions, the buffers that frames are put together in, and
 * the built-in transformers and quit predicates, which work on bytes.
 *
 * <p>May use {@code dev.echo} and {@code dev.echo.internal}.
 */
package dev.echo.internal.codec;
