/**
 * Messages and bytes: framing in both directions, the buffers that frames are put together in, and
 * the built-in transformers and quit predicates, which work on bytes; and the headers of the PROXY
 * protocol, decoded by {@code ProxyHeaderDecoder} and encoded by {@code ProxyAddresses}.
 *
 * <p>May use {@code dev.echo} and {@code dev.echo.internal}.
 */
package dev.echo.internal.codec;
