/**
 * Clients over streams, with many messages in flight, and over UDP, with one at a time.
 *
 * <p>May use {@code dev.echo}, {@code dev.echo.internal} and its {@code codec}, {@code tls} and
 * {@code loop}; {@code server} is not for it.
 */
package dev.echo.internal.client;
