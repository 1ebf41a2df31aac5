/**
 * TLS as a byte channel between a socket and the framing, which know nothing of it.
 *
 * <p>May use {@code dev.echo} and {@code dev.echo.internal}.
 */
package dev.echo.internal.tls;
