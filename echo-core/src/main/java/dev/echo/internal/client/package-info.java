/**
 * Clients over streams, with many messages in flight, and over UDP, with one at a time.
 *
 * <p>May use {@code dev.echo}, {@code dev.echo.internal} and its {@code codec}, {@code tls} and
 * {@code loop}; {@code server} is not for it. It has no use for {@code loop}, as the threads that
 * want a reply wait for the socket themselves.
 */
package dev.echo.internal.client;
